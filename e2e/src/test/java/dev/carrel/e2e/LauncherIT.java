/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The command line, as an operator and a script meet it. */
class LauncherIT {
    @Test
    void upSaysWhereToSignInAndStatusAndDownTellTheTruth() throws Exception {
        try (Carrel carrel = Carrel.prepared()) {
            Carrel.Ran before = carrel.run("", "status", "--json");
            assertThat(before.status()).isEqualTo(1);
            assertThat(Carrel.JSON.readTree(before.out()).path("ready").asBoolean())
                    .isFalse();

            String printed = carrel.start();
            assertThat(printed).contains("Carrel is ready at " + carrel.url());
            assertThat(Carrel.link(printed)).startsWith(carrel.url() + "/hub/invite/");

            Carrel.Ran status = carrel.run("", "status", "--json");
            assertThat(status.status()).as(status.all()).isZero();
            JsonNode json = Carrel.JSON.readTree(status.out());
            assertThat(json.path("ready").asBoolean()).isTrue();
            for (String process : List.of("router", "engine", "manager")) {
                assertThat(json.path("processes").path(process).path("state").asText())
                        .isEqualTo("ready");
            }
            assertThat(carrel.run("", "up", "--detach").out()).contains("already runs");

            assertThat(carrel.succeed("down")).contains("has stopped");
            assertThat(carrel.run("", "status").status()).isEqualTo(1);
            assertThat(carrel.succeed("down")).contains("does not run");
        }
    }

    @Test
    void accountsAreAddedListedDisabledAndGivenPasswords() throws Exception {
        try (Carrel carrel = Carrel.prepared()) {
            carrel.succeed("setup");
            carrel.addUser("ada@example.org", "a long pass phrase", true);
            carrel.addUser("jürgen", "a long pass phrase", false);

            JsonNode users = Carrel.JSON.readTree(carrel.succeed("user", "list", "--json"));
            assertThat(users)
                    .extracting(u -> u.path("name").asText())
                    .containsExactlyInAnyOrder("ada@example.org", "jürgen");

            assertThat(carrel.run("a long pass phrase\n", "user", "add", "jürgen", "--password-stdin")
                            .err())
                    .contains("jürgen");
            assertThat(carrel.run("another long pass phrase\n", "user", "password", "jürgen", "--password-stdin")
                            .status())
                    .isZero();
            carrel.succeed("user", "disable", "jürgen");
            assertThat(carrel.run("", "token", "create", "jürgen").status()).isEqualTo(1);
            assertThat(carrel.run("", "user", "disable", "nobody").err()).contains("nobody");
            assertThat(carrel.token("ada@example.org", "--scope", "access:servers!user", "--expires", "1d"))
                    .startsWith("v1.api.");
        }
    }

    @Test
    void badNamesAndPasswordsAreRefusedWithAReason() {
        try (Carrel carrel = Carrel.prepared()) {
            carrel.succeed("setup");
            for (String name : List.of("a/b", "a".repeat(300), "..", "a b")) {
                Carrel.Ran ran = carrel.run("a long pass phrase\n", "user", "add", name, "--password-stdin");
                assertThat(ran.status()).as(ran.all()).isEqualTo(1);
                assertThat(ran.err()).startsWith("carrel: user name: ").contains("expected");
                assertThat(ran.err().length()).isLessThan(600);
            }
            assertThat(carrel.run("short\n", "user", "add", "ada", "--password-stdin")
                            .err())
                    .contains("password");
            assertThat(carrel.succeed("user", "list")).doesNotContain("ada");
        }
    }

