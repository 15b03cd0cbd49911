/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.SigninRig;
import dev.carrel.protocol.name.UserName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator asks in run/, the engine that starts answers in its own folder. */
class FirstLinkRequestTest {
    @TempDir
    private Path root;

    private DataFolder data;
    private SigninRig rig;

    @BeforeEach
    void open() throws Exception {
        data = new DataFolder(root);
        Files.createDirectories(data.run());
        Files.createDirectories(data.engine());
        rig = new SigninRig(data.engine());
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void engineStarts() {
        new FirstLinkRequest(new FirstAdministrator(rig.accounts, rig.invitations, data), data).start();
    }

    @Test
    void theLinkIsAnsweredOnceAndLetsTheFirstAdministratorIn() throws Exception {
        FirstLinkRequest.ask(data, "ada");
        engineStarts();

        String path = FirstLinkRequest.take(data, 0).orElseThrow();
        assertThat(rig.invitations.find(path.substring("/hub/invite/".length())))
                .contains(UserName.of("ada"));

        engineStarts();
        assertThat(FirstLinkRequest.take(data, 0)).isEmpty();
        assertThat(rig.invitations.find(path.substring("/hub/invite/".length())))
                .contains(UserName.of("ada"));
    }

    @Test
    void whereThereIsAnAdministratorNoneIsDueAndThatIsRemembered() throws Exception {
        rig.accounts.add(UserName.of("eve"), Optional.of("a long pass phrase"), true, Caller.COMMAND_LINE);
        FirstLinkRequest.ask(data, "ada");
        assertThat(FirstAdministrator.known(data)).isFalse();

        engineStarts();

        assertThat(FirstLinkRequest.take(data, 0)).contains("");
        assertThat(FirstAdministrator.known(data)).isTrue();
        assertThat(rig.accounts.find(UserName.of("ada"))).isEmpty();
    }

    @Test
    void aNameThatNobodyCanHaveMakesNothing() throws Exception {
        FirstLinkRequest.ask(data, "no/body\nat all");
        engineStarts();

        assertThat(FirstLinkRequest.take(data, 0)).isEmpty();
        assertThat(rig.accounts.administratorExists()).isFalse();
    }

    /** The answer lies in a folder of the engine's user; whoever asks may be root. */
    @Test
    void aLinkToAnotherFileAndAnythingThatIsNoPathAreNoAnswer() throws Exception {
        Path secret = Files.writeString(root.resolve("secret"), "/hub/invite/looks-like-one");
        Files.createSymbolicLink(data.engine().resolve("first-link"), secret);
        assertThat(FirstLinkRequest.take(data, 0)).isEmpty();
        Files.delete(data.engine().resolve("first-link"));

        Files.writeString(data.engine().resolve("first-link"), "/hub/invite/x@evil.example/");
        assertThat(FirstLinkRequest.take(data, 0)).isEmpty();
    }
}
