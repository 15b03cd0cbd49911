/* Copyright the Carrel authors. */
package dev.carrel.router.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The longest prefix wins, segment by segment, on the decoded path. */
class RouteTableTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static RouteTable table(String... keys) {
        RouteTable table = new RouteTable();
        for (String key : keys) {
            table.put(Route.read(
                    key, JSON.createObjectNode().put("target", "http://127.0.0.1:9"), new Activity(Clock.systemUTC())));
        }
        return table;
    }

    @ParameterizedTest
    @CsvSource({
        "/b/c/d, /b/c",
        "/b/c, /b/c",
        "/b/c/, /b/c",
        "/b/cword, /b",
        "/b, /b",
        "/x, /",
        "/, /",
        "/b%2Fc, /b/c",
        "/%62/c?x=/b, /b/c",
        "/a@b/x, /a@b",
        "/a%40b/x, /a@b",
        "//b/c, /",
        "/b//c, /b",
        "/B/c, /",
        "/b/c%, /b",
        "/%c3%a9/x, /é"
    })
    void findsTheLongestPrefix(String target, String key) {
        RouteTable table = table("/", "/b", "/b/c", "/a@b", "/é");

        assertThat(table.match(RoutePath.decode(target)).map(Route::path)).contains(key);
    }

    @Test
    void findsNothingWithoutARoot() {
        assertThat(table("/b").match("/x")).isEmpty();
        assertThat(table().match("/")).isEmpty();
    }

    @Test
    void asksNoDeeperThanItsDeepestRoute() {
        assertThat(table("/a").match("/a" + "/x".repeat(8000)).map(Route::path)).contains("/a");
        assertThat(table("/a/b/c").match("/".repeat(16_000))).isEmpty();
    }

    @Test
    void forgetsTheHostOfASessionThatMoved() throws Exception {
        RouteTable table = table();
        table.put(session("one--main.localhost"));
        table.put(session("two--main.localhost"));

        assertThat(table.host("one--main.localhost")).isEmpty();
        assertThat(table.host("two--main.localhost")).isPresent();
        table.remove("/user/one");
        assertThat(table.host("two--main.localhost")).isEmpty();
    }

    private static Route session(String host) throws Exception {
        return Route.read(
                "/user/one",
                JSON.readTree("{\"session\":{\"id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaa\",\"user\":\"one\",\"host\":\"" + host
                        + "\",\"state\":\"stopped\",\"since\":\"2026-01-01T00:00:00Z\"}}"),
                new Activity(Clock.systemUTC()));
    }

    @Property
    void agreesWithComparingSegmentsOneByOne(
            @ForAll @Size(max = 8)
                    List<@StringLength(max = 6) @net.jqwik.api.constraints.Chars({'/', 'a', 'b'}) String> keys,
            @ForAll @StringLength(max = 12) @net.jqwik.api.constraints.Chars({'/', 'a', 'b'}) String path) {
        List<String> normal = keys.stream().map(RoutePath::key).toList();
        String asked = "/" + path;

        Optional<String> found =
                table(normal.toArray(String[]::new)).match(asked).map(Route::path);

        Optional<String> longest = normal.stream()
                .filter(key -> key.equals("/") || startsWith(segments(asked), segments(key)))
                .max(java.util.Comparator.comparingInt(String::length));
        assertThat(found).isEqualTo(longest);
    }

    private static List<String> segments(String path) {
        return Arrays.asList(path.substring(1).split("/", -1));
    }

    private static boolean startsWith(List<String> path, List<String> prefix) {
        return path.size() >= prefix.size() && path.subList(0, prefix.size()).equals(prefix);
    }

    @Property
    void decodingUndoesEncoding(@ForAll @StringLength(max = 40) String text) {
        String plain = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        String encoded = URLEncoder.encode(plain, StandardCharsets.UTF_8).replace("+", "%20");

        assertThat(RoutePath.decode("/" + encoded + "?" + encoded)).isEqualTo("/" + plain);
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8888, 127.0.0.1, 8888, ''",
        "http://host, host, 80, ''",
        "HTTP://Host:1/a/b/, host, 1, /a/b",
        "http://[::1]:9/, ::1, 9, ''"
    })
    void readsTargets(String url, String host, int port, String path) {
        assertThat(Target.of(url)).contains(new Target(host, port, path));
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://host",
        "ws://host",
        "//host",
        "host:80",
        "http://",
        "http://user@host",
        "http://host?x",
        "http://host#x",
        "http://a b",
        "http://host:0",
        "http://host:99999",
        "''"
    })
    void refusesWhatIsNoTargetOfOurs(String url) {
        assertThat(Target.of(url)).isEmpty();
    }
}
