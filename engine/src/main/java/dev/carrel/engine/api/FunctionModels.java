/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.engine.function.FunctionHead;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionStore.VersionNote;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.ScheduleEntry;
import dev.carrel.engine.function.Timetable;
import dev.carrel.protocol.name.SessionAddress;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Base64;
import java.util.Locale;
import java.util.TreeMap;

/** Functions and their versions as they are told. Of secrets only the names. */
final class FunctionModels {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Models models;
    private final Clock clock;

    @Inject
    FunctionModels(Models models, Clock clock) {
        this.models = models;
        this.clock = clock;
    }

    /** A function without what its versions hold. */
    ObjectNode function(FunctionHead head) {
        ObjectNode model = Json.object();
        String owner = head.id().owner().value();
        model.put("name", head.id().name().value());
        model.put("owner", owner);
        model.put("url", url(head.id().name().value(), owner));
        if (head.active() == 0) {
            model.putNull("active");
        } else {
            model.put("active", head.active());
        }
        model.put("latest", head.versions().lastKey());
        ObjectNode aliases = model.putObject("aliases");
        head.aliases().forEach(aliases::put);
        ArrayNode secrets = model.putArray("secrets");
        head.secrets().keySet().forEach(secrets::add);
        model.put("created", Models.time(head.created()));
        model.put("last_change", Models.time(head.changed()));
        return model;
    }

    /** Somebody else's function as those see it who may call it: nothing of how it is made. */
    ObjectNode shared(FunctionVersion version) {
        ObjectNode model = Json.object();
        String owner = version.function().owner().value();
        model.put("name", version.function().name().value());
        model.put("owner", owner);
        model.put("url", url(version.function().name().value(), owner));
        model.put("active", version.number());
        model.put("description", version.spec().description());
        version.spec().handlers().forEach(model.putArray("handlers")::add);
        return model;
    }

    private String url(String name, String owner) {
        return models.url("/function/" + name + "." + SessionAddress.encode(owner));
    }

    /** Adds what a version is, but for its code and files. */
    void addSpec(ObjectNode model, FunctionSpec spec) {
        model.put("description", spec.description());
        model.put("runtime", spec.runtime());
        model.put("image", spec.image());
        spec.handlers().forEach(model.putArray("handlers")::add);
        model.put("size", spec.size());
        FunctionSpec.WorkLimits limits = spec.limits();
        // What is left to the image's policy is told as null.
        model.put("memory", limits.memoryBytes() == 0 ? null : (Long) limits.memoryBytes());
        model.put("cpu", limits.milliCpus() == 0 ? null : (Double) (limits.milliCpus() / 1000.0));
        model.put("timeout", limits.timeout().toMillis() / 1000.0);
        model.put("concurrency", limits.concurrency());
        model.put("min_workers", limits.minWorkers());
        model.put("max_workers", limits.maxWorkers());
        model.put("queue", limits.queue());
        model.put("idle", limits.idle().toMillis() / 1000.0);
        ObjectNode environment = model.putObject("environment");
        new TreeMap<>(spec.environment()).forEach(environment::put);
        model.put("visibility", spec.access().visibility().name().toLowerCase(Locale.ROOT));
        spec.access().users().forEach(model.putArray("users")::add);
        spec.access().origins().forEach(model.putArray("origins")::add);
        model.put("rate_per_second", spec.access().perSecond());
        model.put("idempotent", spec.idempotent());
        ArrayNode schedule = model.putArray("schedule");
        for (ScheduleEntry entry : spec.schedule()) {
            ObjectNode one = schedule.addObject();
            one.put("cron", entry.cron()).put("zone", entry.zone()).put("handler", entry.handler());
            one.set("args", json(entry.arguments()));
            one.set("kwargs", json(entry.keywords()));
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was published was JSON", e);
        }
    }

    /** Adds when it runs by itself next: null for never. */
    void addNextRun(ObjectNode model, FunctionSpec active) {
        model.put(
                "next_run",
                Timetable.of(active.schedule())
                        .next(clock.instant())
                        .map(Models::time)
                        .orElse(null));
    }

    /** A version in a list. */
    ObjectNode version(FunctionHead head, VersionNote note) {
        ObjectNode model = Json.object();
        model.put("version", note.number());
        model.put("active", note.number() == head.active());
        ArrayNode aliases = model.putArray("aliases");
        head.aliases().forEach((alias, number) -> {
            if (number == note.number()) {
                aliases.add(alias);
            }
        });
        model.put("created", Models.time(note.created()));
        model.put("publisher", note.publisher());
        model.put("description", note.description());
        model.put("runtime", note.runtime());
        model.put("size", note.size());
        return model;
    }

    /** A version with all that it is. */
    ObjectNode version(FunctionHead head, FunctionVersion version) {
        FunctionSpec spec = version.spec();
        ObjectNode model = version(
                head,
                new VersionNote(
                        version.number(),
                        version.created(),
                        version.publisher(),
                        spec.description(),
                        spec.runtime(),
                        spec.size()));
        addSpec(model, spec);
        model.put("code", spec.code());
        ObjectNode files = model.putObject("files");
        new TreeMap<>(spec.files())
                .forEach((path, bytes) ->
                        files.putObject(path).put("base64", Base64.getEncoder().encodeToString(bytes)));
        return model;
    }
}
