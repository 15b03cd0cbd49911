/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.signin.SigninRig;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.store.StoreException;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.SigningKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line does to an installation's database. */
class LocalAdministrationTest {
    private static final UserName ADA = new UserName("ada");

    @TempDir
    private Path root;

    private DataFolder data;

    @BeforeEach
    void prepare() throws Exception {
        data = new DataFolder(root);
        Files.createDirectories(data.engine());
        Files.createDirectories(data.signingKey().getParent());
        Files.createDirectories(data.settingsFile().getParent());
        Files.createFile(
                data.signingKey(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(data.signingKey(), SigningKeys.freshLine());
    }

    private LocalAdministration open(Map<String, String> environment) {
        return LocalAdministration.open(data, environment);
    }

    @Test
    void anEngineSeesWhatItDid() {
        try (LocalAdministration administration = open(Map.of())) {
            administration.add(ADA, Optional.of("a long pass phrase"), true);
            assertThat(administration.token(ADA, List.of(), "", Optional.empty()))
                    .isNotEmpty();
        }
        try (SigninRig engine = new SigninRig(data.engine())) {
            assertThat(engine.accounts.find(ADA)).map(User::admin).contains(true);
            assertThat(engine.tokens.list(ADA)).hasSize(1);
        }
    }

    @Test
    void aOneTimeLinkEndsTheOneBefore() {
        try (LocalAdministration administration = open(Map.of())) {
            administration.add(ADA, Optional.empty(), false);
            String before = administration.link(ADA);
            String link = administration.link(ADA);
            assertThat(link).startsWith("/hub/invite/").isNotEqualTo(before);
            try (SigninRig engine = new SigninRig(data.engine())) {
                assertThat(engine.invitations.find(link.substring(link.lastIndexOf('/') + 1)))
                        .contains(ADA);
                assertThat(engine.invitations.find(before.substring(before.lastIndexOf('/') + 1)))
                        .isEmpty();
            }
        }
    }

    @Test
    void wherePasswordsAreSwitchedOffNoneIsSetAndTheWayOutIsNamed() throws Exception {
        Path etc = Files.createDirectories(data.settingsFile().resolveSibling("plugins"));
        Files.createFile(etc.resolve("auth-local.disabled"));
        try (LocalAdministration administration = open(Map.of())) {
            assertThatThrownBy(() -> administration.add(ADA, Optional.of("a long pass phrase"), false))
                    .isInstanceOf(Refusal.class)
                    .hasMessage(
                            "accounts have no passwords here: auth-local does not run, the operator has switched it off"
                                    + " (see: carrel plugin list; carrel user link makes a one-time link)");
            assertThat(administration.list()).isEmpty();
        }
        try (Stream<Path> left = Files.list(data.engine())) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).noneMatch(name -> name.startsWith("command"));
        }
    }

    @Test
    void aDatabaseOfAPluginThatIsNotThereIsNamedWithWhatToDo() throws Exception {
        Files.createDirectories(data.plugins());

        assertThatThrownBy(() -> open(Map.of("CARREL_DATABASE_PLUGIN", "database-jdbc")))
                .isInstanceOf(StoreException.class)
                .hasMessage(
                        "database.plugin: database-jdbc is not installed (run: carrel plugin install database-jdbc)");
        assertThat(data.engine()).isEmptyDirectory();
    }
}
