/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;

/** What administrators do with the gate: posts to {@code /plugins/activation-gate/} door, activate, hold and release. */
final class GateActions implements RequestHandler {
    private static final Set<String> ACTIONS = Set.of("/door", "/activate", "/hold", "/release");
    private static final int LONGEST = 255;

    private final Gate gate;
    private final Logger log;

    GateActions(Gate gate, Logger log) {
        this.gate = gate;
        this.log = log;
    }

    @Override
    public Access access() {
        return Access.ADMINISTRATOR;
    }

    @Override
    public PluginResponse handle(PluginRequest request) {
        if (!ACTIONS.contains(request.path())) {
            return PluginResponse.text(
                    404, "path: \"" + request.path() + "\" (expected: /door, /activate, /hold or /release)\n");
        }
        if (!request.method().equals("POST")) {
            return PluginResponse.text(405, "method: " + request.method() + " (expected: POST)\n");
        }
        try {
            act(request);
        } catch (IllegalArgumentException e) {
            return PluginResponse.text(400, e.getMessage() + "\n");
        }
        return new PluginResponse(303, "text/plain; charset=utf-8", new byte[0], Map.of("Location", "/hub/admin"));
    }

    private void act(PluginRequest request) {
        String who = request.user().orElse("somebody");
        if (request.path().equals("/door")) {
            String word = field(request, "mode");
            Optional<Mode> mode = Mode.of(word);
            if (mode.isEmpty() && !word.equals("settings")) {
                throw new IllegalArgumentException(
                        "mode: \"" + word + "\" (expected: open, hold, automatic or settings)");
            }
            gate.choose(mode);
            log.info("{} has set the gate to {}", who, word);
            return;
        }
        String account = field(request, "account").strip();
        if (account.isEmpty()
                || account.getBytes(StandardCharsets.UTF_8).length > LONGEST
                || account.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("account: " + account.length()
                    + " characters (expected: the name of an account, 1 to " + LONGEST + " bytes)");
        }
        boolean changed = switch (request.path()) {
            case "/activate" -> gate.let(account);
            case "/hold" -> gate.hold(account);
            default -> gate.release(account);
        };
        if (changed) {
            log.info("{}: {} {}", who, request.path().substring(1), account);
        }
    }

    /** A field of the form; empty when it is missing. */
    private static String field(PluginRequest request, String name) {
        for (String pair : new String(request.body(), StandardCharsets.UTF_8).split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0 && decoded(pair.substring(0, equals)).equals(name)) {
                return decoded(pair.substring(equals + 1));
            }
        }
        return "";
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
