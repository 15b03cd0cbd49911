/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.administration.LocalAdministration;
import dev.carrel.protocol.name.UserName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The half of {@code carrel up} that works on the database: prints the path of the first administrator's one-time link, if one is due. */
@Command(name = "first-administrator", hidden = true)
final class FirstAdministrator extends UserCommand.OnDatabase {
    @Parameters(paramLabel = "NAME")
    private String name = "";

    /** Asks for the link's path; empty when there is an administrator already. */
    static Optional<String> link(DataFolder data, String name) {
        if (Files.exists(mark(data))) {
            return Optional.empty();
        }
        List<String> lines = new ArrayList<>();
        int status = Administration.run(data, lines::add, "first-administrator", name);
        if (status != 0) {
            throw new LauncherException("no sign-in link could be made for \"" + name + "\" (see above)");
        }
        return lines.stream().filter(line -> line.startsWith("/hub/invite/")).findFirst();
    }

    /** Left once there is an administrator. There is one for ever after: the last one cannot be deleted, disabled or demoted. */
    private static Path mark(DataFolder data) {
        return data.engine().resolve("has-administrator");
    }

    @Override
    void work(LocalAdministration administration, PrintWriter out) {
        administration.firstAdministrator(UserName.of(name)).ifPresentOrElse(out::println, this::leaveMark);
    }

    private void leaveMark() {
        try {
            Files.write(mark(data()), new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
