/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.SessionAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Published functions, over the REST API. */
@Command(
        name = "function",
        mixinStandardHelpOptions = true,
        description = "Publish functions, call them, see their versions and logs. Needs a token, see --help of each.",
        subcommands = {
            FunctionCommand.Deploy.class,
            FunctionCommand.ListAll.class,
            FunctionCommand.Versions.class,
            FunctionCommand.Rollback.class,
            FunctionCommand.Delete.class,
            FunctionCommand.Invoke.class,
            FunctionCommand.Result.class,
            FunctionCommand.Logs.class,
        },
        footer = {
            "",
            "Examples:",
            "  export CARREL_URL=https://hub.example.org CARREL_API_TOKEN=…",
            "  carrel function deploy calc.py --handlers add --visibility public",
            "  carrel function invoke calc add 1 2",
            "  carrel function rollback calc",
        })
final class FunctionCommand implements Runnable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String FUNCTIONS = "/hub/api/functions/";

    @Spec
    private CommandSpec spec;

    /** Set by picocli before use. */
    @SuppressWarnings("NullAway.Init")
    FunctionCommand() {}

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** One that asks a Carrel. */
    abstract static class OnHub implements Callable<Integer> {
        @Mixin
        private final HubClient hub = new HubClient();

        @Spec
        private CommandSpec spec;

        /** Set by picocli before use. */
        @SuppressWarnings("NullAway.Init")
        OnHub() {}

        HubClient hub() {
            return hub;
        }

        abstract int work(PrintWriter out) throws InterruptedException;

        @Override
        public Integer call() throws InterruptedException {
            PrintWriter out = spec.commandLine().getOut();
            int status = work(out);
            out.flush();
            return status;
        }

        /** {@code name.owner}, or {@code name} for one of the caller's own. */
        String[] function(String typed) {
            int dot = typed.indexOf('.');
            String name = new FunctionName(dot < 0 ? typed : typed.substring(0, dot)).value();
            return new String[] {name, dot < 0 ? self() : typed.substring(dot + 1)};
        }

        private String self() {
            return hub.send("GET", "/hub/api/user", null, LIMIT)
                    .json()
                    .path("name")
                    .asText();
        }

        /** Its path in the REST API. */
        String path(String typed) {
            String[] function = function(typed);
            return FUNCTIONS + SessionAddress.encode(function[1]) + "/" + function[0];
        }
    }

    @Command(
            name = "deploy",
            mixinStandardHelpOptions = true,
            description = {
                "Publish a file, or a folder: its function.json holds fields, its main.py, main.jl or main is the code, all else are files beside it.",
                "What is published already is not published again."
            })
    static final class Deploy extends OnHub {
        @Parameters(paramLabel = "FILE|DIR")
        private Path source = Path.of("");

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "Its name, or name.owner (default: that of the file or folder).")
        private @Nullable String name;

        @Option(
                names = "--runtime",
                paramLabel = "NAME",
                description = "python3, julia, executable (default: by the file's ending).")
        private @Nullable String runtime;

        @Option(
                names = "--handlers",
                paramLabel = "NAME",
                split = ",",
                description = "What can be called (default: all).")
        private List<String> handlers = new ArrayList<>();

        @Option(names = "--visibility", paramLabel = "WHO", description = "private (default), users or public.")
        private @Nullable String visibility;

        @Option(names = "--env", paramLabel = "NAME=VALUE", description = "A variable; may be given several times.")
        private Map<String, String> variables = new LinkedHashMap<>();

        @Option(
                names = "--secret",
                paramLabel = "NAME",
                description = "A secret, taken from the variable of this name here; may be given several times.")
        private List<String> secrets = new ArrayList<>();

        @Option(
                names = "--schedule",
                paramLabel = "CRON",
                description =
                        "When it runs by itself: five fields as \"*/5 * * * *\", or @hourly, @daily, @weekly, @monthly, @yearly; may be given several times.")
        private List<String> schedule = new ArrayList<>();

        @Option(
                names = "--time-zone",
                paramLabel = "ZONE",
                description = "In whose time --schedule is: Europe/Berlin (default: the service's, usually UTC).")
        private @Nullable String zone;

        @Option(
                names = "--set",
                paramLabel = "FIELD=JSON",
                description = "Any other field: --set memory='\"256MiB\"' --set timeout=5")
        private Map<String, String> fields = new LinkedHashMap<>();

        @Option(names = "--no-activate", description = "Calls go on getting the version that is active now.")
        private boolean inactive;

        @Override
        int work(PrintWriter out) {
            FunctionSource found = FunctionSource.read(source);
            ObjectNode body = found.spec();
            if (runtime != null) {
                body.put("runtime", runtime);
            }
            if (!handlers.isEmpty()) {
                handlers.forEach(body.putArray("handlers")::add);
            }
            if (visibility != null) {
                body.put("visibility", visibility);
            }
            addSchedule(body);
            fields.forEach((field, json) -> body.set(field, FunctionSource.json("--set " + field, json)));
            addVariables(body);
            JsonNode answer = hub().send(
                            "PUT",
                            path(name == null ? found.name() : name) + (inactive ? "?activate=false" : ""),
                            body,
                            LIMIT)
                    .json();
            out.println(
                    answer.path("name").asText() + "." + answer.path("owner").asText() + " version "
                            + answer.path("version").asLong()
                            + (answer.path("added").asBoolean() ? "" : ", as it was already"));
            out.println(answer.path("url").asText());
            if (answer.path("next_run").isTextual()) {
                out.println("runs by itself, next at " + answer.path("next_run").asText());
            }
            return 0;
        }

        private void addSchedule(ObjectNode body) {
            if (!schedule.isEmpty()) {
                ArrayNode entries = body.putArray("schedule");
                for (String cron : schedule) {
                    ObjectNode entry = entries.addObject().put("cron", cron);
                    if (zone != null) {
                        entry.put("zone", zone);
                    }
                }
            } else if (zone != null) {
                throw new LauncherException("--time-zone " + zone + ": no --schedule is given that it could be for");
            }
        }

        private void addVariables(ObjectNode body) {
            if (!variables.isEmpty()) {
                ObjectNode environment = body.withObject("/environment");
                variables.forEach(environment::put);
            }
            for (String secret : secrets) {
                String value = System.getenv(secret);
                if (value == null) {
                    throw new LauncherException("--secret " + secret + ": there is no variable of this name here");
                }
                body.withObject("/secrets").put(secret, value);
            }
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List functions.")
    static final class ListAll extends OnHub {
        @Option(names = "--json", description = "One JSON array.")
        private boolean json;

        @Option(names = "--shared", description = "Those of others that name you: you may call them.")
        private boolean shared;

        @Override
        int work(PrintWriter out) {
            String path = "/hub/api/functions" + (shared ? "?shared=true" : "");
            JsonNode list = hub().send("GET", path, null, LIMIT).json();
            if (json) {
                out.println(list.toPrettyString());
                return 0;
            }
            for (JsonNode one : list) {
                String active = one.path("active").isNull()
                        ? "not active"
                        : "version " + one.path("active").asLong();
                out.printf(
                        "%-40s %-12s %s%n",
                        one.path("name").asText() + "." + one.path("owner").asText(),
                        active,
                        one.path("url").asText());
            }
            return 0;
        }
    }

    @Command(name = "versions", mixinStandardHelpOptions = true, description = "List the versions of a function.")
    static final class Versions extends OnHub {
        @Parameters(paramLabel = "NAME", description = "name, or name.owner")
        private String name = "";

        @Override
        int work(PrintWriter out) {
            JsonNode list =
                    hub().send("GET", path(name) + "/versions", null, LIMIT).json();
            for (JsonNode one : list.path("versions")) {
                List<String> words = new ArrayList<>();
                if (one.path("active").asBoolean()) {
                    words.add("active");
                }
                one.path("aliases").forEach(alias -> words.add(alias.asText()));
                out.printf(
                        "%6d  %s  %-16s %s  %s%n",
                        one.path("version").asLong(),
                        one.path("created").asText(),
                        one.path("publisher").asText(),
                        one.path("description").asText(),
                        String.join(" ", words));
            }
            return 0;
        }
    }

    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = "Let calls get the version that was active before.")
    static final class Rollback extends OnHub {
        @Parameters(paramLabel = "NAME", description = "name, or name.owner")
        private String name = "";

        @Override
        int work(PrintWriter out) {
            JsonNode answer =
                    hub().send("POST", path(name) + "/rollback", null, LIMIT).json();
            out.println("version " + answer.path("active").asLong() + " is active");
            return 0;
        }
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Delete a function with all its versions and secrets.")
    static final class Delete extends OnHub {
        @Parameters(paramLabel = "NAME", description = "name, or name.owner")
        private String name = "";

        @Override
        int work(PrintWriter out) {
            hub().send("DELETE", path(name), null, LIMIT);
            out.println("deleted " + name);
            return 0;
        }
    }

    @Command(
            name = "invoke",
            mixinStandardHelpOptions = true,
            description =
                    "Call a function and print what it answers. The first argument is its handler where it has several.")
    static final class Invoke extends OnHub {
        @Parameters(index = "0", paramLabel = "NAME", description = "name, or name.owner")
        private String name = "";

        @Parameters(index = "1..*", paramLabel = "ARG", arity = "0..*")
        private List<String> arguments = new ArrayList<>();

        @Option(names = "--data", paramLabel = "JSON", description = "Send this as the body of a POST.")
        private @Nullable String data;

        @Option(names = "--limit", paramLabel = "SECONDS", description = "Wait so long at most (default: 60).")
        private int limit = 60;

        @Option(names = "--async", description = "Do not wait for the answer: print the id that 'result' takes.")
        private boolean async;

        @Override
        int work(PrintWriter out) {
            String[] function = function(name);
            StringBuilder path = new StringBuilder((async ? "/async-function/" : "/function/") + function[0] + "."
                    + SessionAddress.encode(function[1]));
            arguments.forEach(argument -> path.append('/').append(SessionAddress.encode(argument)));
            HubClient.Answer answer = hub().ask(
                            data == null ? "GET" : "POST",
                            path.toString(),
                            data == null ? null : FunctionSource.json("--data", data),
                            Duration.ofSeconds(limit));
            if (answer.status() >= 400) {
                throw HubClient.failure(answer);
            }
            out.println(async ? answer.json().path("call").asText() : answer.text());
            return 0;
        }
    }

    @Command(
            name = "result",
            mixinStandardHelpOptions = true,
            description = "Print the result of an asynchronous call, or 'waiting' or 'running' and end with status 3.")
    static final class Result extends OnHub {
        private static final int UNFINISHED = 3;

        @Parameters(paramLabel = "ID", description = "as 'invoke --async' printed it")
        private String id = "";

        @Override
        int work(PrintWriter out) {
            HubClient.Answer answer = hub().ask("GET", "/async-result/" + SessionAddress.encode(id), null, LIMIT);
            if (answer.status() >= 400) {
                throw HubClient.failure(answer);
            }
            if (answer.state().equals("waiting") || answer.state().equals("running")) {
                out.println(answer.state());
                return UNFINISHED;
            }
            out.println(answer.text());
            return 0;
        }
    }

    @Command(
            name = "logs",
            mixinStandardHelpOptions = true,
            description = "Print the last lines that a function wrote, with the time of each.")
    static final class Logs extends OnHub {
        private static final Duration PAUSE = Duration.ofSeconds(1);

        @Parameters(paramLabel = "NAME", description = "name, or name.owner")
        private String name = "";

        @Option(names = "--tail", paramLabel = "N", description = "So many lines (default: 100).")
        private int tail = 100;

        @Option(names = "--call", paramLabel = "ID", description = "Those of one call only.")
        private String call = "";

        @Option(
                names = "--since",
                paramLabel = "MOMENT",
                description =
                        "Those of this moment and later: 2026-01-31T12:00:00Z, or behind the line of this number.")
        private String since = "";

        @Option(
                names = {"-f", "--follow"},
                description = "Go on with what it writes, until interrupted.")
        private boolean follow;

        @Option(names = "--json", description = "One JSON object a line.")
        private boolean json;

        @Override
        int work(PrintWriter out) throws InterruptedException {
            String path = path(name) + "/logs?";
            String ofCall = call.isEmpty() ? "" : "&call=" + SessionAddress.encode(call);
            String from = since.isEmpty() ? "" : "&since=" + SessionAddress.encode(since);
            long last = show(out, path + "tail=" + tail + ofCall + from, 0);
            while (follow) {
                Thread.sleep(PAUSE);
                last = show(out, path + "since=" + last + ofCall, last);
            }
            return 0;
        }

        /** Prints lines; the number of the last one. */
        private long show(PrintWriter out, String path, long before) {
            JsonNode told = hub().send("GET", path, null, LIMIT).json();
            long last = before;
            for (JsonNode line : told.path("lines")) {
                last = line.path("number").asLong();
                out.println(
                        json
                                ? line.toString()
                                : line.path("at").asText() + " "
                                        + line.path("text").asText());
            }
            String fault = told.path("fault").asText();
            if (!fault.isEmpty()) {
                System.err.println("carrel: " + fault);
            }
            return last;
        }
    }
}
