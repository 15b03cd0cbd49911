/* Copyright the Carrel authors. */
package dev.carrel.auth.proxy;

import dev.carrel.plugin.Setting;
import java.util.List;

/** {@code etc/plugins/auth-proxy.properties}. */
public record ProxySettings(
        @Setting(
                text = "The header by which the proxy says who somebody is; the same as router.identity-header.",
                def = "Remote-User")
        String header,

        @Setting(
                text =
                        "Addresses of the proxies that may say it, or ranges as 10.0.0.0/8, separated by commas. The router has its own list; both must agree.",
                required = true)
        List<String> addresses,

        @Setting(
                text =
                        "What values must end with, as @EXAMPLE.ORG; an account's name is what stands before it. Empty: the name is the whole value.",
                def = "")
        String suffix,

        @Setting(text = "Whether Ada and ada are one person to the proxy, as with most directories.", def = "false")
        boolean ignoreCase,

        @Setting(text = "Whether the value is a verified e-mail address.", def = "false")
        boolean email,

        @Setting(
                text = "Values whose accounts are made administrators' at their first sign-in, separated by commas.",
                def = "")
        List<String> administrators) {}
