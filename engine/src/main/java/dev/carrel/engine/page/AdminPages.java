/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.engine.session.Reason;
import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionFailure;
import dev.carrel.engine.session.Sessions;
import dev.carrel.engine.signin.Accounts;
import dev.carrel.engine.signin.Invitations;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.engine.signin.Refusal;
import dev.carrel.engine.signin.SigninSettings;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.signin.UserQuery;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.protocol.name.UserName;
import dev.carrel.ui.AdminPage;
import dev.carrel.ui.AdminPage.OneTimeLink;
import dev.carrel.ui.AdminPage.UserRow;
import dev.carrel.ui.Moment;
import dev.carrel.ui.Notice;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** People and their sessions, for administrators. They may stop what others run, but not enter it. */
final class AdminPages {
    private static final Logger LOG = LoggerFactory.getLogger(AdminPages.class);
    private static final int PAGE_SIZE = 50;
    private static final int MAX_PAGE = 1_000_000;

    private final Accounts accounts;
    private final Invitations invitations;
    private final Sessions sessions;
    private final SigninSettings settings;
    private final Passwords passwords;
    private final SiteSettings site;
    private final Clock clock;
    private final Screen screen;

    @Inject
    AdminPages(
            Accounts accounts,
            Invitations invitations,
            Sessions sessions,
            SigninSettings settings,
            Passwords passwords,
            SiteSettings site,
            Clock clock,
            Screen screen) {
        this.accounts = accounts;
        this.invitations = invitations;
        this.sessions = sessions;
        this.settings = settings;
        this.passwords = passwords;
        this.site = site;
        this.clock = clock;
        this.screen = screen;
    }

    /** Which stretch of the list is looked at. */
    private record Stretch(String search, int page) {
        static Stretch of(Parameters parameters) {
            String search = parameters.first("search").orElse("").strip();
            String page = parameters.first("page").orElse("");
            return new Stretch(
                    search.length() > UserName.MAX_BYTES ? search.substring(0, UserName.MAX_BYTES) : search,
                    page.matches("\\d{1,6}") ? Math.clamp(Integer.parseInt(page), 1, MAX_PAGE) : 1);
        }

        String path() {
            return "/hub/admin?search=" + URLEncoder.encode(search, StandardCharsets.UTF_8) + "&page=" + page;
        }
    }

    /** Something an administrator does to an account. */
    @FunctionalInterface
    private interface Change {
        void on(UserName user);
    }

    Response list(Request request, Visitor visitor) {
        return show(200, visitor, Stretch.of(request.query()), null, null);
    }

    /** Adds a person and makes the link with which they choose a password. */
    Response add(Request request, Visitor visitor) throws IOException {
        Parameters form = request.body().form();
        Stretch stretch = new Stretch("", 1);
        try {
            UserName name = UserName.of(form.first("name").orElse("").strip());
            accounts.add(name, Optional.empty(), form.first("admin").isPresent(), visitor.caller());
            return showLink(visitor, new Stretch(name.value(), 1), name);
        } catch (IllegalArgumentException e) {
            return show(400, visitor, stretch, null, Notice.refused(String.valueOf(e.getMessage())));
        } catch (Refusal refusal) {
            return show(Refusals.status(refusal), visitor, stretch, null, Notice.refused(refusal.text()));
        }
    }

    /** Makes a one-time link and shows it, this once. */
    Response link(Request request, Visitor visitor) throws IOException {
        Stretch stretch = Stretch.of(request.body().form());
        try {
            return showLink(visitor, stretch, user(request));
        } catch (Refusal refusal) {
            return show(Refusals.status(refusal), visitor, stretch, null, Notice.refused(refusal.text()));
        }
    }

    Response promote(Request request, Visitor visitor) throws IOException {
        return change(request, visitor, user -> accounts.admin(user, true, visitor.caller()));
    }

    Response demote(Request request, Visitor visitor) throws IOException {
        return change(request, visitor, user -> {
            refuseSelf(user, visitor);
            accounts.admin(user, false, visitor.caller());
        });
    }

