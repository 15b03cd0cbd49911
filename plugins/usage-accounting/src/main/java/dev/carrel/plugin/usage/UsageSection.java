/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.UiSection;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Today and the last seven days on the administrators' page. */
final class UsageSection implements UiSection {
    private static final int SHOWN = 10;

    private final Account account;
    private final Clock clock;

    UsageSection(Account account, Clock clock) {
        this.account = account;
        this.clock = clock;
    }

    @Override
    public Place place() {
        return Place.ADMIN;
    }

    @Override
    public String title() {
        return "Use";
    }

    @Override
    public String html(Viewer viewer) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), account.zone());
        LocalDate week = today.minusDays(6);
        Sums todaysUsers = new Sums(By.USER);
        Sums users = new Sums(By.USER);
        Sums images = new Sums(By.IMAGE);
        account.each(week, today, row -> {
            users.add(row);
            images.add(row);
            if (row.day().equals(today.toString())) {
                todaysUsers.add(row);
            }
        });
        StringBuilder html = new StringBuilder();
        table(html, "Today, by person", "Person", todaysUsers.sorted());
        table(html, "Last 7 days, by person", "Person", users.sorted());
        table(html, "Last 7 days, by image", "Image", images.sorted());
        String span = "?from=" + week + "&amp;to=" + today + "&amp;by=";
        return html.append(
                        "<p class=\"fine\">What has ended. All of the last 7 days: <a href=\"/plugins/usage-accounting/usage.csv")
                .append(span)
                .append("user\">by person</a>, <a href=\"/plugins/usage-accounting/usage.csv")
                .append(span)
                .append("image\">by image</a>, <a href=\"/plugins/usage-accounting/usage.csv")
                .append(span)
                .append("day\">by day</a> (CSV).</p>")
                .toString();
    }

    /** A kind of use with its columns, shown where there was any. */
    private enum Kind {
        SESSIONS("Sessions"),
        CALLS("Calls"),
        TASKS("Tasks");

        private final String heading;

        Kind(String heading) {
            this.heading = heading;
        }

        Amount of(Sum sum) {
            return switch (this) {
                case SESSIONS -> sum.sessions();
                case CALLS -> sum.calls();
                case TASKS -> sum.tasks();
            };
        }
    }

    private static void table(StringBuilder html, String caption, String of, List<Sum> sums) {
        html.append("<h3>").append(caption).append("</h3>");
        List<Kind> kinds = Stream.of(Kind.values())
                .filter(kind -> sums.stream().anyMatch(sum -> kind.of(sum).count() > 0))
                .toList();
        if (kinds.isEmpty()) {
            html.append("<p>Nothing has ended.</p>");
            return;
        }
        html.append("<div class=\"wide\"><table><thead><tr><th scope=\"col\">")
                .append(of)
                .append("</th>");
        for (Kind kind : kinds) {
            html.append("<th scope=\"col\">")
                    .append(kind.heading)
                    .append("</th><th scope=\"col\">Failed</th><th scope=\"col\">Hours</th>");
        }
        html.append("</tr></thead><tbody>");
        for (Sum sum : sums.subList(0, Math.min(SHOWN, sums.size()))) {
            html.append("<tr><td>").append(escaped(sum.of())).append("</td>");
            for (Kind kind : kinds) {
                Amount amount = kind.of(sum);
                html.append("<td>")
                        .append(amount.count())
                        .append("</td><td>")
                        .append(amount.failed())
                        .append("</td><td>")
                        .append(hours(amount.millis()))
                        .append("</td>");
            }
            html.append("</tr>");
        }
        html.append("</tbody></table></div>");
        if (sums.size() > SHOWN) {
            html.append("<p class=\"fine\">and ").append(sums.size() - SHOWN).append(" more</p>");
        }
    }

    private static String hours(long millis) {
        return String.format(Locale.ROOT, "%.2f", millis / 3_600_000.0);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
