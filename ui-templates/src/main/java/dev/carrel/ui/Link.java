/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * A place within this site to go to.
 *
 * @param label on the button
 * @param path absolute path and query on this host, already percent-encoded
 */
public record Link(String label, String path) {
    /** Refuses everything that would lead to another host or run a script. */
    public Link {
        boolean plain = path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
        if (!path.startsWith("/") || path.startsWith("//") || !plain) {
            throw new IllegalArgumentException(
                    "link: does not lead to a page of this site (expected: /path, percent-encoded)");
        }
    }
}
