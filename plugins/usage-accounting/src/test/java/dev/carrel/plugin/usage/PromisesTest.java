/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

import dev.carrel.plugin.PluginRequest;
import dev.carrel.plugin.RequestHandler;
import dev.carrel.plugin.UiSection;
import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.testkit.FakeDatabase;
import dev.carrel.plugin.testkit.RequestHandlerConformance;
import dev.carrel.plugin.testkit.UiSectionConformance;
import dev.carrel.plugin.testkit.UsageAccountingConformance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;

/** The promises of the points that this plugin adds to. */
class PromisesTest {
    private static final Instant NOON = Instant.parse("2026-03-08T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);

    private static Account account() {
        return new Account(new FakeDatabase(), ZoneOffset.UTC);
    }

    /** With a session whose image has a name that would run in a page. */
    private static Account hostile() {
        Account account = account();
        account.record(new UsageAccounting.SessionUse(
                "s1",
                "<script>alert('carrel')</script>",
                "",
                "<script>alert('carrel')</script>",
                NOON,
                Optional.of(NOON),
                NOON,
                false));
        return account;
    }

    @Nested
    class OfAccounts extends UsageAccountingConformance {
        private final Account account = account();

        @Override
        protected UsageAccounting accounting() {
            return account;
        }

        private Sum sum(String user) {
            Sums sums = new Sums(By.USER);
            account.each(LocalDate.parse("2026-03-07"), LocalDate.parse("2026-03-09"), sums::add);
            return sums.sorted().stream()
                    .filter(sum -> sum.of().equals(user))
                    .findFirst()
                    .orElse(Sum.none(user));
        }

        private static Total total(Amount amount) {
            return new Total(amount.count(), amount.failed(), Duration.ofMillis(amount.millis()));
        }

        @Override
        protected Total sessions(String user) {
            return total(sum(user).sessions());
        }

        @Override
        protected Optional<Total> calls(String owner) {
            return Optional.of(total(sum(owner).calls()));
        }

        @Override
        protected Optional<Total> tasks(String user) {
            return Optional.of(total(sum(user).tasks()));
        }
    }

    @Nested
    class OfReports extends RequestHandlerConformance {
        @Override
        protected RequestHandler handler() {
            return new UsageReport(hostile(), CLOCK);
        }

        @Override
        protected String plugin() {
            return "usage-accounting";
        }

        @Override
        protected List<PluginRequest> goodRequests() {
            Map<String, List<String>> week =
                    Map.of("from", List.of("2026-03-02"), "to", List.of("2026-03-08"), "by", List.of("user"));
            return List.of(asked("/usage.csv", week), asked("/usage.json", week));
        }

        private static PluginRequest asked(String path, Map<String, List<String>> query) {
            return new PluginRequest("GET", path, query, Map.of(), new byte[0], Optional.of("root"), true);
        }
    }

    @Nested
    class OfTheSection extends UiSectionConformance {
        @Override
        protected UiSection section() {
            return new UsageSection(hostile(), CLOCK);
        }
    }
}
