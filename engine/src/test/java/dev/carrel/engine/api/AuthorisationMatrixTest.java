/* Copyright the Carrel authors. */
package dev.carrel.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.session.Session;
import dev.carrel.engine.session.SessionState;
import dev.carrel.engine.signin.ApiTokens;
import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.User;
import dev.carrel.engine.web.Access;
import dev.carrel.http.server.Route;
import dev.carrel.protocol.name.UserName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every route of the API against every kind of caller: a route that is not in the table fails the test. */
class AuthorisationMatrixTest {
    /**
     * The scope that opens a route, then the answers to: no credentials; a token signed by others; one that has expired; one that was revoked; that of
     * another person; of the person concerned one with every right but this, one with this right alone, and one with all rights; of an administrator
     * the same three. A dash is a token that nobody can have.
     */
    private static final String TABLE = """
            method path                                         scope           none  sign  exp   rev   other own!  own1  own   adm!  adm1  adm
            GET    /hub/api                                     -               200   200   200   200   200   200   200   200   200   200   200
            GET    /hub/api/                                    -               200   200   200   200   200   200   200   200   200   200   200
            GET    /hub/api/health                              -               200   200   200   200   200   200   200   200   200   200   200
            GET    /hub/health                                  -               200   200   200   200   200   200   200   200   200   200   200
            GET    /hub/api/info                                read:hub        403   403   403   403   403   403   -     403   403   200   200
            GET    /hub/api/user                                -               403   403   403   403   200   200   200   200   200   200   200
            GET    /hub/api/plugins                             -               403   403   403   403   200   200   200   200   200   200   200
            POST   /hub/api/plugins/{id}/commands/{name}        admin:users     403   403   403   403   403   403   -     403   403   404   404
            GET    /hub/api/plugins/commands/{id}               admin:users     403   403   403   403   403   403   -     403   403   404   404
            GET    /hub/api/users                               list:users      403   403   403   403   403   403   403   403   403   200   200
            POST   /hub/api/users                               admin:users     403   403   403   403   403   403   -     403   403   201   201
            GET    /hub/api/users/{name}                        read:users      403   403   403   403   404   404   200   200   404   200   200
            POST   /hub/api/users/{name}                        admin:users     403   403   403   403   403   403   -     403   403   201   201
            PATCH  /hub/api/users/{name}                        admin:users     403   403   403   403   403   403   -     403   403   200   200
            DELETE /hub/api/users/{name}                        delete:users    403   403   403   403   403   403   -     403   403   204   204
            POST   /hub/api/users/{name}/activity               users:activity  403   403   403   403   404   404   200   200   404   200   200
            POST   /hub/api/users/{name}/server                 start:servers   403   403   403   403   404   404   201   201   404   201   201
            DELETE /hub/api/users/{name}/server                 delete:servers  403   403   403   403   404   404   204   204   404   204   204
            GET    /hub/api/users/{name}/server/progress        read:servers    403   403   403   403   404   404   200   200   404   200   200
            POST   /hub/api/users/{name}/servers/               start:servers   403   403   403   403   404   404   201   201   404   201   201
            DELETE /hub/api/users/{name}/servers/               delete:servers  403   403   403   403   404   404   204   204   404   204   204
            GET    /hub/api/users/{name}/servers//progress      read:servers    403   403   403   403   404   404   200   200   404   200   200
            POST   /hub/api/users/{name}/servers/{server}       start:servers   403   403   403   403   404   404   201   201   404   201   201
            DELETE /hub/api/users/{name}/servers/{server}       delete:servers  403   403   403   403   404   404   204   204   404   204   204
            GET    /hub/api/users/{name}/servers/{server}/progress read:servers 403   403   403   403   404   404   200   200   404   200   200
            GET    /hub/api/users/{name}/identities             admin:users     403   403   403   403   403   403   -     403   403   200   200
            POST   /hub/api/users/{name}/identities             admin:users     403   403   403   403   403   403   -     403   403   201   201
            DELETE /hub/api/users/{name}/identities             admin:users     403   403   403   403   403   403   -     403   403   404   404
            GET    /hub/api/users/{name}/server/ports          access:servers  403   403   403   403   404   404   200   200   404   404   404
            GET    /hub/api/users/{name}/server/ports/{port}   access:servers  403   403   403   403   404   404   200   200   404   404   404
            PUT    /hub/api/users/{name}/server/ports/{port}   shares          403   403   403   403   404   404   200   200   404   404   404
            DELETE /hub/api/users/{name}/server/ports/{port}   shares          403   403   403   403   404   404   204   204   404   404   404
            GET    /hub/api/users/{name}/servers//ports          access:servers  403   403   403   403   404   404   200   200   404   404   404
            GET    /hub/api/users/{name}/servers//ports/{port}   access:servers  403   403   403   403   404   404   200   200   404   404   404
            PUT    /hub/api/users/{name}/servers//ports/{port}   shares          403   403   403   403   404   404   200   200   404   404   404
            DELETE /hub/api/users/{name}/servers//ports/{port}   shares          403   403   403   403   404   404   204   204   404   404   404
            GET    /hub/api/users/{name}/servers/{server}/ports          access:servers  403   403   403   403   404   404   200   200   404   404   404
            GET    /hub/api/users/{name}/servers/{server}/ports/{port}   access:servers  403   403   403   403   404   404   200   200   404   404   404
            PUT    /hub/api/users/{name}/servers/{server}/ports/{port}   shares          403   403   403   403   404   404   200   200   404   404   404
            DELETE /hub/api/users/{name}/servers/{server}/ports/{port}   shares          403   403   403   403   404   404   204   204   404   404   404
            GET    /hub/api/users/{name}/tokens                 read:tokens     403   403   403   403   404   404   200   200   404   200   200
            POST   /hub/api/users/{name}/tokens                 tokens          403   403   403   403   404   404   201   201   404   403   201
            GET    /hub/api/users/{name}/tokens/{id}            read:tokens     403   403   403   403   404   404   200   200   404   200   200
            DELETE /hub/api/users/{name}/tokens/{id}            tokens          403   403   403   403   404   404   204   204   404   204   204
            GET    /hub/api/functions                           read:functions  403   403   403   403   200   403   200   200   403   200   200
            GET    /hub/api/functions/{owner}                   read:functions  403   403   403   403   404   404   200   200   404   200   200
            GET    /hub/api/functions/{owner}/{function}        read:functions  403   403   403   403   404   404   200   200   404   200   200
            PUT    /hub/api/functions/{owner}/{function}        functions       403   403   403   403   404   404   200   200   404   200   200
            DELETE /hub/api/functions/{owner}/{function}        functions       403   403   403   403   404   404   204   204   404   204   204
            GET    /hub/api/functions/{owner}/{function}/versions read:functions 403  403   403   403   404   404   200   200   404   200   200
            GET    /hub/api/functions/{owner}/{function}/logs read:functions 403  403   403   403   404   404   200   200   404   200   200
            GET    /hub/api/functions/{owner}/{function}/calls read:functions 403  403   403   403   404   404   200   200   404   200   200
            GET    /hub/api/functions/{owner}/{function}/async-calls read:functions 403  403   403   403   404   404   200   200   404   200   200
            GET    /hub/api/functions/{owner}/{function}/stats read:functions 403  403   403   403   404   404   200   200   404   200   200
            GET    /hub/api/functions/{owner}/{function}/versions/{number} read:functions 403 403 403 403 404   404   200   200   404   200   200
            POST   /hub/api/functions/{owner}/{function}/versions/{number}/activate functions 403 403 403 403 404 404 200 200 404   200   200
            POST   /hub/api/functions/{owner}/{function}/from-notebook functions 403 403    403   403   404   404   404   409   404   404   404
            POST   /hub/api/functions/{owner}/{function}/rollback functions     403   403   403   403   404   404   200   200   404   200   200
            PUT    /hub/api/functions/{owner}/{function}/aliases/{alias} functions 403 403  403   403   404   404   200   200   404   200   200
            DELETE /hub/api/functions/{owner}/{function}/aliases/{alias} functions 403 403  403   403   404   404   204   204   404   204   204
            PUT    /hub/api/functions/{owner}/{function}/secrets/{secret} functions 403 403 403   403   404   404   204   204   404   204   204
            DELETE /hub/api/functions/{owner}/{function}/secrets/{secret} functions 403 403 403   403   404   404   204   204   404   204   204
            """;

