/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.carrel.protocol.wire.MalformedMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Feeds the decoders arbitrary frames. Without JAZZER_FUZZ=1 it replays its corpus; with it (see docs/testing.md) it searches for an hour. */
class WorkerCodecFuzz {
    private static final WorkerCodec CODEC = new WorkerCodec();

    @FuzzTest(maxDuration = "1h")
    void decodesOrRefuses(FuzzedDataProvider data) {
        List<byte[]> frames = new ArrayList<>();
        String name = data.pickValue(new String[] {
            "answer", "chunk", "end", "failed", "log", "hello", "ready", "unfit", "bye", "beat", "call", "init", "more",
            ""
        });
        frames.add(name.getBytes(StandardCharsets.US_ASCII));
        if (data.consumeBoolean()) {
            frames.add(data.consumeBytes(100));
        }
        frames.add(data.consumeRemainingAsBytes());
        try {
            CODEC.decodeFromWorker(CODEC.encode(CODEC.decodeFromWorker(frames)));
        } catch (MalformedMessage _) {
            // The one allowed refusal.
        }
        try {
            CODEC.decodeToWorker(CODEC.encode(CODEC.decodeToWorker(frames)));
        } catch (MalformedMessage _) {
            // The one allowed refusal.
        }
    }
}
