/* Copyright the Carrel authors. */
package dev.carrel.router.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.carrel.router.route.EndReason;
import dev.carrel.router.route.PlannedEnd;
import dev.carrel.router.route.SessionRoute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws notices from one template of this module. The template knows {@code {{name}}}, always HTML-escaped, and {@code {{#name}}…{{/name}}}, left
 * out when the value is empty. Pages need nothing but themselves, and their Content-Security-Policy allows nothing but their own style.
 */
public final class NoticePage {
    private static final Pattern SECTION = Pattern.compile("\\{\\{#([a-z]+)}}(.*?)\\{\\{/\\1}}", Pattern.DOTALL);
    private static final Pattern VALUE = Pattern.compile("\\{\\{([a-z]+)}}");
    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEMPLATE = template();
    private static final String POLICY = policy();

    private NoticePage() {}

    /** The policy that every page needs. */
    public static String contentSecurityPolicy() {
        return POLICY;
    }

    /** As a page. */
    public static byte[] html(Notice notice) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("title", notice.title());
        values.put("message", notice.message());
        values.put("code", notice.code());
        values.put("status", Integer.toString(notice.status()));
        values.put("refresh", notice.retryAfter() == 0 ? "" : Integer.toString(notice.retryAfter()));
        values.put("session", notice.about().map(NoticePage::name).orElse(""));
        Optional<EndReason> reason = notice.about().map(SessionRoute::reason);
        values.put("reason", reason.map(EndReason::text).orElse(""));
        values.put("log", reason.map(why -> String.join("\n", why.log())).orElse(""));
        for (int at = 0; at < 2; at++) {
            boolean there = at < notice.links().size();
            String key = at == 0 ? "first" : "second";
            values.put(key + "text", there ? notice.links().get(at).text() : "");
            values.put(key + "href", there ? notice.links().get(at).href() : "");
        }
        return fill(TEMPLATE, values).getBytes(StandardCharsets.UTF_8);
    }

    /** As JSON. */
    public static byte[] json(Notice notice) {
        ObjectNode json = JSON.createObjectNode()
                .put("status", notice.status())
                .put("error", notice.code())
                .put("title", notice.title())
                .put("message", notice.message());
        notice.about().ifPresent(session -> put(json, session));
        if (notice.retryAfter() > 0) {
            json.put("retryAfter", notice.retryAfter());
        }
        if (!notice.links().isEmpty()) {
            ArrayNode links = json.putArray("links");
            notice.links()
                    .forEach(link -> links.addObject().put("text", link.text()).put("href", link.href()));
        }
        return bytes(json);
    }

    /**
     * What a session's own pages are told while it serves, in the form of {@link #json}.
     *
     * @param end when it is to end, with the milliseconds until then, for clocks of browsers differ from ours
     */
    public static byte[] serving(SessionRoute session, Optional<PlannedEnd> end, Instant now) {
        ObjectNode json = JSON.createObjectNode().put("status", 200);
        put(json, session);
        end.ifPresent(told -> json.putObject("ends")
                .put("at", told.at().toString())
                .put("in", Math.max(0, Duration.between(now, told.at()).toMillis()))
                .put("keepable", told.keepable())
                .put("reason", told.why().text())
                .put("reasonCode", told.why().code()));
        return bytes(json);
    }

    private static void put(ObjectNode json, SessionRoute session) {
        EndReason reason = session.reason();
        ObjectNode about = json.putObject("session")
                .put("user", session.user())
                .put("server", session.address().server().value())
                .put("id", session.id().value())
                .put("state", session.state().label())
                .put("reason", reason == null ? null : reason.text())
                .put("reasonCode", reason == null || reason.code().isEmpty() ? null : reason.code());
        if (reason != null && !reason.log().isEmpty()) {
            ArrayNode log = about.putArray("log");
            reason.log().forEach(log::add);
        }
        about.put("since", session.since().toString());
    }

    private static byte[] bytes(ObjectNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing JSON to memory", e);
        }
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String name(SessionRoute session) {
        return session.address().server().isDefault()
                ? session.user()
                : session.user() + " / " + session.address().server();
    }

    private static String fill(String template, Map<String, String> values) {
        String text = template;
        // Sections may hold sections; values are put in after the last of them is gone, so no value is read as a
        // section.
        for (Matcher section = SECTION.matcher(text); section.find(); section = SECTION.matcher(text)) {
            text = section.replaceFirst(found ->
                    Matcher.quoteReplacement(value(values, found.group(1)).isEmpty() ? "" : found.group(2)));
        }
        return VALUE.matcher(text).replaceAll(found -> Matcher.quoteReplacement(escape(value(values, found.group(1)))));
    }

    private static String value(Map<String, String> values, String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalStateException("template key {{" + key + "}} (expected: one of " + values.keySet() + ")");
        }
        return value;
    }

    private static String policy() {
        Matcher style = STYLE.matcher(TEMPLATE);
        if (!style.find()) {
            throw new IllegalStateException("notice.html has no <style>");
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(StandardCharsets.UTF_8));
            return "default-src 'none'; style-src 'sha256-"
                    + Base64.getEncoder().encodeToString(hash)
                    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String template() {
        try (InputStream in = NoticePage.class.getResourceAsStream("notice.html")) {
            if (in == null) {
                throw new IllegalStateException("resource notice.html is missing from the router's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading notice.html", e);
        }
    }
}