    /** Which scopes contain the one that opens a route, besides those of everything. */
    private static final Map<String, Set<String>> CONTAINED_IN = Map.ofEntries(
            Map.entry("read:hub", Set.of("read:hub")),
            Map.entry("list:users", Set.of("list:users", "users", "admin:users")),
            Map.entry("read:users", Set.of("read:users", "users", "admin:users")),
            Map.entry("users:activity", Set.of("users:activity", "users", "admin:users")),
            Map.entry("admin:users", Set.of("admin:users")),
            Map.entry("delete:users", Set.of("delete:users", "admin:users")),
            Map.entry("start:servers", Set.of("start:servers", "servers", "admin:servers")),
            Map.entry("delete:servers", Set.of("delete:servers", "servers", "admin:servers")),
            Map.entry(
                    "read:servers",
                    Set.of("read:servers", "start:servers", "delete:servers", "servers", "admin:servers")),
            Map.entry("tokens", Set.of("tokens")),
            Map.entry("access:servers", Set.of("access:servers")),
            Map.entry("functions", Set.of("functions")),
            Map.entry("read:functions", Set.of("functions", "read:functions")),
            Map.entry("shares", Set.of("shares")));

    private static final List<String> OWN = List.of(
            "users",
            "list:users",
            "read:users",
            "users:activity",
            "servers",
            "start:servers",
            "delete:servers",
            "read:servers",
            "tokens",
            "read:tokens",
            "access:servers",
            "functions",
            "read:functions",
            "call:functions",
            "shares");

