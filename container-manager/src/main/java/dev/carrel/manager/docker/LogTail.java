/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Collects the last lines of a container's output from Docker's frames. A frame is no line: it may hold several or a part of one, and
 * standard output and error come interleaved. Bounded whatever the container wrote: lines are cut, the oldest fall away.
 */
final class LogTail extends ResultCallback.Adapter<Frame> {
    static final int MAX_LINE = 2000;
    /** So that the answer fits the protocol's 256 KiB even when every character takes three bytes. */
    static final int MAX_CHARACTERS = 64_000;

    private static final Pattern TERMINAL_CODES = Pattern.compile("\u001b(\\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-B]|[=>78])");

    private final int most;
    private final Map<StreamType, StringBuilder> unfinished = new EnumMap<>(StreamType.class);
    private final Deque<String> lines = new ArrayDeque<>();
    private int characters;

    LogTail(int most) {
        this.most = most;
    }

    @Override
    public synchronized void onNext(Frame frame) {
        byte[] payload = frame.getPayload();
        if (payload == null) {
            return;
        }
        StringBuilder line = unfinished.computeIfAbsent(frame.getStreamType(), _ -> new StringBuilder());
        String text = new String(payload, StandardCharsets.UTF_8);
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            append(line, text, from, end);
            finish(line);
            from = end + 1;
        }
        append(line, text, from, text.length());
    }

    /** The lines so far, oldest first. */
    synchronized List<String> lines() {
        unfinished.values().stream().filter(line -> !line.isEmpty()).forEach(this::finish);
        return List.copyOf(lines);
    }

    private static void append(StringBuilder line, String text, int from, int end) {
        // Codes for the terminal do not count for much: twice the room before they are taken out.
        int room = 2 * MAX_LINE - line.length();
        line.append(text, from, Math.min(end, from + Math.max(0, room)));
    }

    private void finish(StringBuilder line) {
        String plain = plain(line.toString());
        line.setLength(0);
        lines.addLast(plain);
        characters += plain.length() + 1;
        while (lines.size() > most || characters > MAX_CHARACTERS && lines.size() > 1) {
            characters -= lines.removeFirst().length() + 1;
        }
    }

    private static String plain(String line) {
        StringBuilder plain = new StringBuilder();
        TERMINAL_CODES
                .matcher(line.stripTrailing())
                .replaceAll("")
                .codePoints()
                .map(c ->
                        Character.isISOControl(c) && c != '\t' || Character.getType(c) == Character.SURROGATE ? ' ' : c)
                .takeWhile(_ -> plain.length() < MAX_LINE - 1)
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }
}
