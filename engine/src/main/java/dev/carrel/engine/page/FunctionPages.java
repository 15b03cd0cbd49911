/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.call.Trials;
import dev.carrel.engine.function.ExportedCells;
import dev.carrel.engine.function.FunctionHead;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSettings;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionSpec.CallAccess;
import dev.carrel.engine.function.FunctionSpec.Visibility;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.function.Publishing;
import dev.carrel.engine.function.ScheduleEntry;
import dev.carrel.engine.function.SpecRules;
import dev.carrel.engine.function.Timetable;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.ui.FunctionCard;
import dev.carrel.ui.FunctionPage;
import dev.carrel.ui.FunctionsPage;
import dev.carrel.ui.FunctionsPage.Draft;
import dev.carrel.ui.Moment;
import dev.carrel.ui.Notice;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One's own published functions: publish, try, look at what they did, go back to an earlier version, delete. */
final class FunctionPages {
    private static final Draft EXAMPLE = new Draft(
            "", SpecRules.DEFAULT_RUNTIME, "def add(a, b):\n    return float(a) + float(b)\n", "", "private", "");
    private static final int CALLS = 50;
    private static final int LINES = 100;

    private final Publishing publishing;
    private final SpecRules rules;
    private final ExportedCells cells;
    private final Trials trials;
    private final LaterCalls later;
    private final FunctionSettings settings;
    private final SiteSettings site;
    private final Clock clock;
    private final Screen screen;

    @Inject
    FunctionPages(
            Publishing publishing,
            SpecRules rules,
            ExportedCells cells,
            Trials trials,
            LaterCalls later,
            FunctionSettings settings,
            SiteSettings site,
            Clock clock,
            Screen screen) {
        this.publishing = publishing;
        this.rules = rules;
        this.cells = cells;
        this.trials = trials;
        this.later = later;
        this.settings = settings;
        this.site = site;
        this.clock = clock;
        this.screen = screen;
    }

    Response list(Visitor visitor) {
        return list(200, visitor, EXAMPLE, null);
    }

    private Response list(int status, Visitor visitor, Draft draft, @Nullable Notice notice) {
        List<FunctionCard> cards =
                publishing.of(visitor.user()).stream().map(this::card).toList();
        List<FunctionsPage.Shared> shared =
                publishing.sharedWith(visitor.user()).stream().map(this::shared).toList();
        return screen.show(
                status, new FunctionsPage(visitor.frame(), cards, shared, settings.maxFunctions(), draft, notice));
    }

    private FunctionsPage.Shared shared(FunctionVersion version) {
        return new FunctionsPage.Shared(
                version.function().name().value(),
                version.function().owner().value(),
                url(version.function()),
                trials.handlers(version),
                version.spec().description());
    }

    private String url(FunctionId id) {
        return site.baseUrl() + "/function/" + id.name() + "."
                + SessionAddress.encode(id.owner().value());
    }

    Response publish(Request request, Visitor visitor) throws IOException {
        Parameters form = request.body().form();
        Draft draft = new Draft(
                text(form, "name"),
                text(form, "runtime"),
                form.first("code").orElse("").replace("\r\n", "\n"),
                text(form, "notebook"),
                text(form, "visibility"),
                text(form, "users"));
        try {
            FunctionId id = new FunctionId(visitor.user(), name(draft.name()));
            String code = draft.notebook().isEmpty()
                    ? draft.code()
                    : cells.read(new SessionAddress(visitor.user(), ServerName.DEFAULT), draft.notebook());
            FunctionSpec spec = spec(id, draft, code);
            rules.check(spec);
            publishing.publish(id, spec, Map.of(), true, visitor.caller());
            return Response.seeOther(address(id)).uncached();
        } catch (Refusal refusal) {
            return list(Refusals.status(refusal), visitor, draft, Notice.refused(refusal.text()));
        }
    }

