/* Copyright the Carrel authors. */
package dev.carrel.mail.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Stands before a real server, line by line: it offers STARTTLS, which the server does not, and gives its own answers to commands that begin as a test says; all
 * else is the server's.
 */
final class Front implements AutoCloseable {
    private static final int PATIENCE_MS = 30_000;

    private final ServerSocket listening;
    private final Thread acceptor;
    private final int behind;
    private final SSLContext tls;
    private final boolean tlsAtOnce;
    private final boolean offersTls;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean down;

    Front(int behind, SSLContext tls, boolean tlsAtOnce, boolean offersTls) throws IOException {
        this.behind = behind;
        this.tls = tls;
        this.tlsAtOnce = tlsAtOnce;
        this.offersTls = offersTls;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** From now on commands that begin so get this answer; {@code !} ends the connection instead. */
    void answer(String command, String answer) {
        answers.put(command, answer);
    }

    /** Every command, with a mark before those that came encrypted. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    void down(boolean isDown) {
        down = isDown;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                heard.add("(" + e.getMessage() + ")");
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), behind)) {
            client.setSoTimeout(PATIENCE_MS);
            server.setSoTimeout(PATIENCE_MS);
            if (!down) {
                talk(tlsAtOnce ? encrypted(client) : client, server);
            }
        } catch (IOException e) {
            heard.add("(" + e.getMessage() + ")");
        } finally {
            open.remove(client);
        }
    }

    private Socket encrypted(Socket plain) throws IOException {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        socket.setUseClientMode(false);
        socket.startHandshake();
        return socket;
    }

    private void talk(Socket first, Socket server) throws IOException {
        Socket client = first;
        BufferedReader serverSays = reader(server);
        BufferedReader clientSays = reader(client);
        send(client, reply(serverSays));
        for (String line = clientSays.readLine(); line != null; line = clientSays.readLine()) {
            heard.add((client instanceof SSLSocket ? "*" : "") + line);
            String own = own(line);
            if (own != null && own.startsWith("!")) {
                return;
            }
            if (own != null) {
                send(client, own + "\r\n");
            } else if (line.equalsIgnoreCase("STARTTLS") && offersTls) {
                send(client, "220 go ahead\r\n");
                client = encrypted(client);
                clientSays = reader(client);
            } else {
                send(server, line + "\r\n");
                String answer = reply(serverSays);
                boolean hello = line.toUpperCase(Locale.ROOT).startsWith("EHLO");
                boolean offer = hello && offersTls && !(client instanceof SSLSocket);
                send(client, offer ? "250-front\r\n250-STARTTLS\r\n" + answer : answer);
                if (line.equalsIgnoreCase("DATA") && answer.startsWith("354")) {
                    body(clientSays, server);
                    String end = answers.get("end of data");
                    String said = reply(serverSays);
                    send(client, end == null ? said : end + "\r\n");
                }
            }
        }
    }

    private @org.jspecify.annotations.Nullable String own(String line) {
        return answers.entrySet().stream()
                .filter(entry -> line.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private static void body(BufferedReader client, Socket server) throws IOException {
        String line;
        do {
            line = client.readLine();
            if (line == null) {
                throw new IOException("the mail ends without a dot");
            }
            send(server, line + "\r\n");
        } while (!line.equals("."));
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    }

    private static String reply(BufferedReader server) throws IOException {
        StringBuilder all = new StringBuilder();
        String line;
        do {
            line = server.readLine();
            if (line == null) {
                throw new IOException("the server is gone");
            }
            all.append(line).append("\r\n");
        } while (line.length() > 3 && line.charAt(3) == '-');
        return all.toString();
    }

    private static void send(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    @Override
    public void close() {
        try {
            listening.close();
            // Until it has left accept, the system still lets one more in.
            if (!acceptor.join(Duration.ofMillis(PATIENCE_MS))) {
                throw new IllegalStateException("the front does not close");
            }
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
