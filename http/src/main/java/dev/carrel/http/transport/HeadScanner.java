/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ByteProcessor;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of a request's head before the decoder does, and accepts only the one spelling every HTTP implementation
 * reads alike: {@code METHOD SP target SP HTTP/1.x CRLF}, {@code name: value CRLF}…, {@code CRLF}. What the decoder would forgive (a
 * folded line, a lone LF, a blank before the colon, leading control bytes) is what another server behind us might understand
 * differently, so it is refused here, on the raw bytes, where nothing has been tidied up yet.
 *
 * <p>Works byte by byte and keeps its place, so a head may arrive in any number of pieces. Event loop only.
 */
final class HeadScanner implements ByteProcessor {
    private enum State {
        METHOD,
        TARGET,
        VERSION,
        LINE_FEED,
        LINE_START,
        NAME,
        VALUE,
        LAST_LINE_FEED,
        COMPLETE
    }

    private static final int MAX_METHOD = 32;
    private static final String TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";
    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (int c = 0; c < 128; c++) {
            TOKEN[c] = c >= '0' && c <= '9'
                    || c >= 'A' && c <= 'Z'
                    || c >= 'a' && c <= 'z'
                    || TOKEN_PUNCTUATION.indexOf(c) >= 0;
        }
    }

    private final StrictHttpLimits limits;
    private final StringBuilder version = new StringBuilder(8);
    private State state = State.METHOD;
    private int scanned;
    private int lineBytes;
    private int targetBytes;
    private int headerBytes;
    private int headerCount;
    private @Nullable Refusal refusal;

    HeadScanner(StrictHttpLimits limits) {
        this.limits = limits;
    }

    /** Forgets everything, for the next head. */
    void reset() {
        version.setLength(0);
        state = State.METHOD;
        scanned = 0;
        lineBytes = 0;
        targetBytes = 0;
        headerBytes = 0;
        headerCount = 0;
        refusal = null;
    }

    /** For a chunked body's trailers: header lines only, the same rules. */
    void resetForTrailers() {
        reset();
        state = State.LINE_START;
    }

    /** Looks at the bytes not seen yet. The buffer's reader index must stay at the head's first byte until it is complete. */
    void scan(ByteBuf in) {
        int start = in.readerIndex() + scanned;
        int length = in.writerIndex() - start;
        int end = in.forEachByte(start, length, this);
        scanned += end < 0 ? length : end - start + 1;
    }

    /** Whether the empty line that ends the head has been seen. */
    boolean complete() {
        return state == State.COMPLETE;
    }

    /** Why the head is refused, null when nothing is wrong so far. */
    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** False ends the walk: at the head's end or at the first fault. */
    @Override
    public boolean process(byte value) {
        int c = value & 0xff;
        switch (state) {
            case METHOD, TARGET, VERSION -> requestLine(c);
            case LINE_FEED -> expectLineFeed(c, State.LINE_START);
            case LAST_LINE_FEED -> expectLineFeed(c, State.COMPLETE);
            case LINE_START, NAME, VALUE -> headerLine(c);
            case COMPLETE -> throw new IllegalStateException("head already complete");
        }
        return refusal == null && state != State.COMPLETE;
    }

    private void requestLine(int c) {
        if (++lineBytes > limits.maxRequestLine()) {
            refusal = new Refusal(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "http.uri-too-long",
                    "The address of the request is longer than " + limits.maxRequestLine() + " bytes.");
            return;
        }
        switch (state) {
            case METHOD -> {
                if (c == ' ' && lineBytes > 1) {
                    state = State.TARGET;
                } else if (!TOKEN[c] || lineBytes > MAX_METHOD) {
                    bad("http.method", "The request does not begin with a method.");
                }
            }
            case TARGET -> {
                if (c == ' ' && targetBytes > 0) {
                    state = State.VERSION;
                } else if (c <= ' ' || c >= 0x7f || c == '#') {
                    bad("http.target", "The address of the request holds a character that must be percent-encoded.");
                } else {
                    targetBytes++;
                }
            }
            default -> version(c);
        }
    }

    private void version(int c) {
        if (c != '\r') {
            if (version.length() == 8 || c <= ' ' || c >= 0x7f) {
                bad("http.version", "The request line does not end with an HTTP version.");
            } else {
                version.append((char) c);
            }
            return;
        }
        String seen = version.toString();
        if (seen.equals("HTTP/1.1") || seen.equals("HTTP/1.0")) {
            state = State.LINE_FEED;
        } else if (seen.matches("HTTP/\\d\\.\\d")) {
            refusal = new Refusal(
                    HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
                    "http.version",
                    "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
        } else {
            bad("http.version", "The request line does not end with an HTTP version.");
        }
    }

    private void expectLineFeed(int c, State next) {
        if (c == '\n') {
            state = next;
        } else {
            bad("http.line-end", "A line does not end with CR LF.");
        }
    }

    private void headerLine(int c) {
        if (++headerBytes > limits.maxHeader()) {
            tooLarge("The header of the request is larger than " + limits.maxHeader() + " bytes.");
            return;
        }
        switch (state) {
            case LINE_START -> lineStart(c);
            case NAME -> {
                if (c == ':') {
                    state = State.VALUE;
                } else if (!TOKEN[c]) {
                    bad("http.header-name", "A header name holds a character that is not allowed.");
                }
            }
            default -> {
                if (c == '\r') {
                    state = State.LINE_FEED;
                } else if (c < ' ' && c != '\t' || c == 0x7f) {
                    bad("http.header-value", "A header value holds a control character.");
                }
            }
        }
    }

    private void lineStart(int c) {
        if (c == '\r') {
            state = State.LAST_LINE_FEED;
        } else if (c == ' ' || c == '\t') {
            bad("http.folded-header", "A header is folded over two lines.");
        } else if (!TOKEN[c]) {
            bad("http.header-name", "A header name holds a character that is not allowed.");
        } else if (++headerCount > limits.maxHeaderCount()) {
            tooLarge("The request has more than " + limits.maxHeaderCount() + " header lines.");
        } else {
            state = State.NAME;
        }
    }

    private void bad(String code, String message) {
        refusal = Refusal.badRequest(code, message);
    }

    private void tooLarge(String message) {
        refusal = new Refusal(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "http.header-too-large", message);
    }
}
