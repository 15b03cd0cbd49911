/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.carrel.chassis.settings.Setting;
import dev.carrel.chassis.settings.SettingsException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator can write, and what is said when it is wrong. */
class PolicyFileTest {
    private static final Path FILE = Path.of("/etc/carrel/manager-policy.yaml");

    private static Policy parse(String text) {
        return PolicyFile.parse(FILE, text);
    }

    @Test
    void theDefaultTextAllowsOurImagesAndStatesTheDefaultOfEveryKey() {
        Policy policy = parse(PolicyFile.defaultText());

        assertThat(policy.images().allow())
                .extracting(AllowedImage::name, AllowedImage::reference)
                .containsExactly(tuple("default", "carrel/session:latest"), tuple("julia", "carrel/julia:latest"));
        // The command of workers alone has no default: an image serves functions only where the policy says so.
        Policy least = parse("images: {allow: [{name: default, reference: \"carrel/session:latest\", "
                + "worker: [/usr/lib/carrel/worker]}, {name: julia, reference: \"carrel/julia:latest\", "
                + "worker: [/usr/lib/carrel/julia/worker]}]}");
        assertThat(policy).isEqualTo(least);
        assertThat(parse("images: {allow: [{name: a, reference: b}]}")
                        .images()
                        .allow()
                        .getFirst()
                        .worker())
                .isEmpty();
    }

    @Test
    void theDefaultTextExplainsEveryKey() {
        String text = PolicyFile.defaultText();

        for (Class<? extends Record> section : List.of(
                ImagePolicy.class,
                AllowedImage.class,
                LimitPolicy.class,
                WorkerPolicy.class,
                NetworkPolicy.class,
                DockerPolicy.class)) {
            for (RecordComponent component : section.getRecordComponents()) {
                assertThat(component.getAnnotation(Setting.class).text()).isNotEmpty();
                String key = component
                        .getName()
                        .replaceAll("([a-z])([A-Z])", "$1-$2")
                        .toLowerCase(java.util.Locale.ROOT);
                assertThat(text).containsPattern("(?m)^[ #-]*" + key + ":");
            }
        }
    }

    @Test
    void anEmptyOrMissingFileAllowsNoImage(@TempDir Path folder) throws Exception {
        assertThat(parse("").images().allow()).isEmpty();
        assertThat(PolicyFile.read(folder.resolve("none.yaml")).images().allow())
                .isEmpty();
    }

    @Test
    void aFileThatOthersMayWriteIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("policy.yaml"), PolicyFile.defaultText());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));

        assertThatThrownBy(() -> PolicyFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("mode 664")
                .hasMessageContaining("chmod 644");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "user: \"0:0\"                | user: \"0:0\"",
                "user: root                   | user: \"root\"",
                "user: \"1000:0\"             | user: \"1000:0\"",
                "pull: always                 | expected: never, if-missing",
                "home: /etc                   | a folder of its own",
                "home: /usr/local/home        | a folder of its own",
                "home: /home/../etc           | home: \"/home/../etc\"",
                "home: relative               | home: \"relative\"",
                "memory: 1MiB                 | 64MiB or more",
                "cpus: \"0.001\"              | 0.01 or more",
                "cpus: many                   | cpus: \"many\"",
                "id: latest                   | id: \"latest\"",
                "privileged: true             | unknown key",
                "devices: [/dev/kvm]          | unknown key",
                "port: 80                     | expected: a whole number, 1024..65535",
            })
    void aFaultInAnImageNamesTheValueTheLineAndWhatIsExpected(String line, String expected) {
        assertThatThrownBy(() -> parse("images:\n  allow:\n    - name: a\n      reference: b\n      " + line + "\n"))
                .isInstanceOf(SettingsException.class)
                .message()
                .contains(FILE.toString(), "line ", expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deny: [10.0.0.1/8]           | bits beyond its /8",
                "deny: [\"10.0.0.0/8:80\"]    | without a port",
                "deny: [0.0.0.0/0]            | an IPv4 address or network",
                "allow: [example.org]         | an IPv4 address or network",
                "allow: [300.1.1.1]           | an IPv4 address or network",
                "allow: [\"10.1.1.1:0\"]      | an IPv4 address or network",
                "allow: [\"1.1.1.1 -j ACCEPT\"] | an IPv4 address or network",
                "firewall: maybe              | required, off",
            })
    void aFaultInTheNetworkIsFound(String line, String expected) {
        assertThatThrownBy(() -> parse("network:\n  " + line + "\n"))
                .isInstanceOf(SettingsException.class)
                .message()
                .contains(expected);
    }

    @Test
    void twoImagesOfOneNameAreRefused() {
        assertThatThrownBy(() -> parse("images: {allow: [{name: a, reference: b}, {name: a, reference: c}]}"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("two images are named \"a\"");
    }

    @Test
    void dockerOnAnotherMachineIsRefused() {
        assertThatThrownBy(() -> parse("docker: {host: \"tcp://10.1.2.3:2375\"}"))
                .isInstanceOf(SettingsException.class);
    }

    @Test
    void anImagesOwnLimitsComeBeforeTheGeneralOnes() {
        Policy policy = parse(
                "images: {allow: [{name: a, reference: b, memory: 4GiB, cpus: \"1.5\", pids: 99}, {name: c, reference: d}]}");

        assertThat(policy.ceiling(policy.image("a").orElseThrow())).isEqualTo(new Policy.Ceiling(4L << 30, 1500, 99));
        assertThat(policy.ceiling(policy.image("c").orElseThrow())).isEqualTo(new Policy.Ceiling(2L << 30, 2000, 1024));
    }

    @Test
    void whatIsUsualOfWorkersIsNeverMoreThanTheirImageMayUse() {
        Policy policy = parse(
                "{images: {allow: [{name: small, reference: b, memory: 128MiB, cpus: \"0.25\", pids: 64}, {name: c, reference: d}]}, "
                        + "workers: {memory: 512MiB, cpus: \"1.5\", pids: 200}}");

        assertThat(policy.usualOfWorkers(policy.image("small").orElseThrow()))
                .isEqualTo(new Policy.Ceiling(128L << 20, 250, 64));
        assertThat(policy.usualOfWorkers(policy.image("c").orElseThrow()))
                .isEqualTo(new Policy.Ceiling(512L << 20, 1500, 200));
        assertThat(parse("").workers().memory().bytes()).isEqualTo(256L << 20);
    }
}