    /** What the form does not ask for stays as it was in the version that is active. */
    private FunctionSpec spec(FunctionId id, Draft draft, String code) {
        Visibility visibility = Arrays.stream(Visibility.values())
                .filter(v -> word(v).equals(draft.visibility()))
                .findFirst()
                .orElseThrow(() -> new Refusal(Refusal.Kind.INVALID, "Choose who may call it."));
        List<String> users = visibility == Visibility.USERS
                ? Arrays.stream(draft.users().split("[,;\\s]+"))
                        .filter(name -> !name.isEmpty())
                        .toList()
                : List.of();
        FunctionSpec before = publishing
                .find(id)
                .flatMap(head -> publishing.version(head, head.active()))
                .map(FunctionVersion::spec)
                .filter(spec -> spec.runtime().equals(draft.runtime()))
                .orElseGet(() -> rules.usual(draft.runtime()));
        CallAccess access = new CallAccess(
                visibility, users, before.access().origins(), before.access().perSecond());
        return before.with(code, access);
    }

    Response one(Request request, Visitor visitor) {
        return show(
                200,
                visitor,
                head(request, visitor),
                null,
                request.query().first("call").orElse(""),
                null);
    }

    /** Calls it as its owner, from its own page. */
    Response tryOut(Request request, Visitor visitor) throws IOException, InterruptedException {
        FunctionHead head = head(request, visitor);
        Parameters form = request.body().form();
        String handler = text(form, "handler");
        String typed = form.first("arguments").orElse("").replace("\r\n", "\n");
        Optional<FunctionVersion> version = publishing.version(head, head.active());
        if (version.isEmpty()) {
            return show(409, visitor, head, null, Notice.refused("No version is active: there is nothing to call."));
        }
        List<String> arguments = typed.isBlank()
                ? List.of()
                : Arrays.asList(typed.stripTrailing().split("\n", -1));
        if (form.first("later").isPresent()) {
            return takeForLater(visitor, head, version.get(), handler, arguments);
        }
        Trials.Tried tried = trials.call(version.get(), handler, arguments);
        FunctionPage.Trial trial = new FunctionPage.Trial(
                handler, typed, Integer.toString(tried.status()), time(tried.took()), tried.text());
        return show(200, visitor, head, trial, null);
    }

    private Response takeForLater(
            Visitor visitor, FunctionHead head, FunctionVersion version, String handler, List<String> arguments) {
        try {
            String id = later.take(version, handler, arguments);
            return Response.seeOther(address(head.id()) + "?call=" + id + "#later")
                    .uncached();
        } catch (Refusal refusal) {
            return show(Refusals.status(refusal), visitor, head, null, Notice.refused(refusal.text()));
        }
    }

    /** Cancels a call that nobody waits for. */
    Response cancel(Request request, Visitor visitor) throws IOException {
        FunctionHead head = head(request, visitor);
        later.cancel(head.id(), text(request.body().form(), "call"));
        return Response.seeOther(address(head.id()) + "#later").uncached();
    }

    Response activate(Request request, Visitor visitor) throws IOException {
        FunctionHead head = head(request, visitor);
        String number = text(request.body().form(), "version");
        try {
            if (!number.matches("\\d{1,15}")) {
                throw new Refusal(Refusal.Kind.INVALID, "Choose one of the versions.");
            }
            publishing.activate(head.id(), Long.parseLong(number), visitor.caller());
        } catch (Refusal refusal) {
            return show(Refusals.status(refusal), visitor, head, null, Notice.refused(refusal.text()));
        }
        return Response.seeOther(address(head.id())).uncached();
    }

    Response delete(Request request, Visitor visitor) {
        publishing.delete(head(request, visitor).id(), visitor.caller());
        return Response.seeOther("/hub/functions").uncached();
    }

    private FunctionHead head(Request request, Visitor visitor) {
        try {
            FunctionId id = new FunctionId(visitor.user(), name(request.pathParameter("name")));
            return publishing.find(id).orElseThrow(() -> unknown(request.pathParameter("name")));
        } catch (Refusal _) {
            throw unknown(request.pathParameter("name"));
        }
    }

    private static HttpFailure unknown(String name) {
        return new HttpFailure(404, "function.not-found", "You have published no function \"" + name + "\".");
    }

    private Response show(
            int status,
            Visitor visitor,
            FunctionHead head,
            FunctionPage.@Nullable Trial trial,
            @Nullable Notice notice) {
        return show(status, visitor, head, trial, "", notice);
    }

