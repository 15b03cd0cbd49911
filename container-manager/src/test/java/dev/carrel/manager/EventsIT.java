/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.Event;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.command.SessionContainer;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.VolumeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What happens to a session is told, whoever caused it. */
class EventsIT {
    private static LiveManager manager;

    @BeforeAll
    static void start() throws Exception {
        String crash =
                "command: [python3, -uc, \"import sys; [print('line', i, file=sys.stderr) for i in range(60)]; sys.exit('no kernel today')\"]";
        String hog =
                "command: [python3, -uc, \"import time; time.sleep(0.2); x = bytearray(900 << 20); print(len(x))\"]";
        manager = LiveManager.start(LiveManager.entry("crash", crash) + LiveManager.entry("hog", hog), "");
    }

    @AfterAll
    static void stop() throws Exception {
        manager.close();
    }

    @Test
    void aContainerRemovedBehindOurBackIsToldAsEndedAndRemoved() throws Exception {
        Command.StartSession start = LiveManager.session("idle");
        SessionContainer container = manager.start(start);

        LiveManager.run("docker", "rm", "-f", manager.name(start.session()));

        Event.SessionExited exited =
                manager.await(Event.SessionExited.class, e -> e.session().equals(start.session()));
        Event.SessionRemoved removed =
                manager.await(Event.SessionRemoved.class, e -> e.session().equals(start.session()));
        assertThat(exited.containerId()).isEqualTo(container.containerId());
        assertThat(removed.containerId()).isEqualTo(container.containerId());
        assertThat(exited.exitCode()).isNotNull();
    }

    @Test
    void aSessionThatDiesAtStartSaysWhyWithItsLastLines() throws Exception {
        Command.StartSession start = LiveManager.session("crash");
        manager.start(start);

        Event.SessionExited exited =
                manager.await(Event.SessionExited.class, e -> e.session().equals(start.session()));

        assertThat(exited.exitCode()).isEqualTo(1);
        assertThat(exited.oomKilled()).isFalse();
        assertThat(exited.lastLines()).hasSize(50).startsWith("line 11").endsWith("line 59", "no kernel today");
    }

    @Test
    void aSessionThatRunsOutOfMemorySaysSo() throws Exception {
        Command.StartSession start =
                LiveManager.session("hog", SessionId.random(), VolumeId.random(), new Limits(100L << 20, 0, 0));
        manager.start(start);

        Event.SessionExited exited =
                manager.await(Event.SessionExited.class, e -> e.session().equals(start.session()));

        assertThat(exited.oomKilled()).isTrue();
        assertThat(exited.exitCode()).isEqualTo(137);
    }
}
