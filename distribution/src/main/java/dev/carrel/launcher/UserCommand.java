/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.engine.administration.LocalAdministration;
import dev.carrel.engine.signin.User;
import dev.carrel.protocol.name.UserName;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Accounts, with or without a running Carrel. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        description = "Add, list, disable and enable accounts, set passwords and make one-time links.",
        subcommands = {
            UserCommand.Add.class,
            UserCommand.ListAll.class,
            UserCommand.Disable.class,
            UserCommand.Enable.class,
            UserCommand.Password.class,
            UserCommand.OneTimeLink.class,
        },
        footer = {
            "",
            "Examples:",
            "  echo 'a long pass phrase' | carrel user add ada --password-stdin",
            "  carrel user add bob --link",
            "  carrel user list --json",
            "  carrel user disable ada",
        })
final class UserCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    UserCommand() {}

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** One that works on the database. */
    abstract static class OnDatabase implements Callable<Integer> {
        @Mixin
        private final Place place = new Place();

        @Spec
        private CommandSpec spec;

        /** Set by picocli before use. */
        @SuppressWarnings("NullAway.Init")
        OnDatabase() {}

        Place place() {
            return place;
        }

        abstract void work(LocalAdministration administration, PrintWriter out);

        @Override
        public Integer call() {
            DataFolder data = place.data();
            Optional<Integer> elsewhere = Administration.again(spec, data);
            if (elsewhere.isPresent()) {
                return elsewhere.get();
            }
            Quiet.apply();
            try (LocalAdministration administration = LocalAdministration.open(data, System.getenv())) {
                PrintWriter out = spec.commandLine().getOut();
                work(administration, out);
                out.flush();
            }
            return 0;
        }
    }

    @Command(name = "add", mixinStandardHelpOptions = true, description = "Add an account.")
    static final class Add extends OnDatabase {
        @Parameters(paramLabel = "NAME", description = "Its name: letters and digits of any script and @ + . _ -")
        private String name = "";

        @Option(names = "--admin", description = "An administrator.")
        private boolean admin;

        @Option(names = "--password-stdin", description = "Read the password from the first line of standard input.")
        private boolean stdin;

        @Option(names = "--link", description = "Give it a one-time link in place of a password.")
        private boolean link;

        @Override
        void work(LocalAdministration administration, PrintWriter out) {
            UserName user = UserName.of(name);
            administration.add(user, link ? Optional.empty() : Optional.of(Administration.password(stdin)), admin);
            out.println("added " + user + (admin ? ", an administrator" : ""));
            if (link) {
                out.println(place().site().baseUrl() + administration.link(user));
            }
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List all accounts.")
    static final class ListAll extends OnDatabase {
        @Option(names = "--json", description = "One JSON array.")
        private boolean json;

        @Override
        void work(LocalAdministration administration, PrintWriter out) {
            if (json) {
                ArrayNode array = new ObjectMapper().createArrayNode();
                for (User user : administration.list()) {
                    array.addObject()
                            .put("name", user.name().value())
                            .put("admin", user.admin())
                            .put("disabled", user.disabled())
                            .put("created", user.created().toString())
                            .put(
                                    "last_activity",
                                    user.lastActivity() == null
                                            ? null
                                            : user.lastActivity().toString());
                }
                out.println(array.toPrettyString());
                return;
            }
            for (User user : administration.list()) {
                out.printf(
                        "%-32s %-6s %s%n", user.name(), user.admin() ? "admin" : "", user.disabled() ? "disabled" : "");
            }
        }
    }

    @Command(
            name = "disable",
            mixinStandardHelpOptions = true,
            description = "Keep somebody out: ends every sign-in and token at once.")
    static final class Disable extends OnDatabase {
        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Override
        void work(LocalAdministration administration, PrintWriter out) {
            administration.disable(UserName.of(name), true);
            out.println("disabled " + name);
        }
    }

    @Command(name = "enable", mixinStandardHelpOptions = true, description = "Let somebody in again.")
    static final class Enable extends OnDatabase {
        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Override
        void work(LocalAdministration administration, PrintWriter out) {
            administration.disable(UserName.of(name), false);
            out.println("enabled " + name);
        }
    }

    @Command(
            name = "password",
            mixinStandardHelpOptions = true,
            description = "Set a password: ends every sign-in and token at once.")
    static final class Password extends OnDatabase {
        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Option(names = "--password-stdin", description = "Read the password from the first line of standard input.")
        private boolean stdin;

        @Override
        void work(LocalAdministration administration, PrintWriter out) {
            administration.password(UserName.of(name), Administration.password(stdin));
            out.println("changed the password of " + name);
        }
    }

    @Command(
            name = "link",
            mixinStandardHelpOptions = true,
            description = "Make a one-time link that lets somebody in, and choose a password where accounts have one.")
    static final class OneTimeLink extends OnDatabase {
        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Override
        void work(LocalAdministration administration, PrintWriter out) {
            out.println(place().site().baseUrl() + administration.link(UserName.of(name)));
        }
    }
}
