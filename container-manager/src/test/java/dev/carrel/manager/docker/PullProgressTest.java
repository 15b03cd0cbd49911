/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.PullResponseItem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One percentage over all layers, from Docker's own messages. */
class PullProgressTest {
    private final List<Integer> percents = new ArrayList<>();
    private final PullProgress progress = new PullProgress((percent, _) -> percents.add(percent));

    private void message(String json) throws Exception {
        progress.onNext(new ObjectMapper().readValue(json, PullResponseItem.class));
    }

    @Test
    void itRisesToAHundredAndNeverFalls() throws Exception {
        message("{\"status\":\"Pulling from jupyter/x\",\"id\":\"latest\"}");
        message("{\"status\":\"Pulling fs layer\",\"id\":\"a\"}");
        message("{\"status\":\"Downloading\",\"id\":\"a\",\"progressDetail\":{\"current\":50,\"total\":100}}");
        message("{\"status\":\"Pulling fs layer\",\"id\":\"b\"}");
        message("{\"status\":\"Download complete\",\"id\":\"a\"}");
        message("{\"status\":\"Already exists\",\"id\":\"b\"}");
        message("{\"status\":\"Pull complete\",\"id\":\"a\"}");

        assertThat(percents).isSorted().startsWith(0).endsWith(100);
        assertThat(progress.fault()).isEmpty();
    }

    @Test
    void whatTheRegistryRefusesIsKept() throws Exception {
        message("{\"errorDetail\":{\"message\":\"manifest unknown\"},\"error\":\"manifest unknown\"}");

        assertThat(progress.fault()).hasValue("manifest unknown");
    }

    @ParameterizedTest
    @CsvSource({
        "jupyter/scipy-notebook, jupyter/scipy-notebook, latest",
        "jupyter/scipy-notebook:2024, jupyter/scipy-notebook, 2024",
        "localhost:5000/a/b, localhost:5000/a/b, latest",
        "localhost:5000/a/b:c, localhost:5000/a/b, c",
        "a/b:c@sha256:0123, a/b, sha256:0123",
    })
    void aReferenceIsTakenApartAsDockerDoes(String reference, String repository, String tag) {
        assertThat(Images.repository(reference)).isEqualTo(repository);
        assertThat(Images.tag(reference)).isEqualTo(tag);
    }
}
