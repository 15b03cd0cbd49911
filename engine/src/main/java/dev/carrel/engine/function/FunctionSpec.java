/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What one version of a function is. Immutable; checked when it was published.
 *
 * @param description for people; may be empty
 * @param runtime {@code python3}, {@code executable}, …
 * @param image the policy's name of the image its workers run in
 * @param code the program's text
 * @param files further files beside it, by relative path
 * @param handlers what can be called; empty for all that the code offers
 * @param environment variables that are no secrets
 * @param limits what a worker may use and how many there are
 * @param access who may call it, whence and how often
 * @param idempotent whether a call whose worker died may be sent to another one
 * @param schedule when it runs by itself; empty for never
 */
public record FunctionSpec(
        String description,
        String runtime,
        String image,
        String code,
        Map<String, byte[]> files,
        List<String> handlers,
        Map<String, String> environment,
        WorkLimits limits,
        CallAccess access,
        boolean idempotent,
        List<ScheduleEntry> schedule) {

    /** Copies the collections. */
    public FunctionSpec {
        files = Map.copyOf(files);
        handlers = List.copyOf(handlers);
        environment = Map.copyOf(environment);
        schedule = List.copyOf(schedule);
    }

    /** Bytes of code and files together. */
    public long size() {
        long size = code.getBytes(StandardCharsets.UTF_8).length;
        for (byte[] file : files.values()) {
            size += file.length;
        }
        return size;
    }

    /** The same with other code and for other people; handlers are all that the code offers. */
    public FunctionSpec with(String other, CallAccess whom) {
        return new FunctionSpec(
                description, runtime, image, other, files, List.of(), environment, limits, whom, idempotent, schedule);
    }

    /** The same for other people. */
    FunctionSpec with(CallAccess whom) {
        return new FunctionSpec(
                description, runtime, image, code, files, handlers, environment, limits, whom, idempotent, schedule);
    }

    /** The same at other times. */
    public FunctionSpec with(List<ScheduleEntry> times) {
        return new FunctionSpec(
                description, runtime, image, code, files, handlers, environment, limits, access, idempotent, times);
    }

    /** Without what it consists of: neither code nor variables belong into logs. */
    @Override
    public String toString() {
        return "FunctionSpec[" + runtime + ", " + size() + " bytes]";
    }

    /**
     * What a worker may use and how many there are.
     *
     * @param memoryBytes of one worker; 0 for what the policy gives
     * @param milliCpus of one worker; 0 for what the policy gives
     * @param timeout the longest a call may run
     * @param concurrency calls that one worker takes at once
     * @param minWorkers kept even when nobody calls
     * @param maxWorkers on each instance
     * @param queue calls that may wait on each instance
     * @param idle how long a worker beyond the least ones waits for a call before it is ended
     */
    public record WorkLimits(
            long memoryBytes,
            int milliCpus,
            Duration timeout,
            int concurrency,
            int minWorkers,
            int maxWorkers,
            int queue,
            Duration idle) {}

    /**
     * Who may call it.
     *
     * @param visibility whom it is for
     * @param users whom else than its owner, when it is for named users
     * @param origins of pages that may call it from a browser; {@code *} for all
     * @param perSecond calls a second that one caller may make; 0 for no limit of its own
     */
    public record CallAccess(Visibility visibility, List<String> users, List<String> origins, double perSecond) {
        /** Copies the lists. */
        public CallAccess {
            users = List.copyOf(users);
            origins = List.copyOf(origins);
        }
    }

    /** Whom a function is for. */
    public enum Visibility {
        /** Its owner. */
        PRIVATE,
        /** Its owner and named users. */
        USERS,
        /** Everybody, without a sign-in. */
        PUBLIC
    }
}