    private Response show(
            int status,
            Visitor visitor,
            FunctionHead head,
            FunctionPage.@Nullable Trial trial,
            String call,
            @Nullable Notice notice) {
        FunctionCard card = card(head);
        Optional<FunctionSpec> spec = publishing.version(head, head.active()).map(FunctionVersion::spec);
        return screen.show(
                status,
                new FunctionPage(
                        visitor.frame(),
                        card,
                        curl(card, spec),
                        spec.map(FunctionSpec::runtime).orElse(""),
                        spec.map(FunctionSpec::code).orElse(""),
                        List.copyOf(head.secrets().keySet()),
                        times(spec.map(FunctionSpec::schedule).orElse(List.of())),
                        publishing.versions(head).stream()
                                .map(note -> new FunctionPage.VersionRow(
                                        Long.toString(note.number()),
                                        Moment.of(note.created()),
                                        note.publisher(),
                                        note.number() == head.active()))
                                .toList(),
                        figures(head.id()),
                        trials.calls(head.id(), CALLS).stream()
                                .map(one -> new FunctionPage.CallRow(
                                        one.id(),
                                        Moment.of(one.at()),
                                        one.handler(),
                                        Integer.toString(one.status()),
                                        time(one.took())))
                                .toList(),
                        later.shown(head.id(), call),
                        trials.log(head.id(), LINES),
                        trial,
                        notice));
    }

    private FunctionPage.Times times(List<ScheduleEntry> schedule) {
        return new FunctionPage.Times(
                schedule.stream()
                        .map(entry -> new FunctionPage.TimeRow(entry.cron(), entry.zone(), entry.handler()))
                        .toList(),
                Timetable.of(schedule).next(clock.instant()).map(Moment::of).orElse(null));
    }

    private FunctionPage.Figures figures(FunctionId id) {
        Trials.Figures seen = trials.figures(id);
        return new FunctionPage.Figures(
                Long.toString(seen.calls()),
                Long.toString(seen.failed()),
                seen.median().map(FunctionPages::time).orElse(""),
                seen.slow().map(FunctionPages::time).orElse(""),
                seen.workers() + " (" + seen.idle() + " idle)",
                Integer.toString(seen.waiting()));
    }

    private FunctionCard card(FunctionHead head) {
        Optional<FunctionVersion> version = publishing.version(head, head.active());
        return new FunctionCard(
                head.id().name().value(),
                url(head.id()),
                version.map(trials::handlers).orElse(List.of()),
                version.map(v -> v.spec().description()).orElse(""),
                version.map(v -> forWhom(v.spec().access())).orElse(""),
                version.map(v -> Long.toString(v.number())).orElse(""),
                Moment.of(version.map(FunctionVersion::created).orElse(head.changed())),
                trials.figures(head.id()).fault());
    }

    private static String forWhom(CallAccess access) {
        return switch (access.visibility()) {
            case PRIVATE -> "only for you";
            case USERS -> "for you and " + String.join(", ", access.users());
            case PUBLIC -> "for everybody";
        };
    }

    private static String curl(FunctionCard card, Optional<FunctionSpec> spec) {
        boolean open =
                spec.filter(s -> s.access().visibility() == Visibility.PUBLIC).isPresent();
        String handler = card.handlers().isEmpty() ? "" : "/" + card.handlers().getFirst();
        return "curl " + (open ? "" : "-H \"Authorization: token $CARREL_API_TOKEN\" ") + card.url() + handler;
    }

    private static String address(FunctionId id) {
        return "/hub/functions/" + id.name();
    }

    private static String time(Duration time) {
        double millis = time.toNanos() / 1e6;
        return millis < 1000
                ? String.format(Locale.ROOT, "%.1f ms", millis)
                : String.format(Locale.ROOT, "%.1f s", millis / 1000);
    }

    private static String word(Visibility visibility) {
        return visibility.name().toLowerCase(Locale.ROOT);
    }

    private static String text(Parameters form, String field) {
        return form.first(field).orElse("").strip();
    }

    private static FunctionName name(String text) {
        try {
            return new FunctionName(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.INVALID, String.valueOf(e.getMessage()));
        }
    }
}