    @TempDir
    Path folder;

    private ApiRig rig;
    private final Map<String, List<String>> rows = new HashMap<>();
    private int cells;

    @BeforeEach
    void open() throws Exception {
        rig = new ApiRig(folder);
        rig.add("bob", false);
        TABLE.lines().forEach(line -> {
            List<String> row = Arrays.asList(line.split("\\s+"));
            rows.put(row.get(0) + " " + row.get(1), row.subList(2, row.size()));
        });
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private List<Route> inventory() {
        return rig.routes().stream()
                .filter(r -> r.pattern().startsWith("/hub/api")
                        || r.pattern().equals("/hub/health")
                        || r.tag(Access.Api.class).isPresent())
                .toList();
    }

    @Test
    void everyRouteOpensToThoseWhoMayAndToNobodyElse() {
        List<String> callers = rows.get("method path");
        List<String> wanted = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        for (Route route : inventory()) {
            String name = route.method() + " " + route.pattern();
            List<String> row = rows.get(name);
            wanted.add(name + " " + (row == null ? "in the table" : String.join(" ", row)));
            if (row == null) {
                answered.add(name + " not in the table");
                continue;
            }
            List<String> cellsOfRow = new ArrayList<>(List.of(row.getFirst()));
            for (int i = 1; i < row.size(); i++) {
                boolean possible = !row.get(i).equals("-");
                cellsOfRow.add(possible ? status(route, callers.get(i), row.getFirst()) : "-");
            }
            answered.add(name + " " + String.join(" ", cellsOfRow));
        }

        assertThat(String.join("\n", answered)).isEqualTo(String.join("\n", wanted));
    }

    @Test
    void noRouteOfTheTableIsGone() {
        Set<String> there =
                inventory().stream().map(r -> r.method() + " " + r.pattern()).collect(Collectors.toSet());

        assertThat(rows.keySet().stream().filter(name -> !name.equals("method path")))
                .containsExactlyInAnyOrderElementsOf(there);
    }

    @Test
    void whereTheTableHasADashNobodyCanMakeSuchAToken() {
        rows.forEach((name, row) -> {
            if (row.get(7).equals("-")) {
                ApiClient.Answer made = rig.as("bob")
                        .post("/hub/api/users/bob/tokens", "{\"scopes\": [\"" + row.getFirst() + "!user\"]}");
                assertThat(made.status()).as(name + ": " + made).isEqualTo(403);
            }
        });
    }

    @Test
    void othersAndThoseWhoAreNotThereLookTheSameToAnOrdinaryPerson() {
        ApiClient bob = rig.as("bob");
        for (Route route : inventory()) {
            if (route.pattern().contains("{name}") || route.pattern().contains("{owner}")) {
                ApiClient.Answer there = send(bob, route, "ada", "ada");
                ApiClient.Answer nowhere = send(bob, route, "nobody", "nobody");

                assertThat(there.toString()).as(route.toString()).isEqualTo(nowhere.toString());
            }
        }
    }

    @Test
    void whatIsNoTokenOpensNothing() {
        String good = rig.token("root").text();
        String end = good.endsWith("A") ? "B" : "A";
        for (String authorization : List.of(
                "token",
                "token ",
                "token x",
                "token " + good.substring(0, good.length() - 1) + end,
                "token " + good.substring(1),
                "token " + good + "A",
                "token " + good + " " + good,
                "Basic " + good,
                good,
                "token " + "x".repeat(4000))) {
            assertThat(rig.with(authorization).get("/hub/api/users/ada").status())
                    .as(authorization)
                    .isEqualTo(403);
        }
        assertThat(rig.with("").get("/hub/api/users/ada?token=" + good).status())
                .isEqualTo(403);
    }

    @Test
    void theTokenOfSomebodyWhoIsKeptOutOpensNothing() {
        String text = rig.token("bob").text();
        rig.accounts().disable(UserName.of("bob"), true, Caller.COMMAND_LINE);

        assertThat(rig.with("token " + text).get("/hub/api/user").status()).isEqualTo(403);
    }

    /** Each cell has a person of its own, so that no answer depends on another. */
    private String status(Route route, String caller, String scope) {
        String target = "person" + cells++;
        rig.add(target, false);
        String id = rig.token(target, "read:hub".equals(scope) ? "read:tokens!user" : "tokens!user")
                .token()
                .id();
        SessionState state = route.pattern().endsWith("/progress") ? SessionState.FAILED : SessionState.READY;
        if (!route.method().equals("POST") || route.pattern().endsWith("/activity")) {
            rig.put(ApiRig.address(target, ""), state);
            rig.put(ApiRig.address(target, "gpu"), state);
        }
        if (route.pattern().contains("/ports")) {
            rig.openPort(target, "");
            rig.openPort(target, "gpu");
        }
        if (route.pattern().contains("/functions")) {
            rig.publish(target);
        }
        ApiClient client = client(caller, scope, target);
        String before = state(target);
        ApiClient.Answer answer = send(client, route, target, id);
        if (answer.status() >= 400) {
            assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
            assertThat(answer.message()).as(answer.body()).isNotEmpty();
            assertThat(state(target)).as(route + " by " + caller).isEqualTo(before);
        }
        return Integer.toString(answer.status());
    }

    /** All that a refused request must not change. */
    private String state(String target) {
        Stream<String> sessions = rig.sessionsOf(target).stream().map(Session::toString);
        Optional<User> newcomer = rig.accounts().find(UserName.of("new" + target));
        return sessions.toList() + " " + rig.portsOf(target) + " " + rig.functionsOf(target) + " "
                + rig.tokensOf(target) + " " + rig.accounts().find(UserName.of(target)) + newcomer
                + rig.sessions.starts();
    }

    /** One of several, for nobody may have as many tokens as there are cells. */
    private String administrator() {
        String name = "root" + cells / 100;
        if (rig.accounts().find(UserName.of(name)).isEmpty()) {
            rig.add(name, true);
        }
        return name;
    }

    private ApiClient client(String caller, String scope, String target) {
        return switch (caller) {
            case "none" -> rig.with("");
            case "sign" -> rig.with("token " + rig.forged(administrator()));
            case "exp" -> {
                ApiTokens.Made made = rig.token(administrator(), Optional.of(Duration.ofMinutes(1)));
                rig.clock.pass(Duration.ofMinutes(1));
                yield rig.with("token " + made.text());
            }
            case "rev" -> {
                ApiTokens.Made made = rig.token(administrator());
                rig.revoke(made);
                yield rig.with("token " + made.text());
            }
            case "other" -> rig.as("bob");
            case "own!" ->
                rig.as(target, allBut(scope, OWN.stream()).map(s -> s + "!user").toArray(String[]::new));
            case "own1" -> rig.as(target, scope.equals("-") ? "access:servers!user" : scope + "!user");
            case "own" -> rig.as(target);
            case "adm!" ->
                rig.as(
                        administrator(),
                        allBut(
                                        scope,
                                        Stream.concat(
                                                OWN.stream(),
                                                Stream.of("admin:users", "delete:users", "admin:servers", "read:hub")))
                                .toArray(String[]::new));
            case "adm1" -> rig.as(administrator(), scope.equals("-") ? "access:servers" : scope);
            case "adm" -> rig.as(administrator());
            default -> throw new AssertionError(caller);
        };
    }

    private static Stream<String> allBut(String scope, Stream<String> all) {
        Set<String> without = scope.equals("read:tokens")
                ? Set.of("tokens", "read:tokens")
                : CONTAINED_IN.getOrDefault(scope, Set.of());
        return all.filter(s -> !without.contains(s));
    }

    private static ApiClient.Answer send(ApiClient client, Route route, String target, String id) {
        boolean adds = route.method().equals("POST") && route.pattern().equals("/hub/api/users/{name}");
        String path = route.pattern()
                .replace("{name}", adds ? "new" + target : target)
                .replace("{owner}", target)
                .replace("{function}", "calc")
                .replace("{number}", "1")
                .replace("{alias}", "live")
                .replace("{secret}", "TOKEN")
                .replace("{server}", "gpu")
                .replace("{port}", "dash")
                .replace("{id}", id);
        assertThat(path).as("a parameter this test does not know").doesNotContain("{");
        return client.send(route.method(), path, body(route, target));
    }

    private static String body(Route route, String target) {
        return switch (route.method() + " " + route.pattern()) {
            case "POST /hub/api/users" -> "{\"usernames\": [\"new" + target + "\"]}";
            case "POST /hub/api/users/{name}/activity" -> "{\"last_activity\": \"2026-01-01T00:00:00Z\"}";
            case "POST /hub/api/users/{name}/tokens" -> "{\"scopes\": [\"read:tokens!user=" + target + "\"]}";
            case "POST /hub/api/users/{name}/identities" -> "{\"method\": \"sso\", \"subject\": \"" + target + "\"}";
            case "POST /hub/api/functions/{owner}/{function}/from-notebook" -> "{\"notebook\": \"a.ipynb\"}";
            case "PUT /hub/api/functions/{owner}/{function}" -> "{\"code\": \"three\"}";
            case "PUT /hub/api/functions/{owner}/{function}/aliases/{alias}" -> "{\"version\": 2}";
            case "PUT /hub/api/functions/{owner}/{function}/secrets/{secret}" -> "{\"value\": \"other\"}";
            default -> route.method().equals("PUT") ? "{\"port\": 8051, \"shares\": [\"bob\"]}" : "";
        };
    }
}
