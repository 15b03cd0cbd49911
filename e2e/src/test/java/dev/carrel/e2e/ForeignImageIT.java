/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image shaped as those of the Jupyter docker-stacks works by being named in the two settings files: an entry point that hands on its command, a command
 * that appends its arguments to Jupyter's, group 100, a port of the environment, a check of its own health. (No registry takes part in
 * the tests, so the image is made here.)
 */
class ForeignImageIT {
    private static final String IMAGE = "carrel-e2e/stacks-notebook:latest";

    private static final String RECIPE = """
            FROM carrel/session:latest
            USER 0
            COPY start.sh start-notebook.py /usr/local/bin/
            ENV NB_USER=jovyan NB_UID=1000 NB_GID=100 JUPYTER_PORT=8888
            USER 1000
            WORKDIR /home/jovyan
            ENTRYPOINT ["/usr/local/bin/start.sh"]
            CMD ["start-notebook.py"]
            HEALTHCHECK --interval=3s --timeout=1s --start-period=3s CMD ["true"]
            """;

    private static final String START = """
            #!/bin/bash
            # Hands on, as a user other than root.
            set -e
            [ "$(id -u)" != 0 ]
            exec "$@"
            """;

    private static final String NOTEBOOK = """
            #!/usr/bin/env python3
            import os, sys
            if "JUPYTERHUB_API_TOKEN" in os.environ:
                sys.exit("not meant for a hub here")
            command = ["jupyter-lab"]
            if os.environ.get("NOTEBOOK_ARGS"):
                command += os.environ["NOTEBOOK_ARGS"].split()
            command += sys.argv[1:]
            os.execvp(command[0], command)
            """;

    @TempDir
    private Path folder;

    @Test
    void anImageShapedAsTheDockerStacksWorksByBeingNamed() throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), RECIPE);
        program("start.sh", START);
        program("start-notebook.py", NOTEBOOK);
        try (Carrel carrel = Carrel.prepared()) {
            carrel.succeed("setup");
            Carrel.docker("build", "--quiet", "--tag", IMAGE, folder.toString());
            Files.writeString(carrel.data().resolve("etc/manager-policy.yaml"), """
                    images:
                      allow:
                        - name: stacks
                          reference: %s
                          user: "1000:100"
                    """.formatted(IMAGE));
            Files.writeString(carrel.data().resolve("etc/carrel.yaml"), "session:\n  images: [stacks]\n");
            carrel.addUser("ada", "ada's long pass phrase", false);
            carrel.start();
            Api ada = new Api(carrel, carrel.token("ada"));

            ada.startServer("ada");

            assertThat(ada.server("ada").path("ready").asBoolean()).isTrue();
            String container = carrel.containers().getFirst();
            assertThat(Carrel.docker("inspect", "--format", "{{.Config.Image}} {{.Config.User}}", container))
                    .contains("1000:100");
            assertThat(Carrel.docker("top", container)).contains("jupyter-lab");
            assertThat(ada.delete("/hub/api/users/ada/server").status()).isIn(202, 204);
        } finally {
            Carrel.exec("", Map.of(), List.of("docker", "rmi", "--force", IMAGE));
        }
    }

    private void program(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
