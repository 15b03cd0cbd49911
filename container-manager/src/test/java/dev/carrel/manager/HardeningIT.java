/* Copyright the Carrel authors. */
package dev.carrel.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.HostConfig;
import dev.carrel.protocol.command.Command;
import dev.carrel.protocol.command.Limits;
import dev.carrel.protocol.command.Result;
import dev.carrel.protocol.name.SessionId;
import dev.carrel.protocol.name.VolumeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session cannot do, seen from inside and from Docker. */
class HardeningIT {
    private static LiveManager manager;
    private static Command.StartSession session;
    private static VolumeId home;

    @BeforeAll
    static void start() throws Exception {
        manager = LiveManager.start(LiveManager.entry("small", LiveManager.IDLE + "\n      pids: 64"), "");
        home = VolumeId.random();
        session = LiveManager.session("idle", SessionId.random(), home, new Limits(300L << 20, 700, 200));
        manager.start(session);
    }

    @AfterAll
    static void stop() throws Exception {
        manager.close();
    }

    @Test
    void itsProcessesHaveNoCapabilityAndCannotGainAny() throws Exception {
        Map<String, String> status = manager.inside(session.session(), "cat", "/proc/1/status")
                .lines()
                .filter(l -> l.contains(":"))
                .collect(java.util.stream.Collectors.toMap(
                        l -> l.substring(0, l.indexOf(':')),
                        l -> l.substring(l.indexOf(':') + 1).strip()));

        assertThat(status)
                .containsEntry("CapEff", "0000000000000000")
                .containsEntry("CapBnd", "0000000000000000")
                .containsEntry("CapPrm", "0000000000000000")
                .containsEntry("CapInh", "0000000000000000")
                .containsEntry("CapAmb", "0000000000000000")
                .containsEntry("NoNewPrivs", "1")
                .containsEntry("Seccomp", "2")
                .containsEntry("Uid", "1000\t1000\t1000\t1000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "touch /usr/bin/x",
                "touch /etc/x",
                "mount -t tmpfs none /mnt",
                "unshare -U true",
                "unshare -n true",
                "python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'",
                "python3 -c 'import os; os.mknod(\"/tmp/disk\", 0o60600, os.makedev(8, 0))'",
                "python3 -c 'import os; os.setuid(0)'",
                "cp /usr/bin/true /tmp/true && /tmp/true",
                "echo 1 > /proc/sys/kernel/panic",
                "echo b > /proc/sysrq-trigger",
                "test -e /var/run/docker.sock && cat /var/run/docker.sock",
                "dd if=/dev/zero of=/tmp/big bs=1M count=600",
                "chown 0 /home/jovyan",
                "nice -n -5 true 2>&1 | grep -v cannot",
            })
    void whatWouldTouchTheMachineFails(String attempt) throws Exception {
        String outcome = manager.inside(
                session.session(),
                "bash",
                "-c",
                "(" + attempt + ") >/dev/null 2>&1 && echo succeeded || echo failed; rm -f /tmp/big");

        assertThat(outcome).isEqualTo("failed\n");
    }

    @Test
    void whatAPersonNeedsWorks() throws Exception {
        assertThat(
                        manager.inside(
                                session.session(),
                                "bash",
                                "-c",
                                "echo a > ~/x && cat ~/x && echo b > /tmp/y && cat /tmp/y && touch /run/z /var/tmp/z && stat -c %a /tmp /var/tmp && id -un; echo $HOME; pwd"))
                .isEqualTo("a\nb\n1777\n1777\njovyan\n/home/jovyan\n/home/jovyan\n");
    }

    @Test
    void itsEnvironmentIsThatOfTheContractAndNothingElseOfOurs() throws Exception {
        List<String> environment =
                List.of(manager.inspect(session.session()).getConfig().getEnv());
        Result.SessionDesk desk = (Result.SessionDesk) manager.call(new Command.OpenSessionDesk());

        assertThat(environment.stream().filter(e -> e.startsWith("CARREL") || e.startsWith("JUPYTER_")))
                .containsExactlyInAnyOrder(
                        "JUPYTER_TOKEN=" + LiveManager.TOKEN,
                        "JUPYTER_PORT=8888",
                        "CARREL_SESSION=" + session.session(),
                        "CARREL_USER=alice",
                        "CARREL_DESK=http://" + desk.address() + ":" + desk.port(),
                        "JUPYTER_RUNTIME_DIR=/tmp/.jupyter-runtime");
    }

    @Test
    void dockerHoldsItToTheGrantedLimits() {
        InspectContainerResponse container = manager.inspect(session.session());
        HostConfig host = container.getHostConfig();

        assertThat(host.getMemory()).isEqualTo(300L << 20);
        assertThat(host.getMemorySwap()).isEqualTo(300L << 20);
        assertThat(host.getNanoCPUs()).isEqualTo(700_000_000L);
        assertThat(host.getPidsLimit()).isEqualTo(200L);
        assertThat(host.getReadonlyRootfs()).isTrue();
        assertThat(host.getPrivileged()).isFalse();
        assertThat(host.getLogConfig().getConfig())
                .containsEntry("max-size", "10485760")
                .containsEntry("max-file", "2");
        assertThat(host.getRestartPolicy().getName()).isIn("", "no");
        assertThat(container.getNetworkSettings().getPorts().getBindings().values())
                .containsOnlyNulls();
        assertThat(container.getNetworkSettings().getNetworks()).containsOnlyKeys("crl-" + manager.install());
    }

    @Test
    void theOnlyFolderOfTheHostInItIsItsHome() {
        assertThat(manager.inspect(session.session()).getMounts())
                .singleElement()
                .satisfies(mount -> {
                    assertThat(mount.getSource())
                            .isEqualTo(
                                    manager.data.homes().resolve(home.value()).toString());
                    assertThat(mount.getDestination().getPath()).isEqualTo("/home/jovyan");
                    assertThat(Path.of(mount.getSource()).getParent()).isEqualTo(manager.data.homes());
                });
    }

    @Test
    void aForkBombIsHeldAtItsLimit() throws Exception {
        Command.StartSession small = LiveManager.session("small");
        manager.start(small);

        String bomb = """
                import os, time
                n = 0
                try:
                  while n < 500:
                    if os.fork() == 0: time.sleep(20); os._exit(0)
                    n += 1
                except OSError: print('held')
                """;
        assertThat(manager.inside(small.session(), "python3", "-c", bomb)).contains("held");
        manager.call(new Command.RemoveSession(small.session()));
    }
}
