/* Copyright the Carrel authors. */
package dev.carrel.manager.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.manager.container.Grant;
import dev.carrel.manager.container.SpecBody;
import dev.carrel.manager.docker.HostFacts;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.network.Door;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.Policy;
import dev.carrel.manager.policy.PolicyFile;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.JuliaBoxApi;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.name.WorkerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The body that is sent to Docker for a worker of functions, for every command and policy there can be. */
class WorkerSpecTest {
    private static final Path FILE = Path.of("/etc/policy.yaml");
    private static final Images.Found SESSION_IMAGE = new Images.Found(
            "sha256:" + "a".repeat(64), List.of("/usr/bin/tini", "-g", "--"), List.of("jupyter-lab"), List.of(), false);

    private static JsonNode body(Policy policy, Limits limits, Images.Found found, HostFacts host)
            throws CommandFailure {
        return body(policy, limits, found, host, null);
    }

    private static JsonNode body(
            Policy policy, Limits limits, Images.Found found, HostFacts host, @Nullable JuliaBoxApi api)
            throws CommandFailure {
        AllowedImage image = policy.images().allow().getFirst();
        Command.StartWorker start = new Command.StartWorker(
                new WorkerId("abcdefghijklmnopqrstuvwxyz"), "default", limits, "0123456789abcdef0123456789abcdef", api);
        WorkerSpec.check(start, image, FILE);
        WorkerSpec.check(image, found);
        return SpecBody.of(
                WorkerSpec.shape(
                        start,
                        image,
                        found,
                        Grant.of(limits, policy.usualOfWorkers(image), policy.ceiling(image)),
                        "f".repeat(64),
                        new Door("172.20.0.1", 8007)),
                policy.limits(),
                host);
    }

    private static Policy policy(String text) {
        return PolicyFile.parse(FILE, text);
    }

    @Test
    void theDefaultPolicyGivesExactlyThisBody() throws Exception {
        JsonNode body = body(
                policy(PolicyFile.defaultText()),
                Limits.POLICY,
                SESSION_IMAGE,
                new HostFacts(8, true, Optional.empty()));

        assertThat(body).isEqualTo(SpecBody.expected(WorkerSpecTest.class, "default-create.json"));
    }

