/* Copyright the Carrel authors. */
package dev.carrel.protocol.wire;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Feeds the decoder arbitrary bytes. Without JAZZER_FUZZ=1 it replays its corpus; with it (see docs/testing.md) it searches for an hour.
 */
class CodecFuzz {
    private static final Codec CODEC = new Codec();

    @FuzzTest(maxDuration = "1h")
    void decodesOrRefuses(FuzzedDataProvider data) {
        byte[] bytes = data.consumeRemainingAsBytes();
        try {
            Envelope envelope = CODEC.decode(bytes);
            Envelope again = CODEC.decode(CODEC.encode(envelope));
            if (!again.equals(envelope)) {
                throw new AssertionError("a decoded message does not come back as it was: " + envelope);
            }
        } catch (MalformedMessage _) {
            // The one allowed refusal.
        }
    }
}
