/* Copyright the Carrel authors. */
package dev.carrel.manager.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.manager.container.Grant;
import dev.carrel.manager.container.Shape;
import dev.carrel.manager.container.SpecBody;
import dev.carrel.manager.docker.HostFacts;
import dev.carrel.manager.docker.Images;
import dev.carrel.manager.network.Door;
import dev.carrel.manager.network.HostNetwork;
import dev.carrel.manager.policy.AllowedImage;
import dev.carrel.manager.policy.Policy;
import dev.carrel.manager.policy.PolicyFile;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The body that is sent to Docker, for every command and policy there can be. */
class SessionSpecTest {
    private static final Path HOMES = Path.of("/srv/carrel/homes");
    private static final Images.Found SESSION_IMAGE = new Images.Found(
            "sha256:" + "a".repeat(64), List.of("/usr/bin/tini", "-g", "--"), List.of("jupyter-lab"), List.of(), false);

    private static JsonNode body(Policy policy, Command.StartSession command, Images.Found found, HostFacts host)
            throws CommandFailure {
        AllowedImage image = policy.images().allow().getFirst();
        SessionSpec.check(image, found);
        Shape shape = SessionSpec.shape(
                command,
                image,
                found,
                Grant.of(command.limits(), policy.ceiling(image)),
                HOMES.resolve(command.home().value()),
                new HostNetwork.Current("f".repeat(64), null, Optional.of(new Door("172.19.0.1", 8007))),
                "172.19.0.2");
        return SpecBody.of(shape, policy.limits(), host);
    }

    private static Policy policy(String text) {
        return PolicyFile.parse(Path.of("/etc/policy.yaml"), text);
    }

    private static Command.StartSession command(Limits limits) {
        return new Command.StartSession(
                new SessionId("abcdefghijklmnopqrstuvwxyz"),
                UserName.of("alice@example.org"),
                "default",
                limits,
                new VolumeId("zyxwvutsrqponmlkjihgfedcba"),
                "/user/alice@example.org/",
                "0123456789abcdef0123456789abcdef");
    }

    @Test
    void theDefaultPolicyGivesExactlyThisBody() throws Exception {
        JsonNode body = body(
                policy(PolicyFile.defaultText()),
                command(Limits.POLICY),
                SESSION_IMAGE,
                new HostFacts(8, true, Optional.empty()));

        assertThat(body).isEqualTo(SpecBody.expected(SessionSpecTest.class, "default-create.json"));
    }

    @Property(tries = 500)
    void noCommandAndNoPolicyGivesMoreThanASessionMayHave(
            @ForAll("policies") String text,
            @ForAll("commands") Command.StartSession command,
            @ForAll("images") Images.Found found,
            @ForAll boolean init)
            throws Exception {
        Policy policy = policy(text);
        JsonNode body;
        try {
            body = body(policy, command, found, new HostFacts(2, init, Optional.empty()));
        } catch (CommandFailure refused) {
            assertThat(refused.code().name()).isIn("LIMIT_EXCEEDED", "IMAGE_NOT_ALLOWED");
            return;
        }
        JsonNode host = body.get("HostConfig");
        Policy.Ceiling most = policy.ceiling(policy.images().allow().getFirst());

        assertThat(host.fieldNames()).toIterable().isSubsetOf(SpecBody.HOST_KEYS);
        assertThat(body.get("User").asText()).matches("[1-9]\\d*:[1-9]\\d*");
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
        assertThat(host.get("Mounts")).hasSize(1);
        assertThat(host.get("Mounts").get(0).get("Source").asText()).isEqualTo(HOMES + "/" + command.home());
        host.get("Tmpfs")
                .properties()
                .forEach(folder -> assertThat(folder.getValue().asText()).contains("nosuid,nodev", "size="));
        assertThat(body.get("Cmd").toString()).doesNotContain(command.token());
        assertThat(body.get("ExposedPorts"))
                .satisfiesAnyOf(p -> assertThat(p).isNull(), p -> assertThat(p).isEmpty());
    }

