/* Copyright the Carrel authors. */
package dev.carrel.chassis.boot;

import com.google.inject.Module;
import dev.carrel.chassis.settings.Settings;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What makes a process: its name, the settings sections it reads (site and log are added) and its modules.
 *
 * @param name of the process
 * @param sections of {@code carrel.yaml} that are its own
 * @param modules what it consists of
 * @param ops where its health and metrics are served; empty for nowhere
 */
public record ProcessSpec(
        ProcessName name,
        List<Class<? extends Record>> sections,
        List<Module> modules,
        Function<Settings, Optional<InetSocketAddress>> ops) {

    /** A process whose health and metrics are served on loopback, at its port of the site. */
    public ProcessSpec(ProcessName name, List<Class<? extends Record>> sections, List<Module> modules) {
        this(
                name,
                sections,
                modules,
                settings -> Optional.of(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(),
                        settings.section(SiteSettings.class).opsPort(name))));
    }

    /** The same with health and metrics elsewhere. */
    public ProcessSpec withOps(Function<Settings, Optional<InetSocketAddress>> other) {
        return new ProcessSpec(name, sections, modules, other);
    }
}
