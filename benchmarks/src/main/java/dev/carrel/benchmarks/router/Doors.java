/* Copyright the Carrel authors. */
package dev.carrel.benchmarks.router;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts the back ends and the doors before them. The back end of bodies is one nginx worker; that of WebSockets is {@link EchoServer}. Each peer has as
 * many workers as there are processors, keeps connections to the back end, and logs as Debian has it: nginx writes an access log, haproxy and
 * configurable-http-proxy do not.
 */
final class Doors implements AutoCloseable {
    private static final String TOKEN = "benchmark";

    private final Path debian;
    private final Path chp;
    private final Programs programs;
    private final Map<String, String> libraries;
    private final int backendPort;
    private final int cores = Runtime.getRuntime().availableProcessors();

    /** Starts the back end. */
    Doors(Path peers, Programs programs) throws IOException, InterruptedException {
        this.debian = peers.resolve("debian");
        this.chp = peers.resolve("chp/node_modules/configurable-http-proxy/bin/configurable-http-proxy");
        this.programs = programs;
        this.libraries = Map.of(
                "LD_LIBRARY_PATH",
                debian.resolve("usr/lib/x86_64-linux-gnu").toAbsolutePath().toString());
        this.backendPort = Programs.freePorts(1);
        Path files = Files.createDirectories(programs.folder().resolve("files"));
        Files.writeString(files.resolve("25b"), "x".repeat(25));
        Files.write(files.resolve("100k"), new byte[100 * 1024]);
        Files.write(files.resolve("1m"), new byte[1024 * 1024]);
        nginx("backend", backendPort, 1, """
                  access_log off;
                  client_max_body_size 0;
                  client_body_buffer_size 2m;
                  server {
                    listen 127.0.0.1:%d backlog=4096;
                    location / { root %s; }
                    location /upload { echo_read_request_body; echo taken; }
                  }
                """.formatted(backendPort, files.toAbsolutePath()));
    }

    Map<String, String> libraries() {
        return libraries;
    }

    Path debian() {
        return debian;
    }

    int backendPort() {
        return backendPort;
    }

    /** The back end itself, for scale. */
    Peer direct(Process backend) {
        return new Peer("direct", backendPort, backend);
    }

    Peer nginx(int echoPort) throws IOException, InterruptedException {
        return nginxBefore("127.0.0.1:" + backendPort, "127.0.0.1:" + echoPort);
    }

    /** nginx before other back ends, each an address and port. */
    Peer nginxBefore(String bodies, String sockets) throws IOException, InterruptedException {
        int port = Programs.freePorts(1);
        Process process = nginx("nginx-" + port, port, cores, """
                  access_log %s/nginx-%d/access.log;
                  client_max_body_size 0;
                  upstream bodies { server %s; keepalive 1024; keepalive_requests 100000000; }
                  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
                  server {
                    listen 127.0.0.1:%d backlog=4096;
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_upgrade;
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_read_timeout 1h;
                    location / { proxy_pass http://bodies; }
                    location /echo { proxy_pass http://%s; }
                  }
                """.formatted(
                        programs.folder().toAbsolutePath(), port, bodies, port, sockets));
        return new Peer("nginx", port, process);
    }

    Peer haproxy(int echoPort) throws IOException, InterruptedException {
        int port = Programs.freePorts(1);
        Path configuration = Files.writeString(programs.folder().resolve("haproxy-" + port + ".cfg"), """
                global
                  maxconn 6000
                  nbthread %d
                defaults
                  mode http
                  option forwardfor
                  option http-keep-alive
                  http-reuse safe
                  timeout client 1h
                  timeout server 1h
                  timeout connect 5s
                  timeout tunnel 1h
                frontend door
                  bind 127.0.0.1:%d
                  use_backend sockets if { path_beg /echo }
                  default_backend bodies
                backend bodies
                  server s 127.0.0.1:%d
                backend sockets
                  server s 127.0.0.1:%d
                """.formatted(
                        cores, port, backendPort, echoPort));
        Process process = programs.start(
                "haproxy-" + port,
                List.of(debian.resolve("usr/sbin/haproxy").toString(), "-db", "-f", configuration.toString()),
                libraries,
                port);
        return new Peer("haproxy", port, process);
    }

    Peer chp(int echoPort) throws IOException, InterruptedException {
        return chpBefore("http://127.0.0.1:" + backendPort, "http://127.0.0.1:" + echoPort);
    }

    /** configurable-http-proxy with these targets for all paths and for {@code /echo}. */
    Peer chpBefore(String bodies, String sockets) throws IOException, InterruptedException {
        int port = Programs.freePorts(2);
        Process process = programs.start(
                "chp-" + port,
                List.of(
                        "node",
                        chp.toString(),
                        "--ip",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--api-port",
                        Integer.toString(port + 1),
                        "--default-target",
                        bodies,
                        "--log-level",
                        "warn"),
                Map.of("CONFIGPROXY_AUTH_TOKEN", TOKEN),
                port);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> added = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (port + 1) + "/api/routes/echo"))
                            .header("Authorization", "token " + TOKEN)
                            .POST(HttpRequest.BodyPublishers.ofString("{\"target\":\"" + sockets + "\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (added.statusCode() != 201) {
                throw new IOException("configurable-http-proxy: " + added.statusCode() + " " + added.body());
            }
        }
        return new Peer("CHP", port, process);
    }

    private Process nginx(String name, int port, int workers, String http) throws IOException, InterruptedException {
        Path home = Files.createDirectories(programs.folder().resolve(name)).toAbsolutePath();
        StringBuilder places = new StringBuilder();
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            places.append("  ")
                    .append(kind)
                    .append("_temp_path ")
                    .append(home)
                    .append('/')
                    .append(kind)
                    .append(";\n");
        }
        Path configuration = Files.writeString(
                home.resolve("nginx.conf"), """
                daemon off;
                user root;
                pid %1$s/pid;
                error_log %1$s/error.log;
                worker_processes %2$d;
                worker_rlimit_nofile 20000;
                load_module %3$s/usr/lib/nginx/modules/ngx_http_echo_module.so;
                events { worker_connections 12000; }
                http {
                %4$s  sendfile on;
                  tcp_nopush on;
                  keepalive_timeout 75s;
                  keepalive_requests 100000000;
                %5$s
                }
                """.formatted(home, workers, debian.toAbsolutePath(), places, http));
        List<String> command = new ArrayList<>(List.of(
                debian.resolve("usr/sbin/nginx").toString(),
                "-p",
                home.toString(),
                "-e",
                home + "/error.log",
                "-c",
                configuration.toString()));
        return programs.start(name, command, libraries, port);
    }

    @Override
    public void close() {
        programs.close();
    }
}
