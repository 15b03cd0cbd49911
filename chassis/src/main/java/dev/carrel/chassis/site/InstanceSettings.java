/* Copyright the Carrel authors. */
package dev.carrel.chassis.site;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.net.InetAddress;

/** This machine among several that share one database. */
@Section(
        value = "instance",
        text =
                "This machine among several that share one database and one signing key. Without a name it is the only one.")
public record InstanceSettings(
        @Setting(
                text =
                        "Its name, another one on each machine; never changed while people have homes on it. Empty: the only instance.",
                def = "",
                pattern = "|[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
        String name,

        @Setting(
                text =
                        "The port on which its router takes requests from the other instances' routers, and calls of functions from their engines; with a name only.",
                def = "0",
                min = 0,
                max = 65535)
        int hopPort,

        @Setting(
                text =
                        "The address that port is opened on. Other than loopback only with hop-certificate, hop-key and hop-trust.",
                def = "127.0.0.1")
        String hopBind,

        @Setting(text = "The name or address by which the other instances reach that port. Empty: hop-bind.", def = "")
        String hopHost,

        @Setting(
                text =
                        "The PEM file of the certificate that this router shows the others, both as server and as client. Empty: no TLS.",
                def = "")
        String hopCertificate,

        @Setting(text = "The PEM file of its private key, PKCS #8.", def = "")
        String hopKey,

        @Setting(
                text =
                        "The PEM file of the authority that signed the certificates of all instances, and of nobody else.",
                def = "")
        String hopTrust) {
    /** Refuses what cannot work, or would let others listen. */
    public InstanceSettings {
        if (name.isEmpty() != (hopPort == 0)) {
            throw new IllegalArgumentException(
                    "name: \"" + name + "\" with hop-port: " + hopPort + " (expected: both, or neither)");
        }
        boolean tls = !hopCertificate.isEmpty();
        if (tls == hopKey.isEmpty() || tls == hopTrust.isEmpty()) {
            throw new IllegalArgumentException(
                    "hop-certificate, hop-key, hop-trust: only some are set (expected: all three, or none)");
        }
        if (!tls && !loopback(hopBind)) {
            throw new IllegalArgumentException(
                    "hop-bind: \"" + hopBind
                            + "\" without TLS (expected: 127.0.0.1, or hop-certificate, hop-key and hop-trust: sign-ins pass there)");
        }
    }

    /** Whether there is no other instance. */
    public boolean alone() {
        return name.isEmpty();
    }

    /** Whether routers prove themselves to one another by certificates. */
    public boolean tls() {
        return !hopCertificate.isEmpty();
    }

    /** By what the others reach the hop port. */
    public String reachedAt() {
        return hopHost.isEmpty() ? hopBind : hopHost;
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
