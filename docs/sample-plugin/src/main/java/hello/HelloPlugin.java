package hello;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.NodeTask;
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

/** A path, a section of the account page and a periodic task. */
public final class HelloPlugin implements Plugin {
    private final AtomicLong ticks = new AtomicLong();

    public record Settings(@Setting(text = "The word of greeting.", def = "Hello") String word) {}

    @Override
    public List<Extension> start(PluginContext context) {
        String word = context.settings(Settings.class).word();
        context.log().info("greeting with \"{}\"", word);
        return List.of(new Greeting(word), new Section(), new Ticking());
    }

    /** GET /plugins/hello/ */
    private record Greeting(String word) implements RequestHandler {
        @Override
        public PluginResponse handle(PluginRequest request) {
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
            return "<p>Ticks so far: <b>" + ticks.get() + "</b>. <a href=\"/plugins/hello/\">Be greeted</a></p>";
        }
    }

    private final class Ticking implements NodeTask {
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
}
