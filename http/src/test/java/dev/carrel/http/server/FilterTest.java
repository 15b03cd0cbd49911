/* Copyright the Carrel authors. */
package dev.carrel.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Filters stand before everything, in order, and may answer, change or refuse. */
class FilterTest {
    private static final AttributeKey<String> NOTE = new AttributeKey<>("note", String.class);

    @Test
    void runInTheOrderOfRegistrationAndSeeTheAnswerInReverse() throws Exception {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        Routes.Builder routes = Routes.builder();
        for (String name : new String[] {"first", "second"}) {
            routes.filter((request, chain) -> {
                order.add(name);
                Response response = chain.proceed(request);
                order.add(name + " back");
                return response.plus("X-Order", name);
            });
        }
        routes.get("/", _ -> {
            order.add("handler");
            return Response.empty(204);
        });
        try (TestServer server = TestServer.of(routes)) {
            var answer = server.get("/");

            assertThat(order).containsExactly("first", "second", "handler", "second back", "first back");
            assertThat(answer.headers().allValues("X-Order")).containsExactly("second", "first");
        }
    }

    @Test
    void keepTheHandlerOutWhenTheyAnswerThemselves() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .filter((_, _) -> Response.text(401, "who are you?"))
                .get("/", _ -> Response.text(200, "secret")))) {
            assertThat(server.get("/").body()).isEqualTo("who are you?");
            assertThat(server.get("/unknown").statusCode()).as("before 404 too").isEqualTo(401);
        }
    }

    @Test
    void leaveTypedValuesForThoseAfterThem() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .filter((request, chain) -> chain.proceed(request.put(NOTE, "left by the filter")))
                .get("/", request -> Response.text(200, request.required(NOTE))))) {
            assertThat(server.get("/").body()).isEqualTo("left by the filter");
        }
    }

    @Test
    void seeTheRouteAndItsTagBeforeTheHandlerRuns() throws Exception {
        try (TestServer server = TestServer.of(Routes.builder()
                .filter((request, chain) -> request.route()
                                        .flatMap(route -> route.tag(Integer.class))
                                        .orElse(0)
                                > 1
                        ? Response.text(403, request.route().orElseThrow().pattern())
                        : chain.proceed(request))
                .get("/one/{x}", RouteOptions.tagged(1), _ -> Response.text(200, "open"))
                .get("/two/{x}", RouteOptions.tagged(2), _ -> Response.text(200, "open")))) {
            assertThat(server.get("/one/a").body()).isEqualTo("open");
            assertThat(server.get("/two/a").body()).isEqualTo("/two/{x}");
            assertThat(server.get("/three").statusCode()).isEqualTo(404);
        }
    }
}
