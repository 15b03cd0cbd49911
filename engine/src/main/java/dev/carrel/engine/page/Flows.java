/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import dev.carrel.engine.web.Callers;
import dev.carrel.engine.web.LoginCookies;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import dev.carrel.protocol.name.Base32;
import dev.carrel.protocol.signed.SigningKeys;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a way to sign in remembers from one request of a browser to the next: sealed with AES-256-GCM into a cookie that scripts do not see, worth
 * nothing in another browser, with another plugin or after ten minutes. Nobody but us reads or makes one. Thread-safe.
 */
final class Flows {
    static final Duration LIFE = Duration.ofMinutes(10);
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final int MAX_COOKIE = 4000;
    private static final int MAX_NEXT = 1000;
    private static final int ID_LENGTH = 26;

    private final LoginCookies cookies;
    private final SecretKeySpec key;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    @Inject
    Flows(LoginCookies cookies, SigningKeys keys, Clock clock) {
        this.cookies = cookies;
        this.clock = clock;
        key = new SecretKeySpec(Base64.getUrlDecoder().decode(keys.derivedSecret("sign-in-flow")), "AES");
    }

    /**
     * A flow under way.
     *
     * @param id for telling whether it has come to its end before
     * @param state the plugin's own
     * @param next where the person wants to go
     */
    record Flow(String id, String state, String next) {}

    /** The answer with the cookie of a flow's next step. */
    Response with(Response response, Request request, String plugin, String state, String next) {
        Callers.keepBrowser(request);
        String kept = next.length() > MAX_NEXT ? "" : next;
        String value = seal(
                plugin,
                Callers.browser(request).id(),
                new Flow(Base32.random(ID_LENGTH), state, kept),
                clock.instant());
        return cookies.withFlow(response, value, LIFE);
    }

    /** The answer after which the browser has no flow. */
    Response without(Response response) {
        return cookies.withoutFlow(response);
    }

    /** The flow of this browser with this plugin; two cookies at once are none, for a host below ours may have planted one. */
    Optional<Flow> of(Request request, String plugin) {
        List<String> values = cookies.flows(request);
        Callers.Browser browser = Callers.browser(request);
        return values.size() == 1 && !browser.fresh() && !browser.id().isEmpty()
                ? open(plugin, browser.id(), values.getFirst())
                : Optional.empty();
    }

    String seal(String plugin, String browser, Flow flow, Instant now) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(now.plus(LIFE).toEpochMilli());
            out.writeUTF(flow.id());
            out.writeUTF(flow.state());
            out.writeUTF(flow.next());
            byte[] nonce = new byte[NONCE];
            random.nextBytes(nonce);
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, plugin, browser);
            ByteArrayOutputStream sealed = new ByteArrayOutputStream();
            sealed.write(nonce);
            sealed.write(cipher.doFinal(bytes.toByteArray()));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private Optional<Flow> open(String plugin, String browser, String value) {
        if (value.length() > MAX_COOKIE) {
            return Optional.empty();
        }
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(value);
            if (sealed.length <= NONCE) {
                return Optional.empty();
            }
            byte[] nonce = java.util.Arrays.copyOf(sealed, NONCE);
            byte[] bytes =
                    cipher(Cipher.DECRYPT_MODE, nonce, plugin, browser).doFinal(sealed, NONCE, sealed.length - NONCE);
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            Instant expires = Instant.ofEpochMilli(in.readLong());
            Flow flow = new Flow(in.readUTF(), in.readUTF(), in.readUTF());
            return clock.instant().isBefore(expires) ? Optional.of(flow) : Optional.empty();
        } catch (IllegalArgumentException | GeneralSecurityException | IOException _) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String plugin, String browser) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        // An id has no blank in it, so no two pairs share a text.
        cipher.updateAAD(("v1 " + plugin + " " + browser).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
