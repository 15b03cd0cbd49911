/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.FailureCode;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.name.VolumeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the manager will not start; nothing half-made is ever left behind. */
class RefusalsIT {
    private static LiveManager manager;

    @BeforeAll
    static void start() throws Exception {
        String missing = "    - name: missing\n      reference: carrel/there-is-no-such-image:latest\n";
        String moved = "    - name: moved\n      reference: " + LiveManager.IMAGE + "\n      id: sha256:"
                + "0".repeat(64) + "\n";
        String digest = "    - name: digest\n      reference: carrel/session@sha256:" + "1".repeat(64) + "\n";
        manager = LiveManager.start(
                missing
                        + moved
                        + digest
                        + LiveManager.entry("shell", "command: [/bin/sh, -c, jupyter-lab]")
                        + LiveManager.entry("nothing", "command: [/usr/bin/no-such-program]\n      user: \"1000:100\"")
                        + LiveManager.entry("other-user", "user: \"1234:1234\""),
                "");
    }

    @AfterAll
    static void stop() throws Exception {
        manager.close();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(manager.docker
                        .listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(List.of("dev.carrel.install=" + manager.install()))
                        .exec())
                .isEmpty();
    }

    @Test
    void anImageThatThePolicyDoesNotList() {
        refused(
                LiveManager.session("debian:latest"),
                FailureCode.IMAGE_NOT_ALLOWED,
                "default, idle, idle-worker, missing",
                "manager-policy.yaml");
    }

    @Test
    void anImageThatIsMissingAndMayNotBeFetched() {
        refused(
                LiveManager.session("missing"),
                FailureCode.IMAGE_MISSING,
                "carrel/there-is-no-such-image:latest",
                "pull: if-missing");
        assertThatThrownBy(() -> manager.call(new Command.EnsureImage("missing")))
                .isInstanceOfSatisfying(
                        CommandFailure.class, e -> assertThat(e.code()).isEqualTo(FailureCode.IMAGE_MISSING));
    }

    @Test
    void anImageWhoseTagHasMoved() {
        refused(LiveManager.session("moved"), FailureCode.IMAGE_NOT_ALLOWED, "sha256:0000");
    }

    @Test
    void anImageOfAnotherDigest() {
        refused(LiveManager.session("digest"), FailureCode.IMAGE_MISSING, "carrel/session@sha256:1111");
    }

    @Test
    void anImageWhoseCommandTakesNoArguments() {
        refused(LiveManager.session("shell"), FailureCode.IMAGE_NOT_ALLOWED, "shell line", "command:");
    }

    @Test
    void moreThanThePolicyAllows() {
        for (Limits limits : List.of(
                new Limits(3L << 30, 0, 0), new Limits(0, 2001, 0), new Limits(0, 0, 1025), new Limits(1, 0, 0))) {
            refused(
                    LiveManager.session("idle", SessionId.random(), VolumeId.random(), limits),
                    FailureCode.LIMIT_EXCEEDED,
                    "expected");
        }
    }

    @Test
    void aBasePathOrTokenOfAnotherForm() {
        for (String path : List.of("/user/alice", "user/alice/", "/user/a b/", "/user//x/", "/user/\n/", "")) {
            refused(start(path, LiveManager.TOKEN), FailureCode.REJECTED, "base path");
        }
        refused(start("/user/alice/", "short"), FailureCode.REJECTED, "5 characters");
    }

    private static Command.StartSession start(String path, String token) {
        return new Command.StartSession(
                SessionId.random(), UserName.of("alice"), "idle", Limits.POLICY, VolumeId.random(), path, token);
    }

    @Test
    void aHomeThatIsALinkToSomewhereElse() throws Exception {
        VolumeId home = VolumeId.random();
        Path link = manager.data.homes().resolve(home.value());
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of("/etc"));

        refused(LiveManager.session("idle", SessionId.random(), home, Limits.POLICY), FailureCode.HOME_FAILED, "link");
    }

    @Test
    void aHomeOfAnotherUser() throws Exception {
        VolumeId home = VolumeId.random();
        Command.StartSession owner = LiveManager.session("idle", SessionId.random(), home, Limits.POLICY);
        manager.start(owner);
        manager.call(new Command.RemoveSession(owner.session()));

        refused(
                LiveManager.session("other-user", SessionId.random(), home, Limits.POLICY),
                FailureCode.HOME_FAILED,
                "owned by user 1000",
                "chown");
    }

    @Test
    void aProgramThatIsNotInTheImage() {
        // tini is the image's entry point; it runs, and says so: this start succeeds and ends at once.
        Command.StartSession start = LiveManager.session("nothing");
        try {
            manager.start(start);
            assertThat(manager.await(
                                    dev.carrel.protocol.command.Event.SessionExited.class,
                                    e -> e.session().equals(start.session()))
                            .lastLines())
                    .anySatisfy(line -> assertThat(line).contains("no-such-program"));
            manager.call(new Command.RemoveSession(start.session()));
        } catch (CommandFailure | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(Command.StartSession start, FailureCode code, String... parts) {
        assertThatThrownBy(() -> manager.call(start))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
                .message()
                .contains(parts);
    }
}
