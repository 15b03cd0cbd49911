/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.boot.Boot;
import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.router.RouterProcess;
import dev.carrel.router.settings.ProxySettings;
import dev.carrel.router.settings.RouterSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code carrel router} takes configurable-http-proxy's options: each becomes a setting or is refused with the reason. */
class RouterOptionsTest {
    @TempDir
    private Path folder;

    private Settings settings(String... arguments) {
        RouterOptions options = CommandLine.populateCommand(new RouterOptions(), arguments);
        return Boot.settings(new DataFolder(folder), RouterProcess.spec().sections(), options.settings());
    }

    @Test
    void whatAStockHubSaysIsUnderstood() {
        Settings settings = settings(
                "--ip",
                "",
                "--port",
                "8000",
                "--api-ip",
                "127.0.0.1",
                "--api-port",
                "8100",
                "--error-target",
                "http://127.0.0.1:8081/hub/error",
                "--log-level",
                "info",
                "--host-routing");

        SiteSettings site = settings.section(SiteSettings.class);
        assertThat(site.bind()).isEqualTo("0.0.0.0");
        assertThat(site.port()).isEqualTo(8000);
        assertThat(site.controlPort()).isEqualTo(8100);
        ProxySettings proxy = settings.section(ProxySettings.class);
        assertThat(proxy.standAlone()).isTrue();
        assertThat(proxy.hostRouting()).isTrue();
        assertThat(proxy.errorTarget()).isEqualTo("http://127.0.0.1:8081/hub/error");
    }

    @Test
    void theApiListensBesideThePortUnlessSaidOtherwise() {
        assertThat(settings("--port", "9000").section(SiteSettings.class).controlPort())
                .isEqualTo(9001);
    }

    @Test
    void optionsWithoutValuesAreSwitches() {
        ProxySettings off = settings("--port=9000").section(ProxySettings.class);
        ProxySettings on = settings(
                        "--no-x-forward",
                        "--no-prepend-path",
                        "--no-include-prefix",
                        "--auto-rewrite",
                        "--change-origin",
                        "--insecure",
                        "--client-ssl-request-cert",
                        "--client-ssl-reject-unauthorized")
                .section(ProxySettings.class);

        assertThat(off.xForward() && off.prependPath() && off.includePrefix() && off.verifyTargets())
                .isTrue();
        assertThat(off.autoRewrite() || off.changeOrigin()).isFalse();
        assertThat(on.xForward() || on.prependPath() || on.includePrefix() || on.verifyTargets())
                .isFalse();
        assertThat(on.autoRewrite() && on.changeOrigin()).isTrue();
    }

    @Test
    void tlsAtTheDoorIsSetByFilesAndTheAddressPeopleType() {
        assertThat(CommandLine.populateCommand(new RouterTlsOptions()).settings(8000))
                .isEmpty();
        assertThat(CommandLine.populateCommand(new RouterTlsOptions(), "--ssl-key=/k", "--ssl-cert=/c")
                        .settings(8443))
                .containsEntry("CARREL_TLS_KEY", "/k")
                .containsEntry("CARREL_TLS_CERTIFICATE", "/c")
                .containsEntry("CARREL_TLS_MIN_VERSION", "1.2")
                .containsEntry("CARREL_SITE_PUBLIC_URL", "https://localhost:8443");
        assertThat(CommandLine.populateCommand(
                                new RouterTlsOptions(),
                                "--ssl-key=/k",
                                "--ssl-cert=/c",
                                "--ssl-protocol=TLSv1_3",
                                "--redirect-port=80",
                                "--redirect-to=443",
                                "--public-url=https://lab.example.org")
                        .settings(8443))
                .containsEntry("CARREL_TLS_MIN_VERSION", "1.3")
                .containsEntry("CARREL_TLS_REDIRECT_PORT", "80")
                .containsEntry("CARREL_SITE_PUBLIC_URL", "https://lab.example.org");
    }

