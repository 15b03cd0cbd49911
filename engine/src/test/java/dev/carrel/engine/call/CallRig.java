/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.site.InstanceSettings;
import dev.carrel.engine.cluster.Instances;
import dev.carrel.engine.deferred.DeferredParts;
import dev.carrel.engine.function.FunctionId;
import dev.carrel.engine.function.FunctionSpec;
import dev.carrel.engine.function.FunctionVersion;
import dev.carrel.engine.journal.JournalFiles;
import dev.carrel.engine.journal.JournalSettings;
import dev.carrel.engine.web.FeatureServer;
import dev.carrel.protocol.name.FunctionName;
import dev.carrel.protocol.name.UserName;
import dev.carrel.protocol.signed.SignedValues;
import dev.carrel.protocol.signed.SigningKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Calls over the engine's real HTTP server to workers in memory; time is the real one. */
final class CallRig implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    /** What instances that share their keys sign by. */
    static final SignedValues VALUES =
            new SignedValues(SigningKeys.parse("test", SigningKeys.freshLine()), Clock.systemUTC());

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final FakeMachine machine = new FakeMachine();
    final FakeFunctions functions = new FakeFunctions();
    final Journals journals = new Journals(Clock.systemUTC());
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final JournalKeeper keeper;
    final Calls calls;
    DeferredParts deferred;
    final FeatureServer server;

    CallRig(Path folder) {
        this(folder, Duration.ofSeconds(30), 100);
    }

    CallRig(Path folder, Duration startLimit, int perOwner) {
        this(folder, settings(64, startLimit, perOwner), new Neighbours("", (_, _, _, _) -> {
            throw new AssertionError("there is nobody");
        }));
    }

    static CallSettings settings(int maxWorkers, Duration startLimit, int perOwner) {
        return new CallSettings(new DataSize(100_000), new DataSize(1 << 20), maxWorkers, perOwner, startLimit, 0);
    }

    /** One of several instances. */
    CallRig(Path folder, CallSettings settings, Neighbours neighbours) {
        Containers containers = new Containers(machine, machine);
        CallMeters meters = new CallMeters(metrics);
        Fleet fleet = new Fleet(
                containers,
                functions,
                settings,
                journals,
                meters,
                System::nanoTime,
                t -> Thread.ofVirtual().start(t));
        calls = new Calls(
                functions,
                machine,
                containers,
                settings,
                fleet,
                neighbours,
                System::nanoTime,
                t -> Thread.ofVirtual().start(t));
        keeper = new JournalKeeper(
                journals,
                new JournalFiles(
                        folder.resolve("functions"),
                        new JournalSettings(DataSize.parse("1MiB"), DataSize.parse("16MiB"), Duration.ofDays(14))),
                functions,
                Clock.systemUTC(),
                metrics);
        CallBook book = new CallBook(meters, journals, Clock.systemUTC());
        Admission admission = new Admission(functions, calls, System::nanoTime);
        CallEndpoint endpoint = new CallEndpoint(admission, calls, settings, book);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = new FeatureServer(folder, signin -> {
            deferred = new DeferredParts(
                    signin.stores().deferred(), admission, new Unattended(calls, book), functions, metrics);
            return Set.of(
                    endpoint,
                    new ApiHostEndpoint(
                            new ApiSettings(List.of("sums=ada/calc", "gone=ada/none")), endpoint, admission),
                    new JournalEndpoints(
                            functions,
                            calls,
                            journals,
                            keeper,
                            new InstanceSettings("north", 1, "127.0.0.1", "", "", "", "")),
                    new PassedCallEndpoint(functions, calls, book, settings, named(neighbours.own()), VALUES),
                    deferred.endpoints());
        });
        keeper.start();
        calls.start();
        deferred.start();
    }

    private static Instances named(String name) {
        return new Instances(
                new NoInstances(),
                new InstanceSettings(name, name.isEmpty() ? 0 : 1, "127.0.0.1", "", "", "", ""),
                "holder",
                Clock.systemUTC());
    }

    /** A function of ada's named calc, in its first version. */
    FunctionVersion publish(FunctionSpec.Visibility visibility) {
        return publish(1, visibility, DispatcherRig.limits(1, 0, 2, 2), List.of(), 0);
    }

    FunctionVersion publish(
            long number,
            FunctionSpec.Visibility visibility,
            FunctionSpec.WorkLimits limits,
            List<String> origins,
            double perSecond) {
        FunctionSpec spec = new FunctionSpec(
                "",
                "python3",
                "default",
                "def main(): pass",
                Map.of(),
                List.of(),
                Map.of(),
                limits,
                new FunctionSpec.CallAccess(visibility, List.of("bob"), origins, perSecond),
                false,
                List.of());
        FunctionVersion version = new FunctionVersion(
                new FunctionId(UserName.of("ada"), new FunctionName("calc")), number, Instant.EPOCH, "ada", spec);
        functions.publish(version);
        return version;
    }

    HttpRequest.Builder to(String path) {
        return at("/function/" + path);
    }

    HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    HttpRequest.Builder to(String path, String user) {
        return to(path).header("Authorization", "Bearer " + token(user));
    }

    String token(String user) {
        return server.signin.token(user).text();
    }

    static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(to(path));
    }

    HttpResponse<String> post(String path, String type, String body) throws IOException, InterruptedException {
        return send(to(path).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Override
    public void close() {
        try {
            deferred.stop();
            calls.stop();
            keeper.stop();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        server.close();
        machine.end();
    }
}
