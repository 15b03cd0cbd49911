/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A person in a terminal of a session with Julia publishes a function, and others call it. */
class JuliaSessionIT {
    @Test
    void aJuliaProgramOfASessionPublishesItsFunctionAndCallsIt() throws Exception {
        try (Carrel carrel = Carrel.prepared()) {
            carrel.succeed("setup");
            Files.writeString(carrel.data().resolve("etc/carrel.yaml"), "session:\n  images: [julia]\n");
            carrel.addUser("ada", "ada's long pass phrase", false);
            carrel.start();
            Api ada = new Api(carrel, carrel.token("ada"));
            ada.startServer("ada");
            String container = carrel.containers().getFirst();

            Carrel.Ran ran = Carrel.exec(
                    """
                    using Carrel
                    RATE = 3
                    published = @publish visibility="public" function scaled(x)
                        println("scaling ", x)
                        (x isa String ? parse(Float64, x) : x) * RATE
                    end
                    println(published.url)
                    println(Carrel.call(published, 2))
                    println(scaled(2))
                    try
                        Carrel.publish("Not A Name", "f() = 1")
                    catch refused
                        println(refused.status, " ", refused.message)
                    end
                    """,
                    Map.of(),
                    List.of("docker", "exec", "--interactive", container, "bash", "-lc", "cat > p.jl && julia p.jl"));

            assertThat(ran.status()).as(ran.all()).isZero();
            assertThat(ran.out().lines())
                    .as(ran.all())
                    .startsWith(carrel.url() + "/function/scaled.ada/scaled", "6", "scaling 2", "6")
                    .anyMatch(line -> line.startsWith("400 function name:"));
            Api nobody = new Api(carrel, "");
            assertThat(nobody.get("/function/scaled.ada/scaled/2.5").body()).isEqualTo("7.5");
            assertThat(ada.get("/hub/api/functions/ada/scaled/logs").body()).contains("scaling 2.5");
        }
    }
}
