/* Copyright the Carrel authors. */
package dev.carrel.manager.policy;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;

/** Where the Docker engine is. */
@Section(value = "docker", text = "Where the Docker engine is. It must run on this machine.")
public record DockerPolicy(
        @Setting(
                text = "Its address: a Unix socket, or a port of this machine.",
                def = "unix:///var/run/docker.sock",
                pattern = "unix:///.{1,100}|tcp://(127\\.0\\.0\\.1|localhost):\\d{1,5}")
        String host,

        @Setting(text = "The longest time one call to it may take.", def = "30s", min = 1000, max = 300_000)
        Duration timeout,

        @Setting(text = "The longest time fetching an image may take.", def = "20m", min = 10_000)
        Duration pullTimeout) {}
