/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.engine.administration.TableTransfer;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** All tables to a file and back: backups, and the way from one database to another. */
@Command(
        name = "db",
        mixinStandardHelpOptions = true,
        description = "Export all tables to a file and import them, into the same database or another one.",
        subcommands = {DbCommand.Export.class, DbCommand.Import.class},
        footer = {
            "",
            "Examples:",
            "  carrel db export tables.jsonl",
            "  carrel db export - | gzip > tables.jsonl.gz",
            "  carrel db import tables.jsonl                 after a change of database.plugin, while Carrel is down",
        })
final class DbCommand implements Runnable {
    private static final String STREAM = "-";

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    DbCommand() {}

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** One that moves tables. */
    abstract static class Base implements Callable<Integer> {
        @Mixin
        private final Place place = new Place();

        @Spec
        private CommandSpec spec;

        /** Set by picocli before use. */
        @SuppressWarnings("NullAway.Init")
        Base() {}

        Place place() {
            return place;
        }

        /** The data folder of an installation that has been set up. */
        DataFolder data() {
            DataFolder data = place.data();
            Administration.requireSetUp(data);
            return data;
        }

        /** What is said must not be among what is written to standard output. */
        void tell(String line) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(line);
            err.flush();
        }

        void tell(String done, TableTransfer.Moved moved) {
            moved.leftOut().forEach(plugin -> tell("left out, if it has tables: plugin " + plugin));
            tell(done + " " + moved.rows() + " rows of " + moved.tables() + " tables");
        }
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description =
                    "Write every table to a file. What a running Carrel writes meanwhile may be missing: stop it for an exact copy.")
    static final class Export extends Base {
        @Parameters(paramLabel = "FILE", description = "The file, readable by you only; - for standard output.")
        private String file = "";

        @Override
        public Integer call() throws IOException {
            DataFolder data = data();
            if (file.equals(STREAM)) {
                return Administration.confined() ? write(data, standardOutput()) : again(data, Redirects.NONE);
            }
            Path target = Path.of(file).toAbsolutePath();
            Path draft = target.resolveSibling("." + target.getFileName() + ".new");
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                int status;
                if (Administration.confined()) {
                    try (OutputStream out = Files.newOutputStream(draft)) {
                        status = write(data, out);
                    }
                } else {
                    status = again(data, new Redirects(null, draft));
                }
                if (status == 0) {
                    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                }
                return status;
            } finally {
                Files.deleteIfExists(draft);
            }
        }

        private static int again(DataFolder data, Redirects redirects) throws IOException {
            return Administration.run(data, redirects, "db", "export", STREAM);
        }

        private static OutputStream standardOutput() {
            return new FileOutputStream(FileDescriptor.out);
        }

        private int write(DataFolder data, OutputStream out) throws IOException {
            Quiet.apply();
            Path tables = Files.createTempFile(data.engine(), "export", ".jsonl");
            try {
                TableTransfer.Moved moved = TableTransfer.export(data, System.getenv(), tables);
                Files.copy(tables, out);
                out.flush();
                tell("exported", moved);
                return 0;
            } finally {
                Files.deleteIfExists(tables);
            }
        }
    }

    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description =
                    "Write every row of an exported file into the database, over rows with the same keys; the file is judged before anything is"
                            + " changed. Carrel must be down.")
    static final class Import extends Base {
        @Parameters(paramLabel = "FILE", description = "The file; - for standard input.")
        private String file = "";

        @Option(names = "--over", description = "There may be accounts in the database already.")
        private boolean over;

        @Override
        public Integer call() throws IOException {
            DataFolder data = data();
            if (Probe.of(ProcessName.ENGINE, place().site()).pid() != 0) {
                throw new LauncherException("the engine runs (expected: no writer but the import; run: carrel down)");
            }
            if (!file.equals(STREAM) && !Files.isReadable(Path.of(file))) {
                throw new LauncherException(file + " cannot be read (expected: a file that carrel db export wrote)");
            }
            if (!Administration.confined()) {
                Redirects from = file.equals(STREAM) ? Redirects.NONE : new Redirects(Path.of(file), null);
                return over
                        ? Administration.run(data, from, "db", "import", STREAM, "--over")
                        : Administration.run(data, from, "db", "import", STREAM);
            }
            Quiet.apply();
            Path tables = Files.createTempFile(data.engine(), "import", ".jsonl");
            try (FileInputStream in =
                    file.equals(STREAM) ? new FileInputStream(FileDescriptor.in) : new FileInputStream(file)) {
                Files.copy(in, tables, StandardCopyOption.REPLACE_EXISTING);
                tell("imported", TableTransfer.restore(data, System.getenv(), tables, over));
                return 0;
            } finally {
                Files.deleteIfExists(tables);
            }
        }
    }
}