    @Test
    void anUnknownSettingStopsTheStartWithItsLine() throws Exception {
        try (Carrel carrel = Carrel.prepared()) {
            carrel.succeed("setup");
            Files.writeString(
                    carrel.data().resolve("etc/carrel.yaml"), "site:\n  prot: 8000\nrouter:\n  conect-timeout: 1s\n");

            Carrel.Ran up = carrel.run("", "up", "--detach");
            assertThat(up.status()).isEqualTo(1);
            assertThat(up.err()).contains("line 2: site.prot: unknown key; did you mean port?");
            Carrel.Ran settings = carrel.run("", "settings");
            assertThat(settings.err())
                    .contains("line 2: site.prot")
                    .contains("line 4: router.conect-timeout: unknown key; did you mean connect-timeout?");
        }
    }

    @Test
    void aPortInUseIsNamedBeforeAnythingStarts() throws Exception {
        try (Carrel carrel = Carrel.prepared();
                ServerSocket taken = new ServerSocket(carrel.port(), 1, InetAddress.getLoopbackAddress())) {
            Carrel.Ran up = carrel.run("", "up", "--detach", "--port", Integer.toString(taken.getLocalPort()));

            assertThat(up.status()).isEqualTo(1);
            assertThat(up.err())
                    .contains("port in use: 127.0.0.1:" + carrel.port())
                    .contains("--port");
            assertThat(carrel.run("", "status").status()).isEqualTo(1);
        }
    }

    @Test
    void aKeyThatOthersMayReadIsRefused() throws Exception {
        try (Carrel carrel = Carrel.prepared()) {
            carrel.succeed("setup");
            Files.setPosixFilePermissions(
                    carrel.data().resolve("keys/signing.key"), PosixFilePermissions.fromString("rw-r--r--"));

            Carrel.Ran up = carrel.run("", "up", "--detach", "--port", Integer.toString(carrel.port()));
            assertThat(up.status()).isEqualTo(1);
            assertThat(up.err()).contains("signing.key").contains("rw-r--r--").contains("chmod 600");
        }
    }

    @Test
    void helpHasExamplesAndCompletionIsAShellScript() {
        try (Carrel carrel = Carrel.prepared()) {
            Carrel.Ran help = Carrel.exec("", java.util.Map.of(), List.of(carrel.program(), "--help"));
            assertThat(help.status()).isZero();
            assertThat(help.out()).contains("Examples:", "carrel up --detach");
            Carrel.Ran completion =
                    Carrel.exec("", java.util.Map.of(), List.of(carrel.program(), "generate-completion"));
            assertThat(completion.out()).contains("complete -F").contains("carrel");
            assertThat(Carrel.exec("", java.util.Map.of(), List.of(carrel.program(), "--version"))
                            .out())
                    .startsWith("carrel ");
        }
    }

    @Test
    void doctorNamesEveryThingItChecks() throws Exception {
        try (Carrel carrel = Carrel.up()) {
            Carrel.Ran doctor = carrel.run("", "doctor", "--json");

            JsonNode findings = Carrel.JSON.readTree(doctor.out());
            assertThat(findings)
                    .extracting(f -> f.path("name").asText())
                    .contains(
                            "jdk",
                            "docker-daemon",
                            "session-image",
                            "data",
                            "disk",
                            "settings",
                            "policy",
                            "router",
                            "engine",
                            "manager");
            assertThat(doctor.status()).as(doctor.all()).isZero();
        }
    }

    @Test
    void twoInstallationsRunSideBySide() {
        try (Carrel one = Carrel.up();
                Carrel two = Carrel.up()) {
            one.addUser("ada", "ada's long pass phrase", false);
            two.addUser("ada", "ada's long pass phrase", false);
            Api first = new Api(one, one.token("ada"));
            Api second = new Api(two, two.token("ada"));
            first.startServer("ada");
            second.startServer("ada");
            assertThat(first.get("/user/ada/api").status()).isEqualTo(200);
            assertThat(new Api(two, first.token()).get("/user/ada/api").status())
                    .as("a token of the other installation")
                    .isIn(401, 403);

            two.succeed("down", "--sessions");

            assertThat(two.containers()).isEmpty();
            assertThat(one.containers()).hasSize(1);
            assertThat(first.get("/user/ada/api").status()).isEqualTo(200);
        }
    }
}
