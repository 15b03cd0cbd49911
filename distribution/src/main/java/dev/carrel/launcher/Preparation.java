/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import dev.carrel.chassis.site.DataFolder;
import dev.carrel.chassis.site.ProcessName;
import dev.carrel.chassis.site.SiteSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that must be there before the processes can start; says what is missing and, as root, mends it. */
final class Preparation {
    private final DataFolder data;
    private final Terminal terminal;

    Preparation(DataFolder data, Terminal terminal) {
        this.data = data;
        this.terminal = terminal;
    }

    /** Makes machine and data folder ready. Quick when they are. */
    void run() {
        if (Privileges.root() && !Privileges.serviceUserExists()) {
            terminal.say("Adding the system user " + Privileges.SERVICE_USER + ", as whom engine and router run");
            script("service-user");
        }
        new DataSetup(data).run();
        if (!dockerAnswers()) {
            script("install");
            terminal.say("Starting the Docker engine");
            script("start-docker", "--data", data.root().toString());
        }
        if (Script.status(List.of("iptables", "--version")) != 0
                && Script.status(List.of("/usr/sbin/iptables", "--version")) != 0) {
            script("install");
        }
        image();
        juliaImage();
    }

    private static boolean dockerAnswers() {
        return Script.status(List.of("timeout", "10", "docker", "version")) == 0;
    }

    private static void script(String... arguments) {
        List<String> command = new java.util.ArrayList<>(
                List.of(Place.script("libexec/host-setup").toString()));
        command.addAll(List.of(arguments));
        int status = Script.run(command);
        if (status != 0) {
            throw new LauncherException("preparing this machine stopped at: " + String.join(" ", arguments)
                    + " (what to do is said above; carrel doctor checks everything)");
        }
    }

    private void image() {
        Path build = Place.script("images/build");
        if (Script.status(List.of(build.toString(), "session", "--check")) == 0) {
            return;
        }
        if (Script.status(List.of("sh", "-c", "command -v mmdebstrap")) != 0) {
            script("install");
        }
        terminal.say("Building the session image from Debian packages (once; a few minutes)");
        Path log = data.logs().resolve("image.log");
        if (!built(build, "session", log)) {
            throw new LauncherException("the session image could not be built (log: " + log + ")");
        }
    }

    /** Its packages are of an older Debian, which not every archive has: all but functions in Julia work without it. */
    private void juliaImage() {
        Path build = Place.script("images/build");
        if (Script.status(List.of(build.toString(), "julia", "--check")) == 0) {
            return;
        }
        terminal.say("Building the image of Julia functions (once; less than a minute)");
        Path log = data.logs().resolve("julia-image.log");
        if (!built(build, "julia", log)) {
            terminal.say("The image of Julia functions could not be built, so none are served (log: " + log
                    + "; to try again: " + build + " julia)");
        }
    }

    private boolean built(Path build, String image, Path log) {
        return Script.run(List.of(build.toString(), image, "--log", log.toString()), line -> {
                    if (line.matches("PROGRESS \\d{1,3} .*")) {
                        String[] parts = line.split(" ", 3);
                        terminal.progress(Math.min(100, Integer.parseInt(parts[1])), parts[2]);
                    }
                })
                == 0;
    }

    /** Every port that the processes will bind, with what for. */
    static Map<Integer, String> ports(SiteSettings site, int redirectPort) {
        Map<Integer, String> ports = new LinkedHashMap<>();
        ports.put(site.port(), "the router (site.port, or --port)");
        if (redirectPort != 0) {
            ports.put(redirectPort, "the router's redirect to https (tls.redirect-port)");
        }
        ports.put(site.controlPort(), "the router's control API (site.internal-ports)");
        ports.put(site.enginePort(), "the engine (site.internal-ports + 1)");
        ports.put(site.managerPort(), "the container-manager (site.internal-ports + 2)");
        for (ProcessName name : ProcessName.values()) {
            ports.put(site.opsPort(name), "the health page of the " + name.label() + " (site.internal-ports + 3..5)");
        }
        ports.put(
                site.containersPort(),
                "the broker of function workers and the desk for sessions (site.internal-ports + 6)");
        return ports;
    }

    /** Refuses to go on when a port is taken, or may not be opened. */
    static void checkPorts(PublicPorts open) {
        SiteSettings site = open.site();
        ports(site, open.redirect()).forEach((port, use) -> {
            String bind = port == site.port() || port == open.redirect() ? site.bind() : "127.0.0.1";
            if (PublicPorts.low(port) && !Privileges.root() && !free(bind, port)) {
                throw new LauncherException("port " + port + " is below " + PublicPorts.firstFreeForAll()
                        + " and you are not root, wanted for " + use
                        + " (start Carrel as root, which gives the router the "
                        + "capability CAP_NET_BIND_SERVICE and nothing else; or choose a higher port)");
            }
            if (!free(bind, port)) {
                throw new LauncherException("port in use: " + bind + ":" + port + ", wanted for " + use
                        + " (stop what listens there, see: ss -ltnp 'sport = :" + port
                        + "'; or choose another: carrel up --port N)");
            }
        });
    }

    /** Whether a port can be bound. */
    static boolean free(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