    @Test
    void headersMayBeGivenAgain() {
        assertThat(settings("--custom-header", "A: 1", "--custom-header=B:2")
                        .section(ProxySettings.class)
                        .customHeaders())
                .isEqualTo("A: 1\nB:2");
    }

    @Test
    void timesAreMilliseconds() {
        RouterSettings router = settings("--timeout", "1500", "--proxy-timeout=2500", "--keep-alive-timeout", "3500")
                .section(RouterSettings.class);

        assertThat(router.silenceTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(router.responseTimeout()).isEqualTo(Duration.ofMillis(2500));
        assertThat(router.idleTimeout()).isEqualTo(Duration.ofMillis(3500));
    }

    private static String refusal(String... arguments) {
        StringWriter said = new StringWriter();
        CommandLine line = Main.commandLine().setErr(new PrintWriter(said, true));
        String[] all = new String[arguments.length + 1];
        all[0] = "router";
        System.arraycopy(arguments, 0, all, 1, arguments.length);

        assertThat(line.execute(all)).isNotZero();
        return said.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--storage-backend=redis | routes are kept by --data DIR",
                "--ssl-allow-rc4 | RC4 is broken",
                "--ssl-dhparam=x.pem | elliptic curves",
                "--ssl-ciphers=HIGH | none that is known to be weak",
                "--ssl-ca=x.pem | browsers are not asked",
                "--ssl-request-cert | browsers are not asked",
                "--ssl-protocol=SSLv3 --ssl-key=k --ssl-cert=c | expected: TLSv1_2 or TLSv1_3",
                "--ssl-key=k | --ssl-key and --ssl-cert: only one",
                "--redirect-port=80 | --redirect-port: given without",
                "--socket=/run/x.sock | use --ip 127.0.0.1 --port N",
                "--api-socket=/run/x.sock | use --api-ip 127.0.0.1 --api-port N",
                "--metrics-socket=/run/x.sock | use --metrics-ip 127.0.0.1 --metrics-port N",
            })
    void whatIsNotOfferedIsRefusedWithTheReason(String argument, String reason) {
        assertThat(refusal(argument.split(" ")))
                .contains(argument.split("=")[0])
                .contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--protocol-rewrite=gopher | --protocol-rewrite: \"gopher\" (expected:",
                "--port=0 | --port: \"0\" (expected:",
                "--log-level=loud | --log-level: \"loud\" (expected:",
                "--timeout=-1 | --timeout: \"-1ms\" (expected:",
                "--port=x | Invalid value for option '--port'",
                "--prot=1 | Unknown option",
            })
    void aWrongValueIsRefusedUnderTheOptionsName(String argument, String says) {
        assertThat(refusal("--data=" + folder, argument)).contains(says);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--data=/srv/lab"})
    void withoutOptionsItIsTheRouterOfAnInstallation(String arguments) {
        String[] all = arguments.isEmpty() ? new String[0] : arguments.split(" ");

        assertThat(RouterCommand.ofInstallation(all)).isTrue();
        assertThat(RouterCommand.ofInstallation("--data", "/srv/lab")).isTrue();
        assertThat(RouterCommand.ofInstallation("--data", "/srv/lab", "--port", "1"))
                .isFalse();
        assertThat(RouterCommand.ofInstallation("--help")).isFalse();
    }

    @Test
    void whatDeadProcessesLeftIsRemovedAndNothingElse() throws Exception {
        Path dead = Files.createDirectories(folder.resolve("carrel-router-dead/logs"))
                .getParent();
        Files.writeString(dead.resolve("lock"), "");
        Files.writeString(dead.resolve("logs/x"), "");
        Path strange = Files.createDirectory(folder.resolve("carrel-router-strange"));
        Path alive = Files.createDirectory(folder.resolve("carrel-router-alive"));
        try (FileChannel channel = FileChannel.open(
                        alive.resolve("lock"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();

            TemporaryData.sweep(folder);

            assertThat(dead).doesNotExist();
            assertThat(strange).exists();
            assertThat(alive).exists();
        }
    }
}
