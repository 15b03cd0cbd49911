/* Copyright the Carrel authors. */
package dev.carrel.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.engine.signin.Passwords.Judgement;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.PasswordAuthenticator;
import dev.carrel.plugin.PasswordAuthenticator.Answer;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.Site;
import dev.carrel.plugin.host.CallListener;
import dev.carrel.plugin.host.Descriptor;
import dev.carrel.plugin.host.HostSettings;
import dev.carrel.plugin.host.Part;
import dev.carrel.plugin.host.PluginHost;
import dev.carrel.plugin.host.PluginStatus;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin that is part of the program, and others beside it, in a real host. */
class PluginPasswordsTest {
    private static final String PASSWORD = "correct horse battery";
    private static final String FROM = "192.0.2.1";

    @TempDir
    private Path folder;

    private final List<PasswordAuthenticator.Attempt> seen = new CopyOnWriteArrayList<>();
    private PluginHost host;

    @AfterEach
    void close() {
        host.close();
    }

    private PluginPasswords with(Part... others) throws Exception {
        List<Part> parts = new ArrayList<>(PluginPasswords.PARTS);
        parts.addAll(List.of(others));
        host = new PluginHost(
                new HostSettings(
                        List.of(),
                        folder.resolve("etc"),
                        folder.resolve("data"),
                        folder.resolve("work"),
                        Set.of(),
                        // An allow-list that has nothing on it: parts of the program need not be.
                        Optional.of(java.util.Map.of()),
                        new Site(URI.create("http://localhost:8000"), true),
                        CallListener.NONE,
                        HostSettings.Tables.OF_ANY,
                        Clock.systemUTC()),
                parts);
        host.start();
        return new PluginPasswords(() -> host.extensions(PasswordAuthenticator.class));
    }

    /** A plugin that judges, after or before auth-local in the order of ids. */
    private Part judge(String id, PasswordAuthenticator judge) {
        return new Part(new Descriptor(id, id, "", "1", 1, Set.of(), Set.of()), () -> new Plugin() {
            @Override
            public List<Extension> start(PluginContext context) {
                return List.of((PasswordAuthenticator) attempt -> {
                    seen.add(attempt);
                    return judge.check(attempt);
                });
            }
        });
    }

    private static Part directory(String id) {
        return new Part(
                new Descriptor(id, id, "", "1", 1, Set.of(), Set.of()),
                () -> _ -> List.of(
                        (PasswordAuthenticator) attempt -> attempt.password().equals("of the directory")
                                ? new Answer.Identified(Identity.named("uid-" + attempt.name()))
                                : new Answer.Wrong()));
    }

    private static Refusal refused(ThrowingCallable call) {
        return catchThrowableOfType(Refusal.class, call);
    }

    @Test
    void accountsHavePasswordsUntilTheOperatorSwitchesThePluginOff() throws Exception {
        PluginPasswords passwords = with();
        assertThat(passwords.asked()).isTrue();
        assertThat(passwords.minLength()).hasValue(10);
        String hash = passwords.hash(PASSWORD);
        assertThat(passwords.judge("ada", PASSWORD, Optional.of(hash), FROM)).isInstanceOf(Judgement.Right.class);
        assertThat(passwords.judge("ada", "another", Optional.of(hash), FROM)).isInstanceOf(Judgement.Wrong.class);
        assertThat(passwords.judge("ada", PASSWORD, Optional.empty(), FROM)).isInstanceOf(Judgement.Wrong.class);
        host.close();

        Files.createDirectories(folder.resolve("etc"));
        Files.createFile(folder.resolve("etc/auth-local.disabled"));
        PluginPasswords none = with();
        assertThat(host.statuses()).extracting(PluginStatus::state).containsExactly(PluginStatus.State.DISABLED);
        assertThat(none.asked()).isFalse();
        assertThat(none.minLength()).isEmpty();
        assertThat(refused(() -> none.judge("ada", PASSWORD, Optional.of(hash), FROM))
                        .kind())
                .isEqualTo(Refusal.Kind.FORBIDDEN);
        assertThat(refused(() -> none.hash(PASSWORD)).kind()).isEqualTo(Refusal.Kind.FORBIDDEN);
    }

    @Test
    void itsSettingsAreThoseOfAPlugin() throws Exception {
        Files.createDirectories(folder.resolve("etc"));
        Files.writeString(folder.resolve("etc/auth-local.properties"), "min-length = 12\n");
        PluginPasswords passwords = with();
        assertThat(passwords.minLength()).hasValue(12);
        assertThat(refused(() -> passwords.hash("eleven char")))
                .hasMessage("password: 11 characters (expected: at least 12; a few words are easiest to remember)");
    }

    @Test
    void whomADirectoryKnowsIsWhoItSays() throws Exception {
        PluginPasswords passwords = with(directory("auth-directory"));
        String hash = passwords.hash(PASSWORD);
        assertThat(passwords.judge("ada", "of the directory", Optional.of(hash), FROM))
                .isInstanceOfSatisfying(Judgement.Known.class, known -> {
                    assertThat(known.proof().method()).isEqualTo("auth-directory");
                    assertThat(known.proof().subject()).isEqualTo("uid-ada");
                });
        assertThat(passwords.judge("ada", PASSWORD, Optional.of(hash), FROM)).isInstanceOf(Judgement.Right.class);
        assertThat(passwords.judge("ada", "neither", Optional.of(hash), FROM)).isInstanceOf(Judgement.Wrong.class);
    }

    @Test
    void nobodyElseSeesWhatAPluginKeepsOrSaysThatItIsRight() throws Exception {
        PluginPasswords passwords = with(judge("a-liar", _ -> new Answer.Right(Optional.of("mine"))));
        String hash = passwords.hash(PASSWORD);
        assertThat(passwords.judge("ada", "wrong", Optional.of(hash), FROM)).isInstanceOf(Judgement.Wrong.class);
        assertThat(seen)
                .extracting(PasswordAuthenticator.Attempt::kept)
                .isNotEmpty()
                .allMatch(Optional::isEmpty);
    }

    @Test
    void aPluginThatFailsKeepsNobodyOutWhomAnotherKnowsAndLetsNobodyInWhomNoneKnows() throws Exception {
        PluginPasswords passwords = with(judge("a-broken-one", _ -> {
            throw new IllegalStateException("no connection");
        }));
        String hash = passwords.hash(PASSWORD);
        assertThat(passwords.judge("ada", PASSWORD, Optional.of(hash), FROM)).isInstanceOf(Judgement.Right.class);
        Refusal refusal = refused(() -> passwords.judge("ada", "wrong", Optional.of(hash), FROM));
        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.BUSY);
        assertThat(refusal.text()).startsWith("Your password cannot be checked just now.");
    }

    @Test
    void whoeverIsBusyJudgesNobody() throws Exception {
        PluginPasswords passwords = with(judge("z-busy", _ -> new Answer.Busy()));
        assertThat(refused(() -> passwords.judge("ada", "wrong", Optional.empty(), FROM))
                        .kind())
                .isEqualTo(Refusal.Kind.BUSY);
    }
}