    @Provide
    Arbitrary<String> policies() {
        Arbitrary<String> user = Arbitraries.of("1000:1000", "1000:100", "1:1");
        Arbitrary<String> memory = Arbitraries.of("0", "64MiB", "16GiB");
        Arbitrary<String> cpus = Arbitraries.of("\"\"", "\"0.5\"", "\"64\"");
        Arbitrary<String> command = Arbitraries.of("[]", "[start-notebook.py]", "[sh, -c, x]");
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        return Combinators.combine(
                        user,
                        memory,
                        cpus,
                        command,
                        flag,
                        flag,
                        Arbitraries.integers().between(32, 5000))
                .as((u, m, c, line, readOnly, exec, pids) ->
                        "images:\n  allow:\n    - name: default\n      reference: x\n      user: \"" + u
                                + "\"\n      memory: " + m + "\n      cpus: " + c + "\n      command: " + line
                                + "\n      read-only-root: " + readOnly
                                + "\n      tmp-exec: " + exec + "\nlimits:\n  pids: " + pids + "\n");
    }

    @Provide
    Arbitrary<Command.StartSession> commands() {
        Arbitrary<Limits> limits = Combinators.combine(
                        Arbitraries.longs().between(0, 1L << 36),
                        Arbitraries.integers().between(0, 100_000),
                        Arbitraries.integers().between(0, 10_000))
                .as(Limits::new)
                .injectDuplicates(0.1);
        return Arbitraries.oneOf(Arbitraries.just(Limits.POLICY), limits)
                .map(l -> new Command.StartSession(
                        SessionId.random(),
                        UserName.of("ünï.cødé+x@example.org"),
                        "default",
                        l,
                        VolumeId.random(),
                        "/user/x/",
                        "t".repeat(32)));
    }

    @Provide
    Arbitrary<Images.Found> images() {
        Arbitrary<List<String>> lines = Arbitraries.of(
                List.of(),
                List.of("tini", "--"),
                List.of("/bin/sh", "-c", "jupyter"),
                List.of("jupyter", "lab"),
                List.of("bash", "-lc", "x"),
                List.of("sh"));
        Arbitrary<List<String>> volumes = Arbitraries.of(
                List.of(), List.of("/data", "/home/jovyan"), List.of("relative", "/with space", "/a:b", "/../etc"));
        return Combinators.combine(lines, lines, volumes)
                .as((e, c, v) -> new Images.Found("sha256:" + "b".repeat(64), e, c, v, false));
    }

    @Test
    void anImageWithoutAnInitGetsDockers() throws Exception {
        Images.Found plain = new Images.Found("sha256:x", List.of(), List.of("jupyter", "lab"), List.of(), false);
        Policy policy = policy(PolicyFile.defaultText());

        assertThat(body(policy, command(Limits.POLICY), plain, new HostFacts(8, true, Optional.empty()))
                        .at("/HostConfig/Init")
                        .asBoolean())
                .isTrue();
        assertThat(body(policy, command(Limits.POLICY), plain, new HostFacts(8, false, Optional.empty()))
                        .at("/HostConfig/Init")
                        .asBoolean())
                .isFalse();
        assertThat(body(policy, command(Limits.POLICY), SESSION_IMAGE, new HostFacts(8, true, Optional.empty()))
                        .at("/HostConfig/Init")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void anImageThatStartsAShellLineIsRefusedAndTheMessageSaysHowToUseIt() {
        Images.Found shell =
                new Images.Found("sha256:x", List.of(), List.of("/bin/sh", "-c", "jupyter lab"), List.of(), false);

        assertThatThrownBy(() -> body(
                        policy(PolicyFile.defaultText()),
                        command(Limits.POLICY),
                        shell,
                        new HostFacts(8, true, Optional.empty())))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("[/bin/sh, -c, jupyter lab]")
                .hasMessageContaining("command: [start-notebook.py]");
    }
}
