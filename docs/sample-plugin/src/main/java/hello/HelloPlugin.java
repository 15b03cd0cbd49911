package hello;

import dev.carrel.plugin.ClusterTask;
import dev.carrel.plugin.Event;
import dev.carrel.plugin.EventListener;
import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.PluginResponse;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.Setting;
import dev.carrel.plugin.UiSection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A path, a section of the account page with a script, a task of the cluster, and an ear for what happens. */
public final class HelloPlugin implements Plugin {
    private final AtomicLong ticks = new AtomicLong();
    private final AtomicLong starts = new AtomicLong();

    public record Settings(@Setting(text = "The word of greeting.", def = "Hello") String word) {}

    @Override
    public List<Extension> start(PluginContext context) {
        String word = context.settings(Settings.class).word();
        context.log().info("greeting with \"{}\"", word);
        return List.of(new Greeting(word), new Section(), new Ticking(), new Ear());
    }

    /** GET /plugins/hello/ and the script of the section. */
    private record Greeting(String word) implements RequestHandler {
        @Override
        public PluginResponse handle(PluginRequest request) {
            if (request.path().equals("/hello.js")) {
                String script = "document.body.dataset.hello = carrel.hasFeature('greeting') ? 'greeted' : 'ignored';";
                return PluginResponse.of(200, "text/javascript; charset=utf-8", script);
            }
            if (!request.path().equals("/")) {
                return PluginResponse.text(404, "There is nothing at this address.");
            }
            return PluginResponse.text(200, word + ", " + request.user().orElse("stranger") + "!");
        }
    }

    private final class Section implements UiSection {
        @Override
        public Place place() {
            return Place.ACCOUNT;
        }

        @Override
        public String title() {
            return "Hello";
        }

        @Override
        public String html(Viewer viewer) {
            return "<p>Ticks so far: <b>" + ticks.get() + "</b>, sessions that became ready: <i>" + starts.get()
                    + "</i>. <a href=\"/plugins/hello/\">Be greeted</a></p>";
        }

        @Override
        public List<String> scripts() {
            return List.of("hello.js");
        }
    }

    private final class Ticking implements ClusterTask {
        @Override
        public String name() {
            return "ticking";
        }

        @Override
        public Duration every() {
            return Duration.ofSeconds(1);
        }

        @Override
        public void run() {
            ticks.incrementAndGet();
        }
    }

    private final class Ear implements EventListener {
        @Override
        public void on(Event event) {
            if (event instanceof Event.SessionChanged change
                    && change.state() == Event.SessionChanged.State.READY) {
                starts.incrementAndGet();
            }
        }
    }
}
