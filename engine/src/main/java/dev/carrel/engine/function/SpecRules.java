/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.session.SessionSettings;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.UserName;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a specification may hold. Every refusal names the field, what it holds and what is expected. Thread-safe.
 */
public final class SpecRules {
    /** Bytes of code and files together. */
    public static final int MOST_BYTES = 256 * 1024;
    /** The runtime of a function that names none. */
    public static final String DEFAULT_RUNTIME = "python3";

    /** How long a call may run when nothing is said. */
    public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(30);
    /** How long a worker waits for a call when nothing is said. */
    public static final Duration USUAL_IDLE = Duration.ofMinutes(5);
    /** How many calls may wait when nothing is said. */
    public static final int USUAL_QUEUE = 100;
    /** How many workers there may be when nothing is said. */
    public static final int USUAL_WORKERS = 4;

    private static final int JULIABOX_CODE = 32 * 1024;
    private static final int MOST_FILES = 100;
    private static final int MOST_HANDLERS = 100;
    private static final int MOST_NAMES = 100;
    private static final int MOST_ORIGINS = 20;
    private static final int MOST_VARIABLES = 100;
    private static final int VARIABLES_TOGETHER = 32 * 1024;
    private static final int LONGEST_SECRET = 16 * 1024;
    private static final int LONGEST_DESCRIPTION = 1000;
    private static final int MOST_CONCURRENT = 1000;
    private static final int LONGEST_QUEUE = 10_000;
    private static final long LEAST_MEMORY = 16L << 20;
    private static final Duration LONGEST_IDLE = Duration.ofDays(1);
    private static final double MOST_PER_SECOND = 1e6;

    private final FunctionSettings settings;
    private final SessionSettings sessions;
    private final ScheduleRules schedules;

    @Inject
    SpecRules(FunctionSettings settings, SessionSettings sessions, ScheduleRules schedules) {
        this.settings = settings;
        this.sessions = sessions;
        this.schedules = schedules;
    }

    /**
     * The image of a function's workers.
     *
     * @param wanted by the function; empty for that of its runtime
     * @throws Refusal invalid
     */
    public String image(String runtime, Optional<String> wanted) {
        String usual = sessions.images().getFirst();
        String ofRuntime = settings.image(runtime, usual)
                .orElseThrow(
                        () -> wrong("runtime", Printable.quote(runtime), String.join(" or ", settings.runtimeNames())));
        if (wanted.isEmpty()) {
            return ofRuntime;
        }
        Set<String> images = new LinkedHashSet<>(List.of(ofRuntime));
        images.addAll(sessions.images());
        if (!images.contains(wanted.get())) {
            throw wrong("image", Printable.quote(wanted.get()), String.join(" or ", images));
        }
        return wanted.get();
    }

    /**
     * What a function is of which nothing is said but the runtime: without code, and for its owner.
     *
     * @throws Refusal invalid, when there is no such runtime
     */
    public FunctionSpec usual(String runtime) {
        return new FunctionSpec(
                "",
                runtime,
                image(runtime, Optional.empty()),
                "",
                Map.of(),
                List.of(),
                Map.of(),
                new FunctionSpec.WorkLimits(0, 0, USUAL_TIMEOUT, 1, 0, workers(USUAL_WORKERS), USUAL_QUEUE, USUAL_IDLE),
                new FunctionSpec.CallAccess(FunctionSpec.Visibility.PRIVATE, List.of(), List.of(), 0),
                false,
                List.of());
    }

    /** The time zone of a schedule's entries that name none. */
    public String usualZone() {
        return schedules.usualZone();
    }

    /** As many workers as a function may have, but no more than these. */
    public int workers(int most) {
        return Math.min(most, settings.maxWorkers());
    }

    /**
     * Looks at all of it.
     *
     * @throws Refusal invalid, at the first thing that is not as it must be
     */
    public void check(FunctionSpec spec) {
        whole("description", spec.description());
        atMost("description", spec.description().length(), LONGEST_DESCRIPTION, "characters");
        whole("code", spec.code());
        if (spec.code().isBlank() && spec.files().isEmpty()) {
            throw wrong("code", "nothing", "the program's text, or files");
        }
        files(spec.files());
        atMost("handlers", spec.handlers().size(), MOST_HANDLERS, "names");
        for (String handler : spec.handlers()) {
            if (!handler.matches("[\\p{L}_][\\p{L}\\p{N}_.-]{0,99}")) {
                throw wrong("handlers", Printable.quote(handler), "names of functions in the code");
            }
        }
        variables(spec.environment());
        if (JuliaBox.serves(spec.runtime())) {
            juliaBox(spec);
        }
        limits(spec.limits());
        access(spec.access());
        schedules.check(spec.schedule(), spec.handlers());
    }

    private static void juliaBox(FunctionSpec spec) {
        String none = "none: the image serves by JuliaBox's protocol, which tells it the code alone";
        atMost("code", bytes(spec.code()), JULIABOX_CODE, "bytes of an expression, as process([(add, false)])");
        if (spec.code().isBlank()) {
            throw wrong("code", "nothing", "the expression that serves, as process([(add, false)])");
        }
        for (Map.Entry<String, Integer> field : Map.of(
                        "files", spec.files().size(),
                        "handlers", spec.handlers().size(),
                        "environment", spec.environment().size())
                .entrySet()) {
            if (field.getValue() > 0) {
                throw wrong(field.getKey(), Integer.toString(field.getValue()), none);
            }
        }
        if (spec.limits().concurrency() != 1) {
            throw wrong("concurrency", Integer.toString(spec.limits().concurrency()), "1: it takes one call at a time");
        }
    }

