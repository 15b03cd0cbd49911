/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads HTML as browsers do where it matters for injection: what begins a tag, where a tag and its attributes end, that title and textarea hold no
 * tags. Stricter than they are in everything else: attributes are quoted, elements are closed in order.
 */
final class HtmlTokens {
    private static final Set<String> VOID = Set.of("meta", "link", "input", "img", "br", "hr");

    /** An attribute as a browser would see it, decoded. */
    record Attribute(String tag, String name, String value) {}

    private final String html;
    private int at;
    private final List<String> skeleton = new ArrayList<>();
    private final List<Attribute> attributes = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    HtmlTokens(String html) {
        this.html = html;
        read();
    }

    /** Every tag with the names of its attributes, and every end tag, in order. */
    List<String> skeleton() {
        return skeleton;
    }

    List<Attribute> attributes() {
        return attributes;
    }

    /** All text between tags, decoded. */
    String text() {
        return text.toString();
    }

    private void read() {
        while (at < html.length()) {
            int next = html.indexOf('<', at);
            if (next < 0) {
                text.append(decode(html.substring(at)));
                break;
            }
            text.append(decode(html.substring(at, next)));
            at = next + 1;
            char c = at < html.length() ? html.charAt(at) : ' ';
            if (c == '!') {
                skeleton.add("!" + upTo('>'));
            } else if (c == '/') {
                at++;
                endTag(upTo('>').strip());
            } else if (Character.isLetter(c)) {
                startTag();
            } else {
                throw new AssertionError("unescaped < near: " + around());
            }
        }
        if (!open.isEmpty()) {
            throw new AssertionError("never closed: " + open);
        }
    }

    private void startTag() {
        String tag = word();
        StringBuilder shape = new StringBuilder(tag);
        while (true) {
            skipSpace();
            if (html.charAt(at) == '>') {
                at++;
                break;
            }
            String name = word();
            shape.append(' ').append(name);
            if (html.charAt(at) != '=') {
                attributes.add(new Attribute(tag, name, ""));
                continue;
            }
            at++;
            if (html.charAt(at) != '"') {
                throw new AssertionError("unquoted attribute near: " + around());
            }
            at++;
            attributes.add(new Attribute(tag, name, decode(upTo('"'))));
        }
        skeleton.add(shape.toString());
        if (!VOID.contains(tag)) {
            open.push(tag);
        }
    }

    private void endTag(String tag) {
        skeleton.add("/" + tag);
        if (open.isEmpty() || !open.pop().equals(tag)) {
            throw new AssertionError("</" + tag + "> closes nothing near: " + around());
        }
    }

    private String word() {
        int start = at;
        while (Character.isLetterOrDigit(html.charAt(at)) || html.charAt(at) == '-') {
            at++;
        }
        if (start == at) {
            throw new AssertionError("no name near: " + around());
        }
        return html.substring(start, at).toLowerCase(Locale.ROOT);
    }

    private void skipSpace() {
        while (Character.isWhitespace(html.charAt(at))) {
            at++;
        }
    }

    private String upTo(char end) {
        int stop = html.indexOf(end, at);
        if (stop < 0) {
            throw new AssertionError("no " + end + " after: " + around());
        }
        String found = html.substring(at, stop);
        at = stop + 1;
        return found;
    }

    private String around() {
        return html.substring(Math.max(0, at - 40), Math.min(html.length(), at + 40));
    }

    private static String decode(String escaped) {
        return escaped.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }
}
