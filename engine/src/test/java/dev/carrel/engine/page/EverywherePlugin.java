/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.plugin.Event;
import dev.carrel.plugin.EventListener;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.UiSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** For tests: sections at every place, one that hangs, one that throws, one whose script leads elsewhere; and it writes down what it is told. */
public final class EverywherePlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        List<Extension> extensions = new ArrayList<>();
        for (UiSection.Place place : UiSection.Place.values()) {
            extensions.add(new Section(place));
        }
        extensions.add(new Broken("slow"));
        extensions.add(new Broken("throws"));
        extensions.add(new Broken("script"));
        extensions.add(new Diary(context.folder().resolve("diary")));
        extensions.add(new Reader(context.folder().resolve("diary")));
        return extensions;
    }

    record Section(Place place) implements UiSection {
        @Override
        public String title() {
            return "At " + place;
        }

        @Override
        public String html(Viewer viewer) {
            return place == Place.EVERYWHERE ? "" : "<p>for [" + viewer.user() + "] " + viewer.administrator() + "</p>";
        }

        @Override
        public List<String> scripts() {
            return place == Place.EVERYWHERE ? List.of("every.js") : List.of();
        }
    }

    record Broken(String how) implements UiSection {
        @Override
        public Place place() {
            return Place.HOME;
        }

        @Override
        public String title() {
            return "Broken";
        }

        @Override
        public String html(Viewer viewer) throws Exception {
            if (how.equals("slow")) {
                new CountDownLatch(1).await();
            }
            if (how.equals("throws")) {
                throw new IOException("on purpose");
            }
            return "<p>broken</p>";
        }

        @Override
        public List<String> scripts() {
            return List.of("../../hub/static/page.js");
        }
    }

    record Diary(Path file) implements EventListener {
        @Override
        public void on(Event event) throws IOException {
            if (event instanceof Event.AccountEvent account) {
                Files.writeString(
                        file,
                        account.action() + " " + account.subject() + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        }
    }

    /** GET /plugins/everywhere/ once the diary has so many lines. */
    record Reader(Path file) implements RequestHandler {
        @Override
        public PluginResponse handle(PluginRequest request) throws IOException {
            int lines = Integer.parseInt(request.query().get("lines").getFirst());
            while (!Files.exists(file) || Files.readAllLines(file).size() < lines) {
                Thread.onSpinWait();
            }
            return PluginResponse.text(200, Files.readString(file));
        }
    }
}
