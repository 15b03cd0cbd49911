/* Copyright the Carrel authors. */
package dev.carrel.engine.manager;

import dev.carrel.chassis.boot.Service;
import dev.carrel.chassis.ops.Health;
import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.SiteSettings;
import dev.carrel.protocol.channel.ClientOptions;
import dev.carrel.protocol.channel.CommandClient;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.CommandFailure;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.key.CurveKeys;
import dev.carrel.protocol.wire.Message;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Talks to the manager of this machine over CURVE with the pinned key of the data folder. */
public final class ManagerClient implements ContainerManager, Service {
    private final CommandClient client;
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
    private final MeterRegistry metrics;

    /** Reads the keys; connects at {@link #start}. */
    @Inject
    public ManagerClient(DataFolder data, SiteSettings site, MeterRegistry metrics, Health health) {
        this.metrics = metrics;
        CurveKeys keys = CurveKeys.readOrCreate(data.engineCurveKey());
        String managerKey = CurveKeys.readPublic(data.pinnedManagerKey());
        client = new CommandClient(
                ClientOptions.of("127.0.0.1", site.managerPort(), keys, managerKey, "engine"),
                event -> listeners.forEach(listener -> listener.accept(event)));
        health.add(
                "manager",
                () -> client.connected()
                        ? Optional.empty()
                        : Optional.of("the container-manager on 127.0.0.1:" + site.managerPort() + " does not answer"));
    }

    @Override
    public Result call(Command command, Duration timeout, Consumer<Message.Progress> progress)
            throws CommandFailure, InterruptedException {
        Timer.Sample sample = Timer.start(metrics);
        String outcome = "failed";
        try {
            Result result = client.call(command, timeout, progress);
            outcome = "done";
            return result;
        } finally {
            sample.stop(Timer.builder("carrel.manager.commands")
                    .tag("command", command.getClass().getSimpleName())
                    .tag("outcome", outcome)
                    .register(metrics));
        }
    }

    @Override
    public boolean connected() {
        return client.connected();
    }

    @Override
    public void listen(Consumer<Event> listener) {
        listeners.add(listener);
    }

    @Override
    public void start() {
        client.start();
    }

    @Override
    public void stop() {
        client.close();
    }
}
