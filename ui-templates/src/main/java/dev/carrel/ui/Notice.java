/* Copyright the Carrel authors. */
package dev.carrel.ui;

/**
 * One sentence at the top of a page about what was just done.
 *
 * @param good done; otherwise refused
 * @param text the sentence
 */
public record Notice(boolean good, String text) {
    /** Something was done. */
    public static Notice done(String text) {
        return new Notice(true, text);
    }

    /** Something was refused. */
    public static Notice refused(String text) {
        return new Notice(false, text);
    }
}
