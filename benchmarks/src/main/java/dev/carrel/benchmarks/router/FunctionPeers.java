/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What else people would put a Python or JavaScript handler into: gunicorn and Node, alone and behind nginx. */
final class FunctionPeers {
    private final Doors doors;
    private final Programs programs;

    FunctionPeers(Doors doors, Programs programs) {
        this.doors = doors;
        this.programs = programs;
    }

    /** The handler in gunicorn with as many threads as given; 0 for its plain worker, which takes one request at a time. */
    Peer gunicorn(int threads) throws IOException, InterruptedException {
        int port = Programs.freePorts(1);
        Path folder = programs.folder();
        Files.writeString(folder.resolve("handler.py"), """
                def app(environ, start_response):
                    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "1")])
                    return [b"1"]
                """);
        List<String> workers = threads == 0
                ? List.of("--workers", "1", "--worker-class", "sync")
                : List.of("--workers", "1", "--worker-class", "gthread", "--threads", Integer.toString(threads));
        List<String> command = new java.util.ArrayList<>(List.of(
                "/usr/bin/python3", "-m", "gunicorn", "--bind", "127.0.0.1:" + port, "--keep-alive", "75", "--chdir"));
        command.add(folder.toAbsolutePath().toString());
        command.addAll(workers);
        command.add("handler:app");
        Path packages = doors.debian().resolve("usr/lib/python3/dist-packages").toAbsolutePath();
        Process process = programs.start("gunicorn-" + port, command, Map.of("PYTHONPATH", packages.toString()), port);
        return new Peer(threads == 0 ? "gunicorn" : "gunicorn threads", port, process);
    }

    /** The handler in Node's own HTTP server. */
    Peer node() throws IOException, InterruptedException {
        int port = Programs.freePorts(1);
        Path script = Files.writeString(programs.folder().resolve("handler.js"), """
                require('http').createServer((request, response) => {
                  response.writeHead(200, {'Content-Type': 'application/json', 'Content-Length': 1});
                  response.end('1');
                }).listen(Number(process.argv[2]), '127.0.0.1');
                """);
        Process process = programs.start(
                "node-" + port, List.of("node", script.toString(), Integer.toString(port)), Map.of(), port);
        return new Peer("Node", port, process);
    }

    /** The same behind nginx. */
    Peer behindNginx(Peer service) throws IOException, InterruptedException {
        String target = "127.0.0.1:" + service.port();
        Peer nginx = doors.nginxBefore(target, target);
        return new Peer("nginx+" + service.name(), nginx.port(), nginx.process());
    }
}
