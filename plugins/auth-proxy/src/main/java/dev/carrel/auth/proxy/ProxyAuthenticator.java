/* Copyright the Carrel authors. */
package dev.carrel.auth.proxy;

import dev.carrel.plugin.Authenticator;
import dev.carrel.plugin.Identity;
import dev.carrel.plugin.SignInOutcome;
import dev.carrel.plugin.SignInRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;

/** No button and no page: who comes by way of the proxy is known. */
final class ProxyAuthenticator implements Authenticator {
    private static final int MAX_VALUE = 255;

    private final ProxySettings settings;
    private final Addresses addresses;
    private final Logger log;

    ProxyAuthenticator(ProxySettings settings, Logger log) {
        this.settings = settings;
        this.log = log;
        this.addresses = new Addresses(settings.addresses());
        if (settings.header().isBlank()) {
            throw new IllegalArgumentException("header: empty (expected: a header's name, as Remote-User)");
        }
    }

    @Override
    public Optional<Identity> recognise(SignInRequest request) {
        if (request.vouched().isEmpty()) {
            return Optional.empty();
        }
        SignInRequest.Vouched vouched = request.vouched().get();
        if (!vouched.header().equalsIgnoreCase(settings.header()) || !addresses.contains(vouched.proxy())) {
            log.warn(
                    "{} by {} counts for nothing: header and addresses of etc/plugins/auth-proxy.properties and of router.identity-… differ",
                    vouched.header(),
                    vouched.proxy());
            return Optional.empty();
        }
        return identity(settings.ignoreCase() ? vouched.value().toLowerCase(Locale.ROOT) : vouched.value());
    }

    private Optional<Identity> identity(String value) {
        // Other bytes may be of any encoding: two people could be read as one.
        boolean plain =
                !value.isEmpty() && value.length() <= MAX_VALUE && value.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (!plain
                || !endsWith(value, settings.suffix())
                || value.length() == settings.suffix().length()) {
            log.warn("a value of {} is too long, is not plain ASCII, or does not end as it must", settings.header());
            return Optional.empty();
        }
        String name = value.substring(0, value.length() - settings.suffix().length());
        boolean address = settings.email() && value.indexOf('@') > 0;
        return Optional.of(new Identity(
                value,
                name,
                address ? Optional.of(value) : Optional.empty(),
                address,
                "",
                Set.of(),
                settings.administrators().stream().anyMatch(a -> same(a, value))));
    }

    private boolean endsWith(String value, String suffix) {
        return same(value.substring(Math.max(0, value.length() - suffix.length())), suffix);
    }

    private boolean same(String a, String b) {
        return settings.ignoreCase() ? a.equalsIgnoreCase(b) : a.equals(b);
    }

    @Override
    public SignInOutcome handle(SignInRequest request) {
        return new SignInOutcome.Refused("There is nothing at this address: come by way of your organisation's proxy.");
    }
}