    Response enable(Request request, Visitor visitor) throws IOException {
        return change(request, visitor, user -> accounts.disable(user, false, visitor.caller()));
    }

    Response disable(Request request, Visitor visitor) throws IOException {
        return change(request, visitor, user -> {
            refuseSelf(user, visitor);
            accounts.disable(user, true, visitor.caller());
            sessions.list(user).stream()
                    .filter(session -> session.state().live())
                    .forEach(session -> stopDisabled(session.address()));
        });
    }

    private void stopDisabled(SessionAddress address) {
        try {
            sessions.stop(address, Reason.byAdministrator("Your account was disabled."));
        } catch (SessionFailure failure) {
            LOG.info("{} had ended before it was stopped for its disabled owner: {}", address, failure.getMessage());
        }
    }

    Response password(Request request, Visitor visitor) throws IOException {
        String password = request.body().form().first("password").orElse("");
        return change(request, visitor, user -> {
            Optional<String> own = user.equals(visitor.user()) ? Optional.of(visitor.loginId()) : Optional.empty();
            accounts.password(user, password, own, visitor.caller());
        });
    }

    Response stop(Request request, Visitor visitor) throws IOException {
        Stretch stretch = Stretch.of(request.body().form());
        try {
            sessions.stop(SessionPages.address(request), Reason.ADMIN);
        } catch (SessionFailure _) {
            // Nothing to stop is what was asked for.
        }
        return Response.seeOther(stretch.path()).uncached();
    }

    private Response change(Request request, Visitor visitor, Change change) throws IOException {
        Stretch stretch = Stretch.of(request.body().form());
        try {
            change.on(user(request));
        } catch (Refusal refusal) {
            return show(Refusals.status(refusal), visitor, stretch, null, Notice.refused(refusal.text()));
        }
        return Response.seeOther(stretch.path()).uncached();
    }

    private static void refuseSelf(UserName user, Visitor visitor) {
        if (user.equals(visitor.user())) {
            throw new Refusal(Refusal.Kind.CONFLICT, "That is you: ask another administrator to do it.");
        }
    }

    private static UserName user(Request request) {
        try {
            return UserName.of(request.pathParameter("name"));
        } catch (IllegalArgumentException e) {
            throw new HttpFailure(404, "user.not-found", "There is no such person: " + e.getMessage());
        }
    }

    private Response showLink(Visitor visitor, Stretch stretch, UserName user) {
        String token = invitations.invite(user, visitor.caller());
        OneTimeLink link = new OneTimeLink(
                user.value(),
                site.baseUrl() + "/hub/invite/" + token,
                Moment.of(clock.instant().plus(settings.invitation())));
        return show(200, visitor, stretch, link, null);
    }

    private Response show(
            int status, Visitor visitor, Stretch stretch, @Nullable OneTimeLink link, @Nullable Notice notice) {
        int offset = (stretch.page() - 1) * PAGE_SIZE;
        UserQuery query =
                new UserQuery(stretch.search().toLowerCase(Locale.ROOT), Optional.empty(), Set.of(), offset, PAGE_SIZE);
        List<User> users = accounts.list(query);
        int total = accounts.count(query);
        Map<UserName, List<Session>> living = sessions.living().stream()
                .collect(Collectors.groupingBy(session -> session.address().user()));
        List<UserRow> rows = users.stream()
                .map(user -> row(user, visitor, living.getOrDefault(user.name(), List.of())))
                .toList();
        return screen.show(
                status,
                new AdminPage(
                        visitor.frame(),
                        rows,
                        stretch.search(),
                        stretch.page(),
                        offset + users.size() < total,
                        total,
                        passwords.minLength().orElse(0),
                        link,
                        notice));
    }

    private static UserRow row(User user, Visitor visitor, List<Session> living) {
        return new UserRow(
                user.name().value(),
                user.name().equals(visitor.user()),
                user.admin(),
                !user.disabled(),
                Moment.of(user.created()),
                user.lastActivity() == null ? null : Moment.of(user.lastActivity()),
                living.stream().map(Cards::of).toList());
    }
}
