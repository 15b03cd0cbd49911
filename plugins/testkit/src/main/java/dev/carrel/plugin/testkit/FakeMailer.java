/* Copyright the Carrel authors. */
package dev.carrel.plugin.testkit;

import dev.carrel.plugin.Mailer;
import dev.carrel.plugin.PluginException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** A mailer whose mail arrives in a list, for tests of what sends mail. It passes the suite of this kit. Any thread. */
public final class FakeMailer implements Mailer {
    private static final long A_DAY = 1000;
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Set<Fault> faults;
    private final Set<String> refused = new TreeSet<>();
    private final Map<String, Receipt> sent = new LinkedHashMap<>();
    private final List<ArrivedMail> arrived = new ArrayList<>();
    private boolean down;
    private long remaining = A_DAY;

    /** What can be wrong with a mailer, for the kit's tests of itself. */
    enum Fault {
        HTML_LOST,
        TEXT_LOST,
        SUBJECT_IN_ASCII,
        REPLY_TO_LOST,
        NAMES_LOST,
        ONLY_FIRST_RECIPIENT,
        SENT_TWICE,
        ID_NOT_IN_HEADER,
        REFUSED_UNNAMED,
        ALL_REFUSED_UNSAID,
        OTHERS_LOST_WITH_REFUSED,
        DOWN_FOR_EVER,
        DOWN_UNSAID,
        QUOTA_UNCOUNTED,
        LINES_JOINED
    }

    /** To which all mail arrives. */
    public FakeMailer() {
        this(EnumSet.noneOf(Fault.class));
    }

    private FakeMailer(Set<Fault> faults) {
        this.faults = faults;
    }

    static FakeMailer broken(Set<Fault> faults) {
        return new FakeMailer(faults);
    }

    /** From now on nobody has this address. */
    public synchronized void refuse(String address) {
        refused.add(address);
    }

    /** From now on it fails as when its service is down, or no longer. */
    public synchronized void down(boolean isDown) {
        down = isDown;
    }

    /** What has arrived, once for each recipient, in order. */
    public synchronized List<ArrivedMail> arrived() {
        return List.copyOf(arrived);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public synchronized Receipt send(Mail mail) {
        Receipt before = sent.get(mail.id());
        if (before != null && !has(Fault.SENT_TWICE)) {
            return before;
        }
        answer();
        Map<String, String> not = new LinkedHashMap<>();
        List<Address> taken = new ArrayList<>();
        for (Address to : mail.to()) {
            if (refused.contains(to.address())) {
                not.put(to.address(), "no such person");
            } else {
                taken.add(to);
            }
        }
        if (taken.isEmpty() && !has(Fault.ALL_REFUSED_UNSAID)) {
            throw PluginException.permanent(
                    REFUSED, PluginException.Blame.USER, "nobody was sent the mail: " + not, null);
        }
        String messageId = "<" + (has(Fault.ID_NOT_IN_HEADER) ? "x" + arrived.size() : mail.id()) + "@memory>";
        deliver(mail, taken, !not.isEmpty(), messageId);
        remaining -= has(Fault.QUOTA_UNCOUNTED) ? 0 : taken.size();
        Receipt receipt = new Receipt(messageId, has(Fault.REFUSED_UNNAMED) ? Map.of() : not);
        sent.put(mail.id(), receipt);
        return receipt;
    }

    private void answer() {
        if (down) {
            throw has(Fault.DOWN_FOR_EVER)
                    ? PluginException.permanent(DOWN, PluginException.Blame.EXTERNAL, "the fake mailer is down", null)
                    : PluginException.temporary(
                            DOWN, PluginException.Blame.EXTERNAL, SOON, "the fake mailer is down (start it)", null);
        }
    }

    private void deliver(Mail mail, List<Address> taken, boolean othersRefused, String messageId) {
        if (othersRefused && has(Fault.OTHERS_LOST_WITH_REFUSED)) {
            return;
        }
        for (Address to : has(Fault.ONLY_FIRST_RECIPIENT) ? taken.subList(0, 1) : taken) {
            arrived.add(arrive(mail, to, messageId));
        }
    }

    private ArrivedMail arrive(Mail mail, Address to, String messageId) {
        String subject = has(Fault.SUBJECT_IN_ASCII) ? mail.subject().replaceAll("[^ -~]", "?") : mail.subject();
        String text = has(Fault.LINES_JOINED) ? mail.text().replace('\n', ' ') : mail.text();
        return new ArrivedMail(
                to.address(),
                mail.to().stream()
                        .map(a -> has(Fault.NAMES_LOST) ? Address.of(a.address()) : a)
                        .toList(),
                has(Fault.REPLY_TO_LOST) ? Optional.empty() : mail.replyTo(),
                subject,
                has(Fault.TEXT_LOST) && mail.html().isPresent() ? "" : text,
                has(Fault.HTML_LOST) ? Optional.empty() : mail.html(),
                messageId);
    }

    @Override
    public synchronized Quota quota() {
        return new Quota(OptionalLong.of(remaining), OptionalDouble.empty());
    }

    @Override
    public synchronized Optional<String> health() {
        return down && !has(Fault.DOWN_UNSAID) ? Optional.of("the fake mailer is down") : Optional.empty();
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }
}
