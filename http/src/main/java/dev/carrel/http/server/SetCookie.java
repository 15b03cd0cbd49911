/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A cookie to be set. HttpOnly, Secure, SameSite=Lax, Path=/ and no Domain unless said otherwise. Names that begin with {@code __Host-} must
 * stay Secure with Path=/, as browsers demand; names with {@code __Secure-} must stay Secure. There is no Domain: a cookie of ours belongs to
 * one host.
 */
public record SetCookie(
        String name,
        String value,
        boolean httpOnly,
        boolean secure,
        SameSite sameSite,
        String path,
        @Nullable Duration maxAge) {

    /** When a browser sends the cookie along with requests other sites caused. */
    public enum SameSite {
        STRICT("Strict"),
        LAX("Lax"),
        NONE("None");

        private final String word;

        SameSite(String word) {
            this.word = word;
        }
    }

    private static final String NAME_PUNCTUATION = "!#$%&'*+-.^_`|~";

    public SetCookie {
        if (name.isEmpty() || !name.chars().allMatch(SetCookie::nameCharacter)) {
            throw new IllegalArgumentException("cookie name: '" + Printable.of(name, 64) + "' (expected: a token)");
        }
        if (!value.chars().allMatch(SetCookie::valueCharacter)) {
            throw new IllegalArgumentException("cookie " + name
                    + ": value holds a character that cookies cannot carry (expected: encode it, e.g. as base64url)");
        }
        if (name.length() + value.length() > 4096) {
            throw new IllegalArgumentException(
                    "cookie " + name + ": " + (name.length() + value.length()) + " bytes (expected: at most 4096)");
        }
        if (!path.startsWith("/") || !path.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != ';')) {
            throw new IllegalArgumentException(
                    "cookie " + name + ": path '" + Printable.of(path, 64) + "' (expected: /…)");
        }
        checkPrefix(name, secure, sameSite, path);
    }

    /** A cookie for this host alone and until the browser closes: HttpOnly, Secure, SameSite=Lax, Path=/. */
    public static SetCookie of(String name, String value) {
        return new SetCookie(name, value, true, true, SameSite.LAX, "/", null);
    }

    /** Makes the browser forget a cookie that was set with {@link #of}. */
    public static SetCookie expired(String name) {
        return of(name, "").withMaxAge(Duration.ZERO);
    }

    /** Readable by scripts, for double-submit tokens. */
    public SetCookie readableByScripts() {
        return new SetCookie(name, value, false, secure, sameSite, path, maxAge);
    }

    /** With or without Secure; without only for plain http on a development machine. */
    public SetCookie withSecure(boolean yes) {
        return new SetCookie(name, value, httpOnly, yes, sameSite, path, maxAge);
    }

    /** With another SameSite. */
    public SetCookie withSameSite(SameSite other) {
        return new SetCookie(name, value, httpOnly, secure, other, path, maxAge);
    }

    /** With another path. */
    public SetCookie withPath(String other) {
        return new SetCookie(name, value, httpOnly, secure, sameSite, other, maxAge);
    }

    /** To be kept for so long. */
    public SetCookie withMaxAge(Duration age) {
        return new SetCookie(name, value, httpOnly, secure, sameSite, path, age);
    }

    /** The header's value. */
    public String headerValue() {
        StringBuilder text = new StringBuilder(name)
                .append('=')
                .append(value)
                .append("; Path=")
                .append(path);
        if (maxAge != null) {
            text.append("; Max-Age=").append(Math.max(0, maxAge.toSeconds()));
        }
        if (secure) {
            text.append("; Secure");
        }
        if (httpOnly) {
            text.append("; HttpOnly");
        }
        return text.append("; SameSite=").append(sameSite.word).toString();
    }

    @Override
    public String toString() {
        // The value is a secret more often than not.
        return "SetCookie[" + name + "]";
    }

    private static boolean nameCharacter(int c) {
        return c < 128 && Character.isLetterOrDigit(c) || NAME_PUNCTUATION.indexOf(c) >= 0;
    }

    private static boolean valueCharacter(int c) {
        return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
    }

    private static void checkPrefix(String name, boolean secure, SameSite sameSite, String path) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith("__host-") && !(secure && path.equals("/"))) {
            throw new IllegalArgumentException("cookie " + name + ": __Host- needs Secure and Path=/");
        }
        if ((lower.startsWith("__secure-") || sameSite == SameSite.NONE) && !secure) {
            throw new IllegalArgumentException("cookie " + name + ": __Secure- and SameSite=None need Secure");
        }
    }
}
