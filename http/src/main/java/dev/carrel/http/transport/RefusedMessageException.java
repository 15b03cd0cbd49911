/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.handler.codec.DecoderException;

/** Carries a {@link Refusal} in a decoder result. Has no stack trace: attackers cause it, as often as they like. */
final class RefusedMessageException extends DecoderException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    RefusedMessageException(Refusal refusal) {
        super(refusal.message());
        this.refusal = refusal;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    Refusal refusal() {
        return refusal;
    }
}