    @Test
    void anImageOfJuliaBoxHasItsOwnCommandAndJuliaBoxesVariables() throws Exception {
        Images.Found found = new Images.Found(
                "sha256:" + "c".repeat(64), List.of(), List.of("julia", "-e", "process()"), List.of(), false);
        JsonNode body = body(
                policy("images: {allow: [{name: default, reference: x, juliabox: true, read-only-root: false}]}"),
                Limits.POLICY,
                found,
                new HostFacts(8, true, Optional.empty()),
                new JuliaBoxApi("calc", "process([(add, false)])"));

        assertThat(body.path("Cmd")).hasToString("[\"julia\",\"-e\",\"process()\"]");
        assertThat(body.path("Env"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        "JBAPI_LOGLEVEL=1",
                        "JBAPI_NAME=calc",
                        "JBAPI_QUEUE=tcp://172.20.0.1:8007",
                        "JBAPI_CMD=process([(add, false)])",
                        "JBAPI_CID=0123456789abcdef0123456789abcdef");
        assertThat(body.path("HostConfig").path("ReadonlyRootfs").asBoolean()).isFalse();
        assertThat(body.path("HostConfig").path("CapDrop")).hasToString("[\"ALL\"]");
    }

    @Test
    void noImageSpeaksAProtocolThatItsPolicyDoesNotName() {
        HostFacts host = new HostFacts(8, true, Optional.empty());
        JuliaBoxApi api = new JuliaBoxApi("calc", "process()");
        Policy juliaBox = policy("images: {allow: [{name: default, reference: x, juliabox: true}]}");

        assertThatThrownBy(() -> body(policy(PolicyFile.defaultText()), Limits.POLICY, SESSION_IMAGE, host, api))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(
                        "image \"default\" does not speak JuliaBox's protocol (expected: juliabox: true, for \"default\"");
        assertThatThrownBy(() -> body(juliaBox, Limits.POLICY, SESSION_IMAGE, host))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("image \"default\" serves no functions (expected: worker: [");
    }

    @Property(tries = 300)
    void noCommandAndNoPolicyGivesMoreThanAWorkerMayHave(
            @ForAll("policies") String text,
            @ForAll("limits") Limits limits,
            @ForAll("volumes") List<String> volumes,
            @ForAll boolean init)
            throws Exception {
        Policy policy = policy(text);
        Images.Found found = new Images.Found("sha256:" + "b".repeat(64), List.of(), List.of("x"), volumes, false);
        JsonNode body;
        try {
            body = body(policy, limits, found, new HostFacts(2, init, Optional.empty()));
        } catch (CommandFailure refused) {
            assertThat(refused.code().name()).isEqualTo("LIMIT_EXCEEDED");
            return;
        }
        JsonNode host = body.get("HostConfig");
        Policy.Ceiling most = policy.ceiling(policy.images().allow().getFirst());

        assertThat(host.fieldNames()).toIterable().isSubsetOf(SpecBody.HOST_KEYS);
        assertThat(body.get("User").asText()).matches("[1-9]\\d*:[1-9]\\d*");
        assertThat(host.get("ReadonlyRootfs").asBoolean()).isTrue();
        assertThat(host.get("Privileged").asBoolean()).isFalse();
        assertThat(host.get("CapDrop").toString()).isEqualTo("[\"ALL\"]");
        assertThat(host.get("SecurityOpt").toString()).isEqualTo("[\"no-new-privileges:true\"]");
        assertThat(host.get("IpcMode").asText()).isEqualTo("private");
        assertThat(host.get("CgroupnsMode").asText()).isEqualTo("private");
        assertThat(host.get("NetworkMode").asText()).isEqualTo("f".repeat(64));
        assertThat(host.get("PublishAllPorts").asBoolean()).isFalse();
        assertThat(host.get("Memory").asLong()).isBetween(1L, most.memoryBytes());
        assertThat(host.get("MemorySwap")).isEqualTo(host.get("Memory"));
        assertThat(host.get("NanoCpus").asLong()).isBetween(1L, Math.min(2000, most.milliCpus()) * 1_000_000L);
        assertThat(host.get("PidsLimit").asLong()).isBetween(1L, (long) most.pids());
        assertThat(host.get("Mounts")).isEmpty();
        host.get("Tmpfs").properties().forEach(folder -> {
            String exec = folder.getKey().equals("/work")
                            || policy.images().allow().getFirst().tmpExec()
                    ? "exec"
                    : "noexec";
            assertThat(folder.getValue().asText())
                    .as(folder.getKey())
                    .containsPattern("nosuid,nodev,"
                            + (folder.getKey().matches("/(tmp|var/tmp|work)") ? exec : "noexec")
                            + ",size=\\d+");
        });
        assertThat(body.get("Labels").has("dev.carrel.session")).isFalse();
        assertThat(body.get("Cmd").toString()).doesNotContain("0123456789abcdef");
    }

    @Provide
    Arbitrary<String> policies() {
        Arbitrary<String> user = Arbitraries.of("1000:1000", "1000:100", "1:1");
        Arbitrary<String> memory = Arbitraries.of("0", "64MiB", "16GiB");
        Arbitrary<String> cpus = Arbitraries.of("\"\"", "\"0.5\"", "\"64\"");
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        return Combinators.combine(
                        user,
                        memory,
                        cpus,
                        Arbitraries.of("64MiB", "256MiB", "32GiB"),
                        flag,
                        flag,
                        Arbitraries.integers().between(32, 5000))
                .as((u, m, c, usual, readOnly, exec, pids) ->
                        "images:\n  allow:\n    - name: default\n      reference: x\n      user: \"" + u
                                + "\"\n      memory: " + m + "\n      cpus: " + c
                                + "\n      worker: [/usr/lib/carrel/worker]\n      read-only-root: " + readOnly
                                + "\n      tmp-exec: " + exec + "\nworkers:\n  memory: " + usual
                                + "\n  cpus: \"48\"\n  pids: " + pids + "\n");
    }

    @Provide
    Arbitrary<Limits> limits() {
        Arbitrary<Limits> any = Combinators.combine(
                        Arbitraries.longs().between(0, 1L << 36),
                        Arbitraries.integers().between(0, 100_000),
                        Arbitraries.integers().between(0, 10_000))
                .as(Limits::new);
        return Arbitraries.oneOf(Arbitraries.just(Limits.POLICY), Arbitraries.just(new Limits(64 << 20, 100, 20)), any);
    }

    @Provide
    Arbitrary<List<String>> volumes() {
        return Arbitraries.of(
                List.of(), List.of("/data", "/home/jovyan"), List.of("/work", "/tmp"), List.of("relative", "/a:b"));
    }

    @Test
    void aFunctionMayAskForAsMuchAsASessionOfTheImageAndNotMore() throws Exception {
        Policy policy = policy("images: {allow: [{name: default, reference: x, worker: [w], memory: 1GiB}]}");
        HostFacts host = new HostFacts(8, true, Optional.empty());

        assertThat(body(policy, new Limits(1 << 30, 0, 0), SESSION_IMAGE, host)
                        .at("/HostConfig/Memory")
                        .asLong())
                .isEqualTo(1L << 30);
        assertThatThrownBy(() -> body(policy, new Limits((1 << 30) + 1, 0, 0), SESSION_IMAGE, host))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("limit of memory in bytes: 1073741825");
    }

    @Test
    void anImageWithoutACommandForWorkersIsRefusedAndTheMessageNamesTheKey() {
        AllowedImage image = policy("images: {allow: [{name: plain, reference: x}]}")
                .images()
                .allow()
                .getFirst();

        Command.StartWorker start =
                new Command.StartWorker(WorkerId.random(), "plain", Limits.POLICY, "0123456789abcdef0123456789abcdef");
        assertThatThrownBy(() -> WorkerSpec.check(start, image, FILE))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code().name()).isEqualTo("IMAGE_NOT_ALLOWED"))
                .hasMessageContaining("\"plain\" serves no functions")
                .hasMessageContaining("worker: [/usr/lib/carrel/worker]")
                .hasMessageContaining(FILE.toString());
    }

    @Test
    void anImageThatBeginsWithAShellLineIsRefused() {
        Images.Found shell =
                new Images.Found("sha256:x", List.of("/bin/sh", "-c", "serve"), List.of(), List.of(), false);

        assertThatThrownBy(() -> body(
                        policy(PolicyFile.defaultText()),
                        Limits.POLICY,
                        shell,
                        new HostFacts(8, true, Optional.empty())))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("[/bin/sh, -c, serve]");
    }
}