    private static void files(Map<String, byte[]> files) {
        atMost("files", files.size(), MOST_FILES, "files");
        for (String path : files.keySet()) {
            boolean relative = path.matches("[^/\\\\\\p{Cntrl}]+(/[^/\\\\\\p{Cntrl}]+)*") && path.length() <= 200;
            if (!relative
                    || List.of(path.split("/")).stream().anyMatch(step -> step.equals(".") || step.equals(".."))) {
                throw wrong(
                        "files", Printable.quote(path), "relative paths of at most 200 characters without . and ..");
            }
            whole("files", path);
        }
        for (String path : files.keySet()) {
            for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
                if (files.containsKey(path.substring(0, slash))) {
                    throw wrong(
                            "files",
                            Printable.quote(path),
                            "another path: " + Printable.quote(path.substring(0, slash)) + " is a file");
                }
            }
        }
    }

    private static void variables(Map<String, String> environment) {
        atMost("environment", environment.size(), MOST_VARIABLES, "variables");
        int together = 0;
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            variable("environment", variable.getKey());
            whole("environment." + variable.getKey(), variable.getValue());
            together += variable.getKey().length() + bytes(variable.getValue());
        }
        atMost("environment", together, VARIABLES_TOGETHER, "bytes");
    }

    private static void variable(String field, String name) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,99}") || name.startsWith("CARREL_")) {
            throw wrong(
                    field,
                    Printable.quote(name),
                    "names of variables: letters, digits and _, at most 100, not beginning with a digit or CARREL_");
        }
    }

    /**
     * A secret.
     *
     * @throws Refusal invalid; the message does not hold the value
     */
    public static void secret(String name, String value) {
        variable("secrets", name);
        if (bytes(value) > LONGEST_SECRET || broken(value)) {
            throw wrong(
                    "secrets." + name,
                    "a text of " + bytes(value) + " bytes",
                    "at most " + LONGEST_SECRET + " bytes, without U+0000");
        }
    }

    private void limits(FunctionSpec.WorkLimits limits) {
        if (limits.memoryBytes() != 0) {
            long most = settings.maxMemory().bytes();
            if (limits.memoryBytes() < LEAST_MEMORY || limits.memoryBytes() > most) {
                throw wrong(
                        "memory",
                        new DataSize(Math.max(0, limits.memoryBytes())).toString(),
                        new DataSize(LEAST_MEMORY) + " to " + new DataSize(most));
            }
        }
        if (limits.milliCpus() != 0 && (limits.milliCpus() < 10 || limits.milliCpus() > settings.maxMilliCpus())) {
            throw wrong(
                    "cpu", Double.toString(limits.milliCpus() / 1000.0), "0.01 to " + settings.maxMilliCpus() / 1000.0);
        }
        time("timeout", limits.timeout(), Duration.ofMillis(100), settings.maxTimeout());
        time("idle", limits.idle(), Duration.ofSeconds(1), LONGEST_IDLE);
        range("concurrency", limits.concurrency(), 1, MOST_CONCURRENT);
        range("max_workers", limits.maxWorkers(), 1, settings.maxWorkers());
        range("min_workers", limits.minWorkers(), 0, limits.maxWorkers());
        range("queue", limits.queue(), 0, LONGEST_QUEUE);
    }

    private static void access(FunctionSpec.CallAccess access) {
        if (!access.users().isEmpty() && access.visibility() != FunctionSpec.Visibility.USERS) {
            throw wrong("users", access.users().size() + " names", "none, unless visibility is users");
        }
        atMost("users", access.users().size(), MOST_NAMES, "names");
        for (String user : access.users()) {
            try {
                new UserName(user);
            } catch (IllegalArgumentException e) {
                throw new Refusal(Refusal.Kind.INVALID, "users: " + e.getMessage());
            }
        }
        atMost("origins", access.origins().size(), MOST_ORIGINS, "origins");
        for (String origin : access.origins()) {
            if (!origin.matches(
                    "\\*|https?://[A-Za-z0-9.-]{1,253}(:\\d{1,5})?|https?://\\[[0-9a-fA-F:.]{2,45}](:\\d{1,5})?")) {
                throw wrong("origins", Printable.quote(origin), "* or origins as https://example.org");
            }
        }
        double rate = access.perSecond();
        if (!(rate >= 0 && rate <= MOST_PER_SECOND)) {
            throw wrong("rate_per_second", Double.toString(rate), "0 (no limit) to 1000000");
        }
    }

    private static void time(String field, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw wrong(field, shown(value), shown(least) + " to " + shown(most));
        }
    }

    private static String shown(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }

    private static void range(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw wrong(field, Integer.toString(value), least + " to " + most);
        }
    }

    private static void atMost(String field, int value, int most, String what) {
        if (value > most) {
            throw wrong(field, value + " " + what, "at most " + most);
        }
    }

    private static void whole(String field, String text) {
        if (broken(text)) {
            throw wrong(field, "U+0000 or half a character in it", "text");
        }
    }

    private static boolean broken(String text) {
        return text.codePoints().anyMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Refusal wrong(String field, String value, String expected) {
        return new Refusal(Refusal.Kind.INVALID, field + ": " + value + " (expected: " + expected + ")");
    }
}
