/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.administration.FirstAdministrator;
import dev.carrel.engine.administration.LocalAdministration;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The half of {@code carrel up} that works on the database: prints the path of the first administrator's one-time link, if one is due. */
@Command(name = "first-administrator", hidden = true)
final class FirstAdministratorCommand extends UserCommand.OnDatabase {
    @Parameters(paramLabel = "NAME")
    private String name = "";

    /** Asks for the link's path while an engine runs; empty when there is an administrator already. */
    static Optional<String> link(DataFolder data, String name) {
        if (FirstAdministrator.known(data)) {
            return Optional.empty();
        }
        List<String> lines = new ArrayList<>();
        int status = Administration.run(data, lines::add, "first-administrator", name);
        if (status != 0) {
            throw new LauncherException("no sign-in link could be made for \"" + name + "\" (see above)");
        }
        return lines.stream().filter(line -> line.startsWith("/hub/invite/")).findFirst();
    }

    @Override
    void work(LocalAdministration administration, PrintWriter out) {
        try {
            administration.firstAdministrator().link(UserName.of(name)).ifPresent(out::println);
        } catch (IOException e) {
            throw new UncheckedIOException("remembering that there is an administrator", e);
        }
    }
}
