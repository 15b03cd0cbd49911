/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the host knows of one file or folder. Used by the host's thread alone. */
final class Entry {
    private static final Logger LOG = LoggerFactory.getLogger(Entry.class);

    private @Nullable Source source;
    private @Nullable Descriptor descriptor;
    private @Nullable RunningPlugin running;
    private boolean missing;
    private boolean starting;
    private String seen = "";
    private String acted = "";
    private String concluded = "";
    private PluginStatus.State state = PluginStatus.State.DISCOVERED;
    private String reason = "";

    /** Whether it has been gone for two looks: a file may be gone for a moment while another one takes its place. */
    boolean missing(boolean now) {
        boolean before = missing;
        missing = now;
        return before && now;
    }

    /** Whether this look sees what the last one saw, and nothing was done about it yet. While it is being started it is left alone. */
    boolean settled(Source now, String settings) {
        if (starting) {
            return false;
        }
        String stamp = now.stamp() + settings;
        boolean same = stamp.equals(seen);
        seen = stamp;
        source = now;
        if (!same || stamp.equals(acted)) {
            return false;
        }
        acted = stamp;
        return true;
    }

    @Nullable
    Source source() {
        return source;
    }

    @Nullable
    Descriptor descriptor() {
        return descriptor;
    }

    @Nullable
    RunningPlugin running() {
        return running;
    }

    String id() {
        return descriptor == null ? "" : descriptor.id();
    }

    String name() {
        return source == null ? "" : source.name();
    }

    /** Whether it runs, or is being started, under this id. */
    boolean claims(String id) {
        return running != null && running.descriptor().id().equals(id) || starting && id().equals(id);
    }

    /** A start is under way, which ends by {@link #run} or {@link #refuse}. */
    void starting() {
        starting = true;
        if (running == null) {
            state = PluginStatus.State.STARTING;
            reason = "";
        }
    }

    Set<String> provided() {
        return running == null ? Set.of() : running.descriptor().provides();
    }

    Set<String> required() {
        return descriptor == null ? Set.of() : descriptor.requires();
    }

    /** Its copy may not have come to its end; then it is looked at again. */
    void incomplete(boolean copying) {
        if (copying) {
            acted = "";
            say(PluginStatus.State.DISCOVERED, "it is no complete jar yet");
        } else {
            say(PluginStatus.State.REFUSED, "it is no complete jar (copy it again)");
        }
    }

    /** From now on a change of its settings counts as a change of it. */
    void judged(Descriptor now, String settings) {
        descriptor = now;
        if (source != null) {
            seen = source.stamp() + settings;
            acted = seen;
        }
    }

    void refuse(Refused why) {
        starting = false;
        say(
                why.getCause() instanceof PluginFailure ? PluginStatus.State.FAILED : PluginStatus.State.REFUSED,
                String.valueOf(why.getMessage()));
    }

    /** It is looked at again at every look, until they are there. */
    void waitFor(Set<String> missing) {
        acted = "";
        say(
                PluginStatus.State.REFUSED,
                "it requires " + String.join(", ", missing.stream().sorted().toList())
                        + ", which no running plugin provides");
    }

    private void say(PluginStatus.State next, String why) {
        concluded = seen;
        if (!why.equals(reason)) {
            LOG.warn("plugin {}: {}{}", name(), why, running == null ? "" : "; its running version stays");
        }
        state = running == null ? next : PluginStatus.State.RUNNING;
        reason = running == null ? why : "the newer file was refused: " + why;
    }

    /** Takes the new one; gives back the old one, which is to be stopped. */
    @Nullable
    RunningPlugin run(RunningPlugin fresh) {
        RunningPlugin old = running;
        starting = false;
        concluded = seen;
        running = fresh;
        state = PluginStatus.State.RUNNING;
        reason = "";
        return old;
    }

    @Nullable
    RunningPlugin disable() {
        RunningPlugin old = take();
        concluded = seen;
        state = PluginStatus.State.DISABLED;
        reason = "the operator has switched it off";
        return old;
    }

    /** Gives up what runs, which is to be stopped. */
    @Nullable
    RunningPlugin take() {
        RunningPlugin old = running;
        running = null;
        return old;
    }

    PluginStatus status() {
        Descriptor shown = running == null ? descriptor : running.descriptor();
        return new PluginStatus(
                name(),
                shown == null ? "" : shown.id(),
                shown == null ? name() : shown.name(),
                shown == null ? "" : shown.text(),
                shown == null ? "" : shown.version(),
                provided(),
                state,
                reason,
                PluginFile.mark(concluded));
    }
}
