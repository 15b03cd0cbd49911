/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.Sessions;
import dev.carrel.http.server.Parameters;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.ServerName;
import dev.carrel.protocol.name.SessionAddress;
import dev.carrel.ui.HomePage;
import dev.carrel.ui.Notice;
import dev.carrel.ui.ServerCard;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A person's sessions, and a further one under a name of its own. */
final class HomePages {
    private final Sessions sessions;
    private final SessionPages door;
    private final Screen screen;

    @Inject
    HomePages(Sessions sessions, SessionPages door, Screen screen) {
        this.sessions = sessions;
        this.door = door;
        this.screen = screen;
    }

    Response home(Visitor visitor) {
        return show(200, visitor, null);
    }

    /** Starts a session under a name the person made up. */
    Response add(Request request, Visitor visitor) throws IOException {
        Parameters form = request.body().form();
        String name = form.first("server").orElse("").strip();
        if (name.isEmpty()) {
            return show(400, visitor, Notice.refused("Give the session a name."));
        }
        ServerName server;
        try {
            server = new ServerName(name);
        } catch (IllegalArgumentException e) {
            return show(400, visitor, Notice.refused(String.valueOf(e.getMessage())));
        }
        return door.start(visitor, Place.of(new SessionAddress(visitor.user(), server)), form.first("image"));
    }

    private Response show(int status, Visitor visitor, @Nullable Notice notice) {
        return screen.show(
                status,
                new HomePage(
                        visitor.frame(), cards(visitor), sessions.images(), sessions.mayAdd(visitor.user()), notice));
    }

    /** The default session first, also when it was never started; then the others by name. */
    private List<ServerCard> cards(Visitor visitor) {
        List<Session> known = sessions.list(visitor.user());
        List<ServerCard> cards = new ArrayList<>();
        SessionAddress main = new SessionAddress(visitor.user(), ServerName.DEFAULT);
        Optional<Session> mainSession =
                known.stream().filter(session -> session.address().equals(main)).findFirst();
        cards.add(Cards.of(main, mainSession));
        known.stream()
                .filter(session -> !session.address().server().isDefault())
                .sorted(Comparator.comparing(
                        session -> session.address().server().value()))
                .map(Cards::of)
                .forEach(cards::add);
        return cards;
    }
}
