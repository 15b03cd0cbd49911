/* Copyright the Carrel authors. */
package dev.carrel.plugin.database.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.carrel.plugin.table.DatabaseException;
import dev.carrel.plugin.table.Outcome;
import dev.carrel.plugin.table.RowShape;
import dev.carrel.plugin.table.Write;
import dev.carrel.plugin.testkit.Person;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service that takes a request and gives no answer, or the answer that it is busy: what is asked again, and what is not. */
@Timeout(60)
class LostAnswerTest {
    private static final Pattern TOKEN = Pattern.compile("\"ClientRequestToken\":\"([^\"]+)\"");
    private static final String BUSY =
            "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ThrottlingException\",\"message\":\"busy\"}";

    private final Queue<String> writes = new ConcurrentLinkedQueue<>();
    private final Queue<String> reads = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private DynamoDatabase database;
    private DynamoTable<Person> people;
    /** What is done to the first write or read of a person. */
    private volatile Fate fate = Fate.LOST;

    private enum Fate {
        LOST,
        BUSY
    }

    @BeforeEach
    void begin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        database = DynamoDatabase.open(
                LocalFixture.settings("http://127.0.0.1:" + server.getAddress().getPort(), "t_"));
        RowShape<Person> shape = RowShape.of(Person.class);
        people = new DynamoTable<>(database, shape, "t_people", Layout.of(shape).grown(shape, "t_people", true));
    }

    @AfterEach
    void end() {
        database.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (body.contains("t_.tables")) {
            send(exchange, 200, catalog());
            return;
        }
        Queue<String> all = target.endsWith("GetItem") ? reads : writes;
        all.add(body);
        if (all.size() > 1) {
            send(exchange, 200, "{}");
        } else if (fate == Fate.BUSY) {
            send(exchange, 400, BUSY);
        } else {
            exchange.close();
        }
    }

    /** The table of tables knows the table, without indexes. */
    private static String catalog() {
        RowShape<Person> shape = RowShape.of(Person.class);
        StringBuilder columns = new StringBuilder();
        shape.columns()
                .forEach(c -> columns.append(columns.isEmpty() ? "" : ",")
                        .append("\"%s\":{\"M\":{\"storage\":{\"S\":\"%s\"}}}"
                                .formatted(c.name(), c.kind().storage())));
        return "{\"Item\":{\"table\":{\"S\":\"people\"},\"revision\":{\"N\":\"1\"},\"key\":{\"L\":[{\"S\":\"name\"}]},"
                + "\"columns\":{\"M\":{" + columns + "}},\"indexes\":{\"M\":{}}}}";
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Test
    void aWriteIsNotAskedTwiceBecauseItMayHaveHappened() {
        DatabaseException failure =
                catchThrowableOfType(DatabaseException.class, () -> people.insert(Person.named("Ada")));
        assertThat(failure).isNotNull().matches(DatabaseException::retryable, "retryable");
        assertThat(writes).hasSize(1);
    }

    @Test
    void aWriteThatDidNothingIsAskedAgain() {
        fate = Fate.BUSY;
        assertThat(people.insert(Person.named("Ada"))).isPresent();
        assertThat(writes).hasSize(2);
    }

    @Test
    void aTransactionIsAskedAgainUnderTheSameToken() {
        Outcome outcome = database.transact(List.of(Write.insert(people, Person.named("Ada"))));
        assertThat(outcome.done()).isTrue();
        assertThat(writes.stream().map(LostAnswerTest::token).distinct()).hasSize(1);
        assertThat(writes).hasSize(2);
    }

    private static String token(String body) {
        Matcher token = TOKEN.matcher(body);
        assertThat(token.find()).as(body).isTrue();
        return token.group(1);
    }

    @Test
    void aReadIsAskedAgain() {
        assertThat(people.get("Ada")).isEmpty();
        assertThat(reads).hasSize(2);
    }

    @Test
    void nobodyThereIsToldInTime() {
        server.stop(0);
        long begun = System.nanoTime();
        DatabaseException failure = catchThrowableOfType(DatabaseException.class, () -> people.get("Ada"));
        assertThat(failure).isNotNull().matches(DatabaseException::retryable, "retryable");
        assertThat(failure).hasMessageContainingAll("t_people", "http://127.0.0.1:", "is the service reachable?");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
        assertThat(database.health()).isPresent();
    }
}
