/* Copyright the Carrel authors. */
package dev.carrel.http.outgoing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Asks addresses that somebody else chose. A name is looked up once, what it means is judged by {@link AddressRules}, and the connection goes to an address
 * that passed; so a name that means something else a moment later leads nowhere. Redirects are answers. Nothing of ours is sent along: no cookies, no
 * credentials, no proxy. Thread-safe.
 */
public final class OutgoingClient {
    private static final int MOST_ADDRESSES = 3;
    private static final int CONNECT_MILLIS = 5000;

    private final AddressRules rules;
    private final Names names;
    private final SSLContext tls;

    /** How names are looked up. */
    @FunctionalInterface
    public interface Names {
        /** All addresses of a name; one at least. */
        List<InetAddress> of(String host) throws UnknownHostException;
    }

    /** Looks names up as the machine does, and trusts whom the JDK trusts. */
    public OutgoingClient(AddressRules rules) {
        this(rules, host -> List.of(InetAddress.getAllByName(host)), usual());
    }

    OutgoingClient(AddressRules rules, Names names, SSLContext tls) {
        this.rules = rules;
        this.names = names;
        this.tls = tls;
    }

    private static SSLContext usual() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /**
     * What is asked.
     *
     * @param headers beside Host, Content-Length and the like
     */
    public record Question(String method, OutgoingUrl url, Map<String, String> headers, byte[] body) {
        /** Copies the headers. */
        public Question {
            headers = Map.copyOf(headers);
        }

        @Override
        public String toString() {
            return method + " " + url;
        }
    }

    /**
     * An answer.
     *
     * @param headers names in small letters
     * @param body as much of it as was wanted
     * @param whole whether that is all
     */
    public record Answer(int status, Map<String, List<String>> headers, byte[] body, boolean whole) {
        /** Copies the headers. */
        public Answer {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * Asks.
     *
     * @param time for all of it
     * @param maxBody as much of the answer's body as is wanted; with 0 the answer is there as soon as its head is
     * @throws OutgoingFailure when the address may not be asked, or there is no answer in time
     */
    public Answer ask(Question question, Duration time, int maxBody) throws OutgoingFailure, InterruptedException {
        check(question.url());
        Talk talk = new Talk(question, maxBody);
        FutureTask<Answer> task = new FutureTask<>(talk::run);
        Thread.ofVirtual().name("outgoing").start(task);
        try {
            return task.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new OutgoingFailure("There was no answer within " + time.toMillis() + " ms.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OutgoingFailure failure) {
                throw failure;
            }
            throw new OutgoingFailure("It was not asked: " + e.getCause(), e);
        } finally {
            task.cancel(true);
            talk.close();
        }
    }

    /**
     * Looks at an address as far as that can be done without looking a name up; for whoever wants to refuse it early.
     *
     * @throws OutgoingFailure when it may not be asked
     */
    public void check(OutgoingUrl url) throws OutgoingFailure {
        if (!rules.portAllowed(url.port())) {
            throw new OutgoingFailure("Port " + url.port() + " may not be asked (the operator says which may).");
        }
        if (url.address().filter(address -> !rules.addressAllowed(address)).isPresent()) {
            throw forbidden();
        }
    }

    private static OutgoingFailure forbidden() {
        return new OutgoingFailure(
                "The host is at an address that may not be asked: private, local, special or this machine's.");
    }

    /** One question and its answer. One thread talks; any closes. */
    private final class Talk {
        private final Question question;
        private final int maxBody;
        private final Object gate = new Object();
        private Socket socket = new Socket();
        private boolean closed;

        private Talk(Question question, int maxBody) {
            this.question = question;
            this.maxBody = maxBody;
        }

        private Answer run() throws OutgoingFailure {
            OutgoingUrl url = question.url();
            List<InetAddress> addresses = addresses(url);
            try {
                Socket plain = connected(addresses, url.port());
                Socket spoken = url.secure() ? secured(plain, url) : plain;
                return new Exchange(question, maxBody).over(spoken);
            } catch (IOException e) {
                throw e instanceof OutgoingFailure failure ? failure : new OutgoingFailure(told(e), e);
            } finally {
                close();
            }
        }

        private static String told(IOException e) {
            String why = e.getMessage();
            return "The connection failed: " + (why == null ? e.getClass().getSimpleName() : why);
        }

        private List<InetAddress> addresses(OutgoingUrl url) throws OutgoingFailure {
            Optional<InetAddress> literal = url.address();
            List<InetAddress> all;
            try {
                all = literal.isPresent() ? List.of(literal.get()) : names.of(url.host());
            } catch (UnknownHostException e) {
                throw new OutgoingFailure("The name of the host is not known.", e);
            }
            List<InetAddress> may = all.stream().filter(rules::addressAllowed).toList();
            if (may.isEmpty()) {
                throw forbidden();
            }
            return may.subList(0, Math.min(may.size(), MOST_ADDRESSES));
        }

        private Socket connected(List<InetAddress> addresses, int port) throws IOException {
            IOException last = new IOException("no address");
            for (InetAddress address : addresses) {
                try {
                    // By its bytes alone: an address without a name is never looked up again.
                    InetAddress checked = InetAddress.getByAddress(address.getAddress());
                    Socket fresh = opened(new Socket());
                    fresh.connect(new InetSocketAddress(checked, port), CONNECT_MILLIS);
                    return fresh;
                } catch (IOException e) {
                    last = e;
                }
            }
            throw last;
        }

        private Socket secured(Socket plain, OutgoingUrl url) throws IOException {
            SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(plain, url.host(), url.port(), true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            if (url.address().isEmpty()) {
                parameters.setServerNames(List.of(new SNIHostName(url.host())));
            }
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            return secure;
        }

        private Socket opened(Socket fresh) throws IOException {
            synchronized (gate) {
                if (closed) {
                    throw new OutgoingFailure("It was given up.");
                }
                socket.close();
                socket = fresh;
            }
            return fresh;
        }

        private void close() {
            synchronized (gate) {
                closed = true;
                try {
                    socket.close();
                } catch (IOException _) {
                    // There is nothing to be done about it.
                }
            }
        }
    }

    @Override
    public String toString() {
        return "OutgoingClient" + Arrays.asList(rules.allowed());
    }
}
