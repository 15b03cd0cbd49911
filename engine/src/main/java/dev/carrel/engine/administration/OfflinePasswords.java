/* Copyright the Carrel authors. */
package dev.carrel.engine.administration;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.plugin.HostSetup;
import dev.carrel.engine.plugin.PluginPasswords;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.store.StoreException;
import dev.carrel.plugin.PasswordAuthenticator;
import dev.carrel.plugin.host.PluginHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** New passwords as a command sets them: for each, the program's own plugin is started with the installation's settings. Nobody signs in here. */
final class OfflinePasswords implements Passwords {
    private final DataFolder data;
    private final SiteSettings site;

    OfflinePasswords(DataFolder data, SiteSettings site) {
        this.data = data;
        this.site = site;
    }

    @Override
    public boolean asked() {
        return false;
    }

    @Override
    public OptionalInt minLength() {
        return OptionalInt.empty();
    }

    @Override
    public Judgement judge(String typed, String password, Optional<String> hash, String remote) {
        throw Passwords.notInUse();
    }

    @Override
    public String hash(String password) {
        try {
            Path work = Files.createTempDirectory(data.engine(), "command");
            try (PluginHost host = new PluginHost(HostSetup.ofParts(data, site, work), PluginPasswords.PARTS)) {
                host.start();
                if (host.extensions(PasswordAuthenticator.class).isEmpty()) {
                    throw new Refusal(
                            Refusal.Kind.FORBIDDEN,
                            "accounts have no passwords here: auth-local does not run, "
                                    + host.statuses().getFirst().reason()
                                    + " (see: carrel plugin list; carrel user link makes a one-time link)");
                }
                return new PluginPasswords(() -> host.extensions(PasswordAuthenticator.class)).hash(password);
            } finally {
                Files.deleteIfExists(work);
            }
        } catch (IOException e) {
            throw new StoreException("the program's plugins cannot be started: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while the password was hashed", e);
        }
    }
}
