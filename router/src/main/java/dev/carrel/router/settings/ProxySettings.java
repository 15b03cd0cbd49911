/* Copyright the Carrel authors. */
package dev.carrel.router.settings;

import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;

/**
 * How routes without a session are served: configurable-http-proxy's options under their own names. The command {@code carrel router} sets them
 * from its options; an installation has them in {@code carrel.yaml}, too.
 */
@Section(
        value = "proxy",
        text =
                "How routes without a session are served, as a stock JupyterHub sets them. The names are those of configurable-http-proxy's options; see router.md.")
public record ProxySettings(
        @Setting(
                text =
                        "Whether the router serves without Carrel's engine, in the place of configurable-http-proxy: every host name is answered, and what no route "
                                + "covers is 404. `carrel router` sets it when it is called with options.",
                def = "false")
        boolean standAlone,

        @Setting(text = "The address the control API listens on.", def = "127.0.0.1")
        String apiIp,

        @Setting(
                text =
                        "Where requests go that no other route covers, as `http://127.0.0.1:8081`; put at the path / when the router starts. Empty: nothing is put there.",
                def = "")
        String defaultTarget,

        @Setting(
                text =
                        "Who is asked for the page when a route cannot be served: `GET error-target/503?url=/what/was/asked`. Status and notice stay ours. Empty: nobody.",
                def = "")
        String errorTarget,

        @Setting(
                text = "A folder with pages for errors, `503.html` or else `error.html`. Not with error-target.",
                def = "")
        String errorPath,

        @Setting(
                text = "Whether a route's first path element is the host that is asked for: `/lab.example.org/x`.",
                def = "false")
        boolean hostRouting,

        @Setting(text = "Whether the path of a target's URL is put before the request's.", def = "true")
        boolean prependPath,

        @Setting(text = "Whether the route's own path stays in the request's.", def = "true")
        boolean includePrefix,

        @Setting(text = "Whether targets are told by `X-Forwarded-*` who asks and how.", def = "true")
        boolean xForward,

        @Setting(
                text = "Whether a target sees its own host in `Host` instead of the one that was asked for.",
                def = "false")
        boolean changeOrigin,

        @Setting(
                text = "Whether a redirect of a target to its own host is rewritten to the host that was asked for.",
                def = "false")
        boolean autoRewrite,

        @Setting(
                text = "The scheme that redirects of a target to its own host get. Empty: as the target has it.",
                def = "",
                pattern = "|http|https")
        String protocolRewrite,

        @Setting(text = "Headers that every request gets on its way to a target, one `Name: value` a line.", def = "")
        String customHeaders,

        @Setting(
                text =
                        "Whether the certificates of https targets are checked. Without, whoever gets between reads and changes everything.",
                def = "true")
        boolean verifyTargets,

        @Setting(
                text = "PEM file of the authorities whose certificates https targets may show. Empty: the JDK's own.",
                def = "")
        String clientSslCa,

        @Setting(text = "PEM file of the certificate that is shown to https targets that ask for one.", def = "")
        String clientSslCert,

        @Setting(text = "PEM file of its key, PKCS #8.", def = "")
        String clientSslKey,

        @Setting(
                text =
                        "PEM file of the control API's certificate. The API then speaks TLS only, which Carrel's own engine does not: for a stock JupyterHub. Empty: no TLS.",
                def = "")
        String apiSslCert,

        @Setting(text = "PEM file of its key, PKCS #8.", def = "")
        String apiSslKey,

        @Setting(text = "The password of that key, if it is encrypted.", def = "", secret = true)
        String apiSslKeyPassphrase,

        @Setting(text = "PEM file of the authorities whose certificates callers of the control API may show.", def = "")
        String apiSslCa,

        @Setting(text = "Whether callers of the control API are asked for a certificate.", def = "false")
        boolean apiSslRequestCert,

        @Setting(text = "Whether those who show none are turned away.", def = "true")
        boolean apiSslRejectUnauthorized,

        @Setting(
                text = "The port on which a stand-alone router serves `/metrics` and `/health/…`; 0: none.",
                def = "0",
                min = 0,
                max = 65_535)
        int metricsPort,

        @Setting(text = "The address of that port.", def = "127.0.0.1")
        String metricsIp) {}
