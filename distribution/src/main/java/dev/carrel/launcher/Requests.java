/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other commands ask of the supervisor that runs: one line each way over the Unix socket {@code run/up.sock}, which only who started the supervisor
 * can open. An answer that begins with {@link #FAILED} says why not. Requests are served one at a time.
 */
final class Requests implements AutoCloseable {
    static final String RESTART_ROUTER = "restart router";
    static final String FAILED = "failed: ";

    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

    private final ServerSocketChannel listening;
    private final Path socket;
    private final UnaryOperator<String> answers;

    /** Listens at once. */
    Requests(DataFolder data, UnaryOperator<String> answers) throws IOException {
        this.socket = socket(data);
        this.answers = answers;
        Files.deleteIfExists(socket);
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listening.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            listening.close();
            throw e;
        }
        Thread.ofVirtual().name("requests").start(this::serve);
    }

    private static Path socket(DataFolder data) {
        return data.run().resolve("up.sock");
    }

    /**
     * Asks, and waits for the answer.
     *
     * @throws LauncherException when the answer is a failure
     */
    static String send(DataFolder data, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket(data)))) {
            write(channel, request);
            String answer = reader(channel).readLine();
            if (answer == null) {
                throw new IOException("it closed the connection");
            }
            if (answer.startsWith(FAILED)) {
                throw new LauncherException(answer.substring(FAILED.length()));
            }
            return answer;
        }
    }

    private void serve() {
        while (listening.isOpen()) {
            try (SocketChannel channel = listening.accept()) {
                String request = reader(channel).readLine();
                if (request != null) {
                    write(channel, answers.apply(request).replace('\n', ' '));
                }
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                LOG.warn("{}: {}", socket, e.toString());
            }
        }
    }

    private static BufferedReader reader(SocketChannel channel) {
        return new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    private static void write(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        Files.deleteIfExists(socket);
    }
}
