/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mails, keys, names, terms and claims that would do harm in some plugin reach none; the message names the value and what was expected. */
class WhatIsNoneIsRefusedTest {
    private static Mailer.Mail mail(String subject, Mailer.Address... to) {
        return new Mailer.Mail("12345678", List.of(to), Optional.empty(), subject, "text", Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ada",
                "@example.org",
                "ada@",
                "ada@-x.org",
                "ada@x..org",
                ".ada@x.org",
                "a da@x.org",
                "ada@x.org\nBcc: eve@x.org",
                "ada@x.org\r",
                "ada@x.org,eve@x.org",
                "<ada@x.org>",
                "adä@x.org",
                "ada@exämple.org",
                "\"a b\"@x.org"
            })
    void anAddressThatIsNone(String address) {
        assertThatThrownBy(() -> Mailer.Address.of(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("address: \"")
                .hasMessageEndingWith("(expected: as ada@example.org)")
                .message()
                .doesNotContain("\n", "\r");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a@x", "first.last+tag@sub.example.org", "o'hara@x.org", "a@xn--bcher-kva.example"})
    void anAddressThatIsOne(String address) {
        assertThatCode(() -> Mailer.Address.of(address)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nBcc: eve@x.org", "a\rb", "a\u0000b", "a\u0085b", "a\u2028b", "a\u2029b"})
    void linesInAHeader(String text) {
        assertThatThrownBy(() -> mail(text, Mailer.Address.of("a@x.org"))).hasMessageStartingWith("subject: ");
        assertThatThrownBy(() -> new Mailer.Address(text, "a@x.org")).hasMessageStartingWith("name: ");
    }

    @Test
    void mailToNobodyToTooManyOrTwice() {
        Mailer.Address ada = Mailer.Address.of("ada@x.org");
        Mailer.Address[] many = IntStream.rangeClosed(0, Mailer.Mail.RECIPIENTS)
                .mapToObj(i -> Mailer.Address.of("a" + i + "@x.org"))
                .toArray(Mailer.Address[]::new);

        assertThatThrownBy(() -> mail("s")).hasMessage("to: 0 addresses (expected: 1 to 50)");
        assertThatThrownBy(() -> mail("s", many)).hasMessage("to: 51 addresses (expected: 1 to 50)");
        assertThatThrownBy(() -> mail("s", ada, ada)).hasMessage("to: ada@x.org twice (expected: once)");
        assertThatThrownBy(() -> Mailer.Mail.text("short", "a@x.org", "s", "t"))
                .hasMessageStartingWith("id: \"short\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\\b", "a\nb", "a\u0000"})
    void aKeyThatIsNone(String key) {
        assertThatThrownBy(() -> BucketStore.checkedKey(key)).hasMessageStartingWith("key: \"");
    }

    @Test
    void keysHaveABoundInBytes() {
        String part = "ä".repeat(100);
        assertThat(BucketStore.checkedKey(part + "/" + part)).isNotEmpty();
        assertThatThrownBy(() -> BucketStore.checkedKey(part + "x")).hasMessageContaining("at most 500 bytes");
        assertThatThrownBy(() -> BucketStore.checkedKey(part + "/" + part + "/" + part))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BucketStore.checkedKey("a\ud800")).isInstanceOf(IllegalArgumentException.class);
        assertThat(BucketStore.checkedKey("a b/…/...x")).isNotEmpty();
    }

    @Test
    void metadataThatNotEveryStoreCouldKeep() {
        assertThatThrownBy(() -> BucketStore.checkedMetadata(Map.of("A", "b"))).hasMessageContaining("metadata: \"A\"");
        assertThatThrownBy(() -> BucketStore.checkedMetadata(Map.of("a", "ä"))).hasMessageContaining("printable ASCII");
        assertThatThrownBy(() -> BucketStore.checkedMetadata(Map.of("a", "x\ny")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRecordOfNamesThatNoServerWouldTake() {
        Duration minute = Duration.ofMinutes(1);
        for (String name : List.of("", "a", "A.x.org", "a.x.org.", "a..org", "a b.x.org", "-a.x.org")) {
            assertThatThrownBy(() -> new Dns.Entry(name, Dns.Kind.CNAME, List.of("b.x.org"), minute))
                    .hasMessageStartingWith("name: \"" + name);
        }
        for (String value : List.of("1.2.3", "256.1.1.1", "::1", "b.x.org", "01.2.3.4")) {
            assertThatThrownBy(() -> new Dns.Entry("a.x.org", Dns.Kind.A, List.of(value), minute))
                    .hasMessageStartingWith("value: \"" + value);
        }
        assertThatThrownBy(() -> new Dns.Entry("a.x.org", Dns.Kind.CNAME, List.of("b.x.org", "c.x.org"), minute))
                .hasMessageContaining("(expected: one name)");
        assertThatThrownBy(() -> new Dns.Entry("a.x.org", Dns.Kind.A, List.of("1.2.3.4"), Duration.ofMillis(1500)))
                .hasMessageStartingWith("ttl: PT1.5S");
        assertThatThrownBy(() -> Dns.checkedName("a.y.org", "x.org")).hasMessageContaining("one below x.org");
        assertThatThrownBy(() -> Dns.checkedName("ax.org", "x.org")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void termsOutOfBounds() {
        Duration minute = Duration.ofMinutes(1);
        assertThatThrownBy(() -> new Command.Terms("a b", "x", minute, 1, 1)).hasMessageStartingWith("name: \"a b\"");
        assertThatThrownBy(() -> new Command.Terms("a", " ", minute, 1, 1)).hasMessageStartingWith("text: ");
        assertThatThrownBy(() -> new Command.Terms("a", "x", Duration.ofHours(2), 1, 1))
                .hasMessage("limit: PT2H (expected: 100 ms to 1 hour)");
        assertThatThrownBy(() -> new Command.Terms("a", "x", minute, 9, 1)).hasMessage("atOnce: 9 (expected: 1 to 8)");
        assertThatThrownBy(() -> new Command.Terms("a", "x", minute, 1, 1001))
                .hasMessage("waiting: 1001 (expected: 1 to 1000)");
    }

    @Test
    void disksAndMeasuresThatAreNone() {
        assertThatThrownBy(() -> new Volume.Claim("ada", "../home", "s", 1 << 20))
                .hasMessageStartingWith("volume: ");
        assertThatThrownBy(() -> new Volume.Claim("ada", "home", "s", 5))
                .hasMessage("bytes: 5 (expected: at least 1048576)");
        assertThatThrownBy(() -> new Volume.Mount.Folder(Path.of("homes/ada"))).hasMessageContaining("absolute");
        assertThatThrownBy(() -> new Volume.Mount.Folder(Path.of("/homes/../etc")))
                .hasMessageContaining("without ..");
        assertThatThrownBy(() -> new Volume.Traits(Volume.Kind.BUNDLE, false, true, true, false))
                .hasMessageContaining("readOnly");
        assertThatThrownBy(() -> new Compute.Measure("Load", Compute.Unit.PERCENT, Double.NaN))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Compute.Measure.checked(
                        Collections.nCopies(2, new Compute.Measure("Load", Compute.Unit.PERCENT, 1))))
                .hasMessageContaining("no name twice");
        assertThat(new Volume.Use(3, 4, 0, 0).disksPercent()).isEqualTo(75);
    }

    @Test
    void aFailureSaysWhoMustActAndWhetherToTryAgain() {
        PluginException later = PluginException.temporary(
                Mailer.DOWN, PluginException.Blame.EXTERNAL, Duration.ofSeconds(3), "later", null);
        PluginException never = PluginException.permanent(Mailer.REFUSED, PluginException.Blame.USER, "never", null);

        assertThat(later.retryable()).isTrue();
        assertThat(later.retryAfter()).contains(Duration.ofSeconds(3));
        assertThat(never.retryable()).isFalse();
        assertThat(never.retryAfter()).isEmpty();
        assertThatThrownBy(() -> PluginException.permanent("Oops", PluginException.Blame.USER, "x", null))
                .hasMessageContaining("code: \"Oops\"");
    }
}
