/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Invitations;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Lets the first administrator in: by a one-time link, for as long as there is no administrator who can sign in. */
public final class FirstAdministrator {
    private final Accounts accounts;
    private final Invitations invitations;
    private final DataFolder data;

    /** Works on the database of an installation. */
    @Inject
    public FirstAdministrator(Accounts accounts, Invitations invitations, DataFolder data) {
        this.accounts = accounts;
        this.invitations = invitations;
        this.data = data;
    }

    /** Whether it is known, without the database, that there is an administrator: the last one cannot be deleted, disabled or demoted. */
    public static boolean known(DataFolder data) {
        return Files.exists(mark(data));
    }

    private static Path mark(DataFolder data) {
        return data.engine().resolve("has-administrator");
    }

    /**
     * The path of a one-time link; empty when there is an administrator. Makes the account when there is none of that name, and ends an earlier link.
     */
    public Optional<String> link(UserName name) throws IOException {
        if (accounts.administratorExists()) {
            Files.write(mark(data), new byte[0]);
            return Optional.empty();
        }
        if (accounts.find(name).isEmpty()) {
            accounts.add(name, Optional.empty(), true, Caller.COMMAND_LINE);
        }
        return Optional.of("/hub/invite/" + invitations.invite(name, Caller.COMMAND_LINE));
    }
}
