/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.Mailer.Address;
import dev.carrel.plugin.Mailer.Mail;
import dev.carrel.plugin.Mailer.Receipt;
import dev.carrel.plugin.PluginException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@link Mailer}: what is written arrives, once, and who cannot be written to is told. */
@Timeout(180)
public abstract class MailerConformance {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int AT_ONCE = 8;
    private static final int EACH = 3;

    private final List<MailFixture> opened = new ArrayList<>();

    /** For subclasses. */
    protected MailerConformance() {}

    /** The subject. */
    protected abstract MailFixture fixture();

    /** How long mail may be on its way. */
    protected Duration arrivesWithin() {
        return Duration.ofSeconds(20);
    }

    @BeforeEach
    final void open() {
        opened.add(fixture());
    }

    @AfterEach
    final void close() {
        opened.forEach(MailFixture::close);
    }

    private MailFixture there() {
        return opened.getFirst();
    }

    private Mailer mailer() {
        return there().mailer();
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    private static Mail mail(String subject, String text, Address... to) {
        return new Mail(id(), List.of(to), Optional.empty(), subject, text, Optional.empty());
    }

    private List<ArrivedMail> arrived(int count) {
        long end = System.nanoTime() + arrivesWithin().toNanos();
        while (there().arrived().size() < count && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        assertThat(there().arrived()).as("mails that have arrived").hasSize(count);
        return there().arrived();
    }

    private PluginException failing(Mail mail) {
        PluginException failure = catchThrowableOfType(PluginException.class, () -> mailer().send(mail));
        assertThat(failure).as("a PluginException").isNotNull();
        assertThat(failure.getMessage()).isNotBlank();
        return failure;
    }

    @Test
    void aTextArrivesAsItWasWritten() {
        String text = "Grüße, 世界 😀\n.\n..two dots\nFrom here\n" + "long ".repeat(400) + "\n\tend";
        mailer().send(mail("Übung: «1» 世界 " + "x".repeat(100), text, Address.of("ada@example.org")));

        ArrivedMail mail = arrived(1).getFirst();
        assertThat(mail.recipient()).isEqualTo("ada@example.org");
        assertThat(mail.subject()).isEqualTo("Übung: «1» 世界 " + "x".repeat(100));
        assertThat(mail.text().stripTrailing()).isEqualTo(text);
        assertThat(mail.html()).isEmpty();
        assertThat(mail.replyTo()).isEmpty();
    }

    @Test
    void aPageArrivesBesideTheText() {
        mailer().send(new Mail(
                id(),
                List.of(Address.of("ada@example.org")),
                Optional.empty(),
                "page",
                "plain é",
                Optional.of("<p>page é</p>")));

        ArrivedMail mail = arrived(1).getFirst();
        assertThat(mail.text().stripTrailing()).isEqualTo("plain é");
        assertThat(mail.html().map(String::stripTrailing)).contains("<p>page é</p>");
    }

    @Test
    void everyRecipientGetsItAndSeesTheOthers() {
        Address ada = Address.of("ada@example.org");
        Address bob = Address.of("bob@example.org");
        mailer().send(mail("both", "text", ada, bob));

        List<ArrivedMail> mails = arrived(2);
        assertThat(mails)
                .extracting(ArrivedMail::recipient)
                .containsExactlyInAnyOrder("ada@example.org", "bob@example.org");
        assertThat(mails).allSatisfy(mail -> assertThat(mail.to()).containsExactly(ada, bob));
    }

    @Test
    void namesOfEveryKindComeThroughAndAreNeverAddresses() {
        List<Address> all = Stream.of(
                        "Ada Lovelace",
                        "Lovelace, Ada",
                        "A \"Countess\" L",
                        "back\\slash",
                        "Zoë 世界",
                        "Eve <eve@example.org>",
                        "a@b, c@d")
                .map(name -> new Address(name, "p" + Integer.toHexString(name.hashCode()) + "@example.org"))
                .toList();
        mailer().send(mail("names", "text", all.toArray(Address[]::new)));

        assertThat(arrived(all.size()).getFirst().to()).containsExactlyElementsOf(all);
    }

    @Test
    void answersGoWhereTheMailSays() {
        Address office = new Address("The office", "office@example.org");
        mailer().send(new Mail(
                id(), List.of(Address.of("ada@example.org")), Optional.of(office), "answer", "text", Optional.empty()));

        assertThat(arrived(1).getFirst().replyTo()).contains(office);
    }

    @Test
    void everyMailCarriesItsId() {
        Mail mail = mail("id", "text", Address.of("ada@example.org"));
        Receipt receipt = mailer().send(mail);

        assertThat(receipt.messageId()).startsWith("<").endsWith(">").contains(mail.id());
        assertThat(arrived(1).getFirst().messageId()).isEqualTo(receipt.messageId());
        assertThat(receipt.refused()).isEmpty();
    }

    @Test
    void aMailThatIsSentAgainArrivesOnce() {
        Mail mail = mail("again", "text", Address.of("ada@example.org"));
        Receipt first = mailer().send(mail);
        assertThat(mailer().send(mail)).isEqualTo(first);
        mailer().send(mail("another", "text", Address.of("ada@example.org")));

        assertThat(arrived(2)).extracting(ArrivedMail::subject).containsExactlyInAnyOrder("again", "another");
    }

    @Test
    void whoIsNotTakenIsNamedAndTheOthersGetIt() {
        Receipt receipt =
                mailer().send(mail("some", "text", Address.of("ada@example.org"), Address.of(there().refused())));

        assertThat(receipt.refused()).containsOnlyKeys(there().refused());
        assertThat(receipt.refused().get(there().refused())).isNotBlank();
        assertThat(arrived(1).getFirst().recipient()).isEqualTo("ada@example.org");
    }

    @Test
    void whenNobodyIsTakenItIsRefusedForGood() {
        PluginException failure = failing(mail("nobody", "text", Address.of(there().refused())));

        assertThat(failure.code()).isEqualTo(Mailer.REFUSED);
        assertThat(failure.retryable()).isFalse();
        assertThat(failure.getMessage()).contains(there().refused());
    }

    @Test
    void aServiceThatIsDownFailsInTimeForNowAndRecovers() {
        assertThat(mailer().health()).isEmpty();
        there().down(true);
        Mail mail = mail("later", "text", Address.of("ada@example.org"));
        long begin = System.nanoTime();
        PluginException failure = failing(mail);

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONGEST);
        assertThat(failure.code()).isEqualTo(Mailer.DOWN);
        assertThat(failure.retryable()).isTrue();
        assertThat(mailer().health()).isPresent();

        there().down(false);
        mailer().send(mail);
        assertThat(arrived(1).getFirst().subject()).isEqualTo("later");
        assertThat(mailer().health()).isEmpty();
    }

    @Test
    void aDaysQuotaCountsRecipients() {
        OptionalLong before = mailer().quota().remaining();
        mailer().send(mail("count", "text", Address.of("ada@example.org"), Address.of("bob@example.org")));
        OptionalLong after = mailer().quota().remaining();

        assertThat(after.isPresent()).isEqualTo(before.isPresent());
        if (before.isPresent()) {
            assertThat(after.getAsLong()).isEqualTo(before.getAsLong() - 2);
        }
    }

    @Test
    void manyAtOnceArriveOnceEach() throws Exception {
        List<String> subjects = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Receipt>> sending = new ArrayList<>();
            for (int i = 0; i < AT_ONCE * EACH; i++) {
                String subject = "mail " + i;
                subjects.add(subject);
                sending.add(threads.submit(() -> mailer().send(mail(subject, "text", Address.of("ada@example.org")))));
            }
            for (Future<Receipt> one : sending) {
                assertThat(one.get().refused()).isEmpty();
            }
        }
        assertThat(arrived(subjects.size()))
                .extracting(ArrivedMail::subject)
                .containsExactlyInAnyOrderElementsOf(subjects);
    }

    @Test
    void itHasAName() {
        assertThat(mailer().name()).isNotBlank();
    }
}
