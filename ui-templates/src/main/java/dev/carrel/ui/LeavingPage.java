/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * Leads to another site. The one page that does; where to, a plugin has said that the operator trusts.
 *
 * @param to where
 * @param message why; empty to go at once
 * @param seconds until the page moves on by itself
 */
public record LeavingPage(Frame frame, Outside to, String message, int seconds) implements View {
    /**
     * A place on another site.
     *
     * @param url absolute, http or https, percent-encoded
     * @param host of that address, to be read
     */
    public record Outside(String url, String host) {
        /** Refuses everything that is no address of the web or could end one in a page's head. */
        public Outside {
            boolean plain = url.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"'<>;\\".indexOf(c) < 0);
            if (!plain || !url.startsWith("https://") && !url.startsWith("http://")) {
                throw new IllegalArgumentException(
                        "url: does not lead to another site (expected: http:// or https://, percent-encoded)");
            }
        }
    }
}
