/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.Mailer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Keeps what it is given, or fails as it is told. */
final class FakeMailer implements Mailer {
    final List<Mail> sent = new ArrayList<>();
    final Deque<RuntimeException> failures = new ArrayDeque<>();

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Receipt send(Mail mail) {
        RuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        sent.add(mail);
        return new Receipt("<" + mail.id() + "@here>", Map.of());
    }

    @Override
    public Quota quota() {
        return new Quota(OptionalLong.empty(), OptionalDouble.empty());
    }

    @Override
    public Optional<String> health() {
        return Optional.empty();
    }
}
