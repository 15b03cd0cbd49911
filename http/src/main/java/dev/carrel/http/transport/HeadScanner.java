/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ByteProcessor;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of a head before the decoder does, and accepts only the one spelling every HTTP implementation
 * reads alike: a {@link FirstLine}, {@code name: value CRLF}…, {@code CRLF}. What the decoder would forgive (a
 * folded line, a lone LF, a blank before the colon, leading control bytes) is what another server behind us might understand
 * differently, so it is refused here, on the raw bytes, where nothing has been tidied up yet.
 *
 * <p>Works byte by byte and keeps its place, so a head may arrive in any number of pieces. Event loop only.
 */
final class HeadScanner implements ByteProcessor {
    private enum State {
        FIRST_LINE,
        LINE_FEED,
        LINE_START,
        NAME,
        VALUE,
        LAST_LINE_FEED,
        COMPLETE
    }

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
    private final FirstLine first;
    private State state = State.FIRST_LINE;
    private int scanned;
    private int headerBytes;
    private int headerCount;
    private @Nullable Refusal refusal;

    HeadScanner(StrictHttpLimits limits, FirstLine first) {
        this.limits = limits;
        this.first = first;
    }

    /** Whether a byte may stand in a method or a header's name. */
    static boolean token(int c) {
        return TOKEN[c];
    }

    /** Whether a byte may stand in a header's value. */
    static boolean text(int c) {
        return c >= ' ' && c != 0x7f || c == '\t';
    }

    /** Forgets everything, for the next head. */
    void reset() {
        first.reset();
        state = State.FIRST_LINE;
        scanned = 0;
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
            case FIRST_LINE -> {
                refusal = first.accept(c);
                if (first.complete()) {
                    state = State.LINE_FEED;
                }
            }
            case LINE_FEED -> expectLineFeed(c, State.LINE_START);
            case LAST_LINE_FEED -> expectLineFeed(c, State.COMPLETE);
            case LINE_START, NAME, VALUE -> headerLine(c);
            case COMPLETE -> throw new IllegalStateException("head already complete");
        }
        return refusal == null && state != State.COMPLETE;
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
            tooLarge("The header is larger than " + limits.maxHeader() + " bytes.");
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
                } else if (!text(c)) {
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
            tooLarge("There are more than " + limits.maxHeaderCount() + " header lines.");
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
