/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Functions that have a name of their own at the host {@code api.…}. */
@Section(
        value = "apis",
        text = "Functions that are called at the host `api.` below the site's, as JuliaBox's APIs were.")
public record ApiSettings(
        @Setting(
                text =
                        "The functions that have a name there, as `name=owner/function`: `calc=alice/calc` is called at `http://api.host/calc/handler/argument`.",
                def = "[]")
        List<String> names) {
    /** Refuses what names no function, and a name that comes twice. */
    public ApiSettings {
        names = List.copyOf(names);
        table(names);
    }

    /** The function of a name. */
    public Optional<FunctionId> find(String name) {
        return Optional.ofNullable(table(names).get(name));
    }

    private static Map<String, FunctionId> table(List<String> names) {
        Map<String, FunctionId> table = new HashMap<>();
        for (String entry : names) {
            int equals = entry.indexOf('=');
            int slash = entry.lastIndexOf('/');
            if (equals < 0 || slash < equals || !entry.substring(0, equals).matches("[A-Za-z0-9_.-]{1,32}")) {
                throw wrong(entry, "");
            }
            FunctionId function;
            try {
                function = new FunctionId(
                        UserName.of(entry.substring(equals + 1, slash)), new FunctionName(entry.substring(slash + 1)));
            } catch (IllegalArgumentException e) {
                throw wrong(entry, ": " + e.getMessage());
            }
            if (table.put(entry.substring(0, equals), function) != null) {
                throw wrong(entry, ": the name is another one's already");
            }
        }
        return table;
    }

    private static IllegalArgumentException wrong(String entry, String why) {
        return new IllegalArgumentException("names: \"" + entry + "\"" + why
                + " (expected: name=owner/function, the name 1 to 32 characters of A-Z a-z 0-9 _ . -, each once)");
    }
}
