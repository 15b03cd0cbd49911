/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.UiSection;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The gate and its queue on the administrators' page. */
final class GateSection implements UiSection {
    private static final int SHOWN = 50;
    private static final String FORM = "<form method=\"post\" action=\"/plugins/activation-gate/";

    private final Gate gate;
    private final GateSettings settings;

    GateSection(Gate gate, GateSettings settings) {
        this.gate = gate;
        this.settings = settings;
    }

    @Override
    public Place place() {
        return Place.ADMIN;
    }

    @Override
    public String title() {
        return "New people";
    }

    @Override
    public String html(Viewer viewer) {
        Gate.View view = gate.view();
        String xsrf = "<input type=\"hidden\" name=\"_xsrf\" value=\"" + Html.escaped(viewer.xsrf()) + "\">";
        StringBuilder html = new StringBuilder("<p>")
                .append(stands(view))
                .append("</p><p class=\"facts\"><span>")
                .append(view.lastHour())
                .append(" let in within the last hour</span> <span>")
                .append(view.waiting())
                .append(" waiting</span> <span>")
                .append(view.held())
                .append(" on hold</span></p>");
        door(html, view, xsrf);
        people(html, "Waiting", gate.queue(SHOWN), view.waiting(), xsrf);
        people(html, "On hold", gate.held(SHOWN), view.held(), xsrf);
        return html.append(FORM)
                .append("activate\">")
                .append(xsrf)
                .append(
                        "<label>Let somebody in: the account's name <input name=\"account\" required maxlength=\"255\" autocapitalize=\"none\" autocomplete=\"off\"></label> <button type=\"submit\">Let in</button></form>")
                .toString();
    }

    private String stands(Gate.View view) {
        String stands = switch (view.mode()) {
            case OPEN -> "<strong>Open</strong>: new people are let in.";
            case HOLD -> "<strong>On hold</strong>: new people wait until you let them in.";
            case AUTOMATIC ->
                (view.closed() ? "<strong>Closed for now</strong>" : "<strong>Open for now</strong>") + ": about "
                        + settings.hourlyRate() + " new people an hour are let in.";
        };
        return stands
                + (view.chosen() == null
                        ? " As the settings say."
                        : " An administrator has chosen so; the settings say: "
                                + settings.mode().word() + ".");
    }

    private static void door(StringBuilder html, Gate.View view, String xsrf) {
        html.append(FORM).append("door\">").append(xsrf);
        button(html, "open", "Let everybody in", view.mode() == Mode.OPEN);
        button(html, "hold", "Put on hold", view.mode() == Mode.HOLD);
        button(html, "automatic", "By the hourly rate", view.mode() == Mode.AUTOMATIC);
        button(html, "settings", "As the settings say", view.chosen() == null);
        html.append("</form>");
    }

    private static void button(StringBuilder html, String value, String label, boolean now) {
        html.append("<button type=\"submit\" name=\"mode\" value=\"")
                .append(value)
                .append(now ? "\" disabled>" : "\">")
                .append(label)
                .append("</button> ");
    }

    private static void people(StringBuilder html, String caption, List<Person> people, long all, String xsrf) {
        if (people.isEmpty()) {
            return;
        }
        html.append("<h3>")
                .append(caption)
                .append(
                        "</h3><div class=\"wide\"><table><thead><tr><th scope=\"col\">Account</th><th scope=\"col\">By</th>")
                .append("<th scope=\"col\">E-mail</th><th scope=\"col\">Since (UTC)</th><th></th></tr></thead><tbody>");
        for (Person person : people) {
            String email = person.email();
            html.append("<tr><td>")
                    .append(Html.escaped(person.account()))
                    .append("</td><td>")
                    .append(Html.escaped(person.method()))
                    .append("</td><td>")
                    .append(email == null ? "" : Html.escaped(email))
                    .append("</td><td>")
                    .append(DateTimeFormatter.ISO_INSTANT.format(person.since().truncatedTo(ChronoUnit.SECONDS)))
                    .append("</td><td>");
            act(html, "activate", "Let in", person, xsrf);
            if (person.state() == Person.State.HELD) {
                act(html, "release", "Back into the queue", person, xsrf);
            } else {
                act(html, "hold", "Put on hold", person, xsrf);
            }
            html.append("</td></tr>");
        }
        html.append("</tbody></table></div>");
        if (all > people.size()) {
            html.append("<p class=\"fine\">and ").append(all - people.size()).append(" more</p>");
        }
    }

    private static void act(StringBuilder html, String action, String label, Person person, String xsrf) {
        html.append(FORM)
                .append(action)
                .append("\">")
                .append(xsrf)
                .append("<input type=\"hidden\" name=\"account\" value=\"")
                .append(Html.escaped(person.account()))
                .append("\"><button type=\"submit\">")
                .append(label)
                .append("</button></form>");
    }
}
