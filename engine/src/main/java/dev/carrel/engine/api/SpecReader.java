/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.carrel.chassis.settings.DataSize;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.SpecRules;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.name.UserName;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A function's specification out of the JSON of a request. What is wrong is told with its field. */
final class SpecReader {
    private static final Set<String> FIELDS = new TreeSet<>(Set.of(
            "runtime",
            "image",
            "code",
            "files",
            "handlers",
            "description",
            "memory",
            "cpu",
            "timeout",
            "concurrency",
            "min_workers",
            "max_workers",
            "queue",
            "idle",
            "environment",
            "secrets",
            "visibility",
            "users",
            "origins",
            "rate_per_second",
            "idempotent",
            "schedule"));
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)\\s*(ms|s|m|h)");

    private final SpecRules rules;
    private final JsonNode body;

    private SpecReader(SpecRules rules, JsonNode body) {
        this.rules = rules;
        this.body = body;
    }

    /**
     * What a request asks to be published.
     *
     * @param secrets values by their names
     */
    record Draft(FunctionSpec spec, Map<String, String> secrets) {
        @Override
        public String toString() {
            return "Draft[" + spec + ", secrets " + secrets.keySet() + "]";
        }
    }

    /**
     * Reads and checks it.
     *
     * @param files further ones, by path, which came beside the JSON
     * @throws HttpFailure 400, 413
     */
    static Draft read(SpecRules rules, JsonNode body, Map<String, byte[]> files) {
        return new SpecReader(rules, body).draft(files);
    }

    private Draft draft(Map<String, byte[]> more) {
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                throw new HttpFailure(
                        400,
                        "json.field",
                        Printable.quote(field.getKey()) + ": no field of a function (expected: one of "
                                + String.join(", ", FIELDS) + ")");
            }
        }
        String runtime = Json.text(body, "runtime").orElse(SpecRules.DEFAULT_RUNTIME);
        Map<String, byte[]> files = files();
        more.forEach((path, bytes) -> {
            if (files.put(path, bytes) != null) {
                throw new HttpFailure(400, "json.field", "files: " + Printable.quote(path) + " is given twice");
            }
        });
        FunctionSpec spec = new FunctionSpec(
                Json.text(body, "description").orElse(""),
                runtime,
                rules.image(runtime, Json.text(body, "image")),
                Json.text(body, "code").orElseGet(() -> onlyFile(files)),
                files,
                Json.texts(body, "handlers"),
                map("environment"),
                limits(),
                access(),
                Json.flag(body, "idempotent").orElse(false),
                ScheduleReader.read(body.path("schedule"), rules.usualZone()));
        if (spec.size() > SpecRules.MOST_BYTES) {
            throw new HttpFailure(
                    413,
                    "function.too-large",
                    "code and files: " + spec.size() + " bytes (expected: at most " + SpecRules.MOST_BYTES
                            + "; put what is larger into the image or fetch it when the worker starts)");
        }
        rules.check(spec);
        return new Draft(spec, map("secrets"));
    }

    /** Whoever sends one file and no code means that file. */
    private static String onlyFile(Map<String, byte[]> files) {
        if (files.size() != 1) {
            return "";
        }
        Map.Entry<String, byte[]> only = files.entrySet().iterator().next();
        String code = text("files." + only.getKey(), only.getValue());
        files.clear();
        return code;
    }

    /** Bytes as UTF-8. */
    static String text(String field, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            throw new HttpFailure(400, "json.field", field + ": not UTF-8 (expected: a program's text)");
        }
    }

    private Map<String, byte[]> files() {
        Map<String, byte[]> files = new TreeMap<>();
        for (Map.Entry<String, JsonNode> file : object("files", "an object of files by their paths")) {
            files.put(file.getKey(), file("files." + file.getKey(), file.getValue()));
        }
        return files;
    }

    private static byte[] file(String field, JsonNode value) {
        if (value.isTextual()) {
            return value.asText().getBytes(StandardCharsets.UTF_8);
        }
        JsonNode coded = value.path("base64");
        if (value.size() != 1 || !coded.isTextual()) {
            throw Json.wrong(field, value, "the file's text, or {\"base64\": …}");
        }
        try {
            return Base64.getMimeDecoder().decode(coded.asText());
        } catch (IllegalArgumentException _) {
            throw new HttpFailure(
                    400, "json.field", field + ".base64: not base64 (expected: the file's bytes in base64)");
        }
    }

    private Map<String, String> map(String field) {
        Map<String, String> map = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : object(field, "an object of texts by their names")) {
            if (!entry.getValue().isTextual()) {
                // Not shown: it may be a secret that is no text.
                throw new HttpFailure(400, "json.field", field + "." + entry.getKey() + ": no text (expected: a text)");
            }
            map.put(entry.getKey(), entry.getValue().asText());
        }
        return map;
    }

    private Set<Map.Entry<String, JsonNode>> object(String field, String expected) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Set.of();
        }
        if (!value.isObject()) {
            throw Json.wrong(field, value, expected);
        }
        return value.properties();
    }

    private FunctionSpec.WorkLimits limits() {
        int least = whole("min_workers", 0);
        return new FunctionSpec.WorkLimits(
                memory(),
                cpu(),
                time("timeout", SpecRules.USUAL_TIMEOUT),
                whole("concurrency", 1),
                least,
                whole("max_workers", rules.workers(Math.max(least, SpecRules.USUAL_WORKERS))),
                whole("queue", SpecRules.USUAL_QUEUE),
                time("idle", SpecRules.USUAL_IDLE));
    }

    private long memory() {
        JsonNode value = body.path("memory");
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        if (value.isIntegralNumber() && value.canConvertToLong() && value.asLong() > 0) {
            return value.asLong();
        }
        if (value.isTextual()) {
            try {
                return DataSize.parse(value.asText()).bytes();
            } catch (IllegalArgumentException _) {
                // Told below, in the same words.
            }
        }
        throw Json.wrong("memory", value, "a size as \"256MiB\", or bytes");
    }

    private int cpu() {
        JsonNode value = body.path("cpu");
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        double cores = value.isNumber() ? value.asDouble() : 0;
        if (!(cores >= 0.001 && cores <= 1000)) {
            throw Json.wrong("cpu", value, "cores as 0.5");
        }
        return (int) Math.round(cores * 1000);
    }

    private Duration time(String field, Duration usual) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return usual;
        }
        double seconds = -1;
        if (value.isNumber()) {
            seconds = value.asDouble();
        } else if (value.isTextual()) {
            Matcher form = TIME.matcher(value.asText().strip());
            if (form.matches()) {
                double factor = switch (form.group(2)) {
                    case "ms" -> 0.001;
                    case "m" -> 60;
                    case "h" -> 3600;
                    default -> 1;
                };
                seconds = Double.parseDouble(form.group(1)) * factor;
            }
        }
        if (!(seconds >= 0 && seconds <= 1e9)) {
            throw Json.wrong(field, value, "seconds, or a time as \"30s\"");
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private int whole(String field, int usual) {
        Optional<Long> number = Json.number(body, field);
        if (number.isPresent() && number.get() != number.get().intValue()) {
            throw Json.wrong(field, body.path(field), "a smaller number");
        }
        return number.map(Long::intValue).orElse(usual);
    }

    private FunctionSpec.CallAccess access() {
        String visibility = Json.text(body, "visibility").orElse("private");
        FunctionSpec.Visibility whom = switch (visibility) {
            case "private" -> FunctionSpec.Visibility.PRIVATE;
            case "users" -> FunctionSpec.Visibility.USERS;
            case "public" -> FunctionSpec.Visibility.PUBLIC;
            default -> throw Json.wrong("visibility", body.path("visibility"), "private, users or public");
        };
        List<String> users = new ArrayList<>();
        for (String user : Json.texts(body, "users")) {
            try {
                users.add(UserName.of(user).value());
            } catch (IllegalArgumentException e) {
                throw new HttpFailure(400, "json.field", "users: " + e.getMessage());
            }
        }
        List<String> origins = Json.texts(body, "origins").stream()
                .map(origin -> origin.toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
        return new FunctionSpec.CallAccess(
                whom, users.stream().distinct().sorted().toList(), origins, rate());
    }

    private double rate() {
        JsonNode value = body.path("rate_per_second");
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        if (!value.isNumber()) {
            throw Json.wrong("rate_per_second", value, "a number; 0 for no limit");
        }
        return value.asDouble();
    }
}
