/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code GET /plugins/usage-accounting/usage.csv} and {@code usage.json}, for administrators: {@code from} and {@code to} (days, both included;
 * without them the last seven), {@code by} (user, image or day).
 */
final class UsageReport implements RequestHandler {
    private static final long MOST_DAYS = 366;

    private final Account account;
    private final Clock clock;

    UsageReport(Account account, Clock clock) {
        this.account = account;
        this.clock = clock;
    }

    @Override
    public Access access() {
        return Access.ADMINISTRATOR;
    }

    @Override
    public PluginResponse handle(PluginRequest request) {
        boolean csv = request.path().equals("/usage.csv");
        if (!csv && !request.path().equals("/usage.json")) {
            return refused(404, "path: \"" + request.path() + "\" (expected: /usage.csv or /usage.json)");
        }
        if (!request.method().equals("GET")) {
            return refused(405, "method: " + request.method() + " (expected: GET)");
        }
        try {
            LocalDate to = day(request, "to", LocalDate.ofInstant(clock.instant(), account.zone()));
            LocalDate from = day(request, "from", to.minusDays(6));
            By by = by(request.query("by").orElse("user"));
            long days = ChronoUnit.DAYS.between(from, to) + 1;
            if (days < 1 || days > MOST_DAYS) {
                throw new IllegalArgumentException(
                        "from, to: " + from + ", " + to + " (expected: 1 to " + MOST_DAYS + " days)");
            }
            Sums sums = new Sums(by);
            account.each(from, to, sums::add);
            return csv ? csv(from, to, by, sums.sorted()) : PluginResponse.json(200, json(from, to, by, sums.sorted()));
        } catch (IllegalArgumentException e) {
            return refused(400, String.valueOf(e.getMessage()));
        }
    }

    private static PluginResponse refused(int status, String why) {
        return PluginResponse.json(status, "{\"message\": " + quoted(why) + "}\n");
    }

    private static LocalDate day(PluginRequest request, String name, LocalDate otherwise) {
        String text = request.query(name).orElse("");
        try {
            return text.isEmpty() ? otherwise : LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(name + ": \"" + text + "\" (expected: a day such as 2026-03-01)", e);
        }
    }

    private static By by(String text) {
        for (By by : By.values()) {
            if (by.word().equals(text)) {
                return by;
            }
        }
        throw new IllegalArgumentException("by: \"" + text + "\" (expected: user, image or day)");
    }

    private static PluginResponse csv(LocalDate from, LocalDate to, By by, List<Sum> sums) {
        StringBuilder csv = new StringBuilder(by.word())
                .append(",sessions,failed,seconds,calls,failed calls,call seconds,tasks,failed tasks,task seconds\r\n");
        for (Sum sum : sums) {
            csv.append(cell(sum.of()));
            for (Amount amount : List.of(sum.sessions(), sum.calls(), sum.tasks())) {
                csv.append(',').append(amount.count());
                csv.append(',').append(amount.failed());
                csv.append(',').append(amount.seconds());
            }
            csv.append("\r\n");
        }
        return new PluginResponse(
                200,
                "text/csv; charset=utf-8",
                csv.toString().getBytes(StandardCharsets.UTF_8),
                Map.of(
                        "Content-Disposition",
                        "attachment; filename=\"usage-" + by.word() + "-" + from + "-" + to + ".csv\""));
    }

    /** RFC 4180; and a spreadsheet must not take a name for a formula. */
    private static String cell(String text) {
        String harmless = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return harmless.matches("[^\",\r\n]*") ? harmless : "\"" + harmless.replace("\"", "\"\"") + "\"";
    }

    private static String json(LocalDate from, LocalDate to, By by, List<Sum> sums) {
        StringBuilder json = new StringBuilder(
                "{\"from\": \"" + from + "\", \"to\": \"" + to + "\", \"by\": \"" + by.word() + "\", \"sums\": [");
        for (int i = 0; i < sums.size(); i++) {
            Sum sum = sums.get(i);
            json.append(i == 0 ? "\n" : ",\n")
                    .append("  {\"of\": ")
                    .append(quoted(sum.of()))
                    .append(", \"sessions\": ")
                    .append(sum.sessions().count())
                    .append(", \"failed\": ")
                    .append(sum.sessions().failed())
                    .append(", \"seconds\": ")
                    .append(sum.sessions().seconds())
                    .append(", \"functions\": ")
                    .append(json(sum.calls(), "calls"))
                    .append(", \"tasks\": ")
                    .append(json(sum.tasks(), "runs"))
                    .append('}');
        }
        return json.append("\n]}\n").toString();
    }

    private static String json(Amount amount, String counted) {
        return "{\"" + counted + "\": " + amount.count() + ", \"failed\": " + amount.failed() + ", \"seconds\": "
                + amount.seconds() + "}";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
