/* Copyright the Carrel authors. */
package dev.carrel.router.settings;

import dev.carrel.chassis.settings.DataSize;
import dev.carrel.chassis.settings.Section;
import dev.carrel.chassis.settings.Setting;
import java.time.Duration;

/** How the public door behaves. Where it listens is in the section {@code site}. */
@Section(value = "router", text = "The public door: times, bounds and the life of a session's cookie.")
public record RouterSettings(
        @Setting(
                text = "How long connecting to a session or the engine may take; then it counts as unreachable.",
                def = "3s",
                min = 10,
                max = 60_000)
        Duration connectTimeout,

        @Setting(
                text =
                        "How long a session or the engine may think between a request's last byte and its answer's first; then 504.",
                def = "10m",
                min = 100,
                max = 86_400_000)
        Duration responseTimeout,

        @Setting(
                text =
                        "How long an answer that has begun, or a WebSocket, may stand still in both directions; then it is closed.",
                def = "1h",
                min = 100,
                max = 604_800_000)
        Duration silenceTimeout,

        @Setting(
                text = "How long an unused connection to a session or the engine is kept for the next request.",
                def = "30s",
                min = 1,
                max = 3_600_000)
        Duration poolIdle,

        @Setting(
                text = "How many unused connections to one session or the engine are kept per worker loop.",
                def = "512",
                min = 0,
                max = 4096)
        int poolPerTarget,

        @Setting(
                text = "How many unused connections are kept per worker loop in all.",
                def = "2048",
                min = 0,
                max = 65_535)
        int poolTotal,

        @Setting(
                text = "How many connections may be open at once; more are closed unanswered.",
                def = "16384",
                min = 1,
                max = 1_000_000)
        int maxConnections,

        @Setting(
                text =
                        "How many connections one address may have open at once; of IPv6, one network of 64 bits. Behind a proxy all come from the proxy's address.",
                def = "4096",
                min = 1,
                max = 1_000_000)
        int maxConnectionsPerAddress,

        @Setting(
                text =
                        "How many requests to sessions, and with a token to the engine, one person may have under way at once, over all connections and tokens; more are answered 429.",
                def = "512",
                min = 1,
                max = 1_000_000)
        int maxRequestsPerUser,

        @Setting(
                text = "How many WebSockets to sessions one person may have open at once; more are answered 429.",
                def = "1024",
                min = 1,
                max = 1_000_000)
        int maxWebsocketsPerUser,

        @Setting(
                text =
                        "How many requests to the engine without a token one address may have under way at once; of IPv6, one network of 64 bits; more are answered 429. "
                                + "Behind a proxy that is not among router.trusted-proxies all come from the proxy's address.",
                def = "1024",
                min = 1,
                max = 1_000_000)
        int maxEngineRequestsPerAddress,

        @Setting(
                text = "The longest request line; longer ones are answered 414.",
                def = "16KiB",
                min = 256,
                max = 1_048_576)
        DataSize maxRequestLine,

        @Setting(
                text = "The largest header of a request; larger ones are answered 431.",
                def = "32KiB",
                min = 256,
                max = 1_048_576)
        DataSize maxHeader,

        @Setting(
                text = "How long the header of a request may take to arrive; then 408.",
                def = "10s",
                min = 10,
                max = 86_400_000)
        Duration headerTimeout,

        @Setting(
                text = "How long a client's connection may rest between requests; then it is closed.",
                def = "75s",
                min = 10,
                max = 86_400_000)
        Duration idleTimeout,

        @Setting(
                text =
                        "How long a client may send nothing of a body we wait for, or take nothing of an answer; then it is closed.",
                def = "60s",
                min = 10,
                max = 86_400_000)
        Duration stallTimeout,

        @Setting(
                text =
                        "How long a session's cookie lasts; it is renewed while it is used, for 31 days after entering at most.",
                def = "1d",
                min = 1_000,
                max = 2_678_400_000L)
        Duration sessionCookieLife,

        @Setting(
                text =
                        "Whether a script is added to the pages that people open in their sessions, which says at once when the session has ended "
                                + "and offers to start it again.",
                def = "true")
        boolean sessionBanner,

        @Setting(
                text =
                        "How long requests under way may go on after the router was told to stop. WebSockets are closed then.",
                def = "5s",
                min = 0,
                max = 600_000)
        Duration drain,

        @Setting(
                text =
                        "How long WebSockets and downloads may live on in the old process after another has taken its place (`carrel restart router`).",
                def = "1h",
                min = 100,
                max = 604_800_000)
        Duration drainWebsockets,

        @Setting(
                text =
                        "Requests that take this long are logged with where their time went, as failed ones always are, and with log.format json all.",
                def = "1s",
                min = 0,
                max = 86_400_000)
        Duration slowRequest,

        @Setting(
                text = "The way to the kernel: auto takes the first of io_uring, epoll and nio that works here.",
                def = "auto",
                pattern = "auto|io_uring|epoll|nio")
        String transport,

        @Setting(text = "Event loops that serve connections. 0: one per processor.", def = "0", min = 0, max = 1024)
        int workers,

        @Setting(
                text =
                        "For how many microseconds after each event a loop looks for the next one before it sleeps, which makes requests that come one by one"
                                + " faster and costs processor time that nobody else wants. 0: never.",
                def = "50",
                min = 0,
                max = 1000)
        int busyPoll,

        @Setting(
                text =
                        "The header by which a proxy in front of the router says who somebody is, as `Remote-User`; for the plugin auth-proxy. "
                                + "From everybody but router.identity-proxies it is taken away. Empty: from everybody.",
                def = "",
                pattern = "|[A-Za-z][A-Za-z0-9-]{0,63}")
        String identityHeader,

        @Setting(
                text =
                        "Addresses of the proxies that may say it, or ranges as `10.0.0.0/8`, separated by commas. They must take that header away from their own clients.",
                def = "")
        String identityProxies,

        @Setting(
                text =
                        "Addresses, or ranges as `10.0.0.0/8`, separated by commas, of load balancers that begin every connection with a header of the PROXY protocol "
                                + "(version 1 or 2). They must; from everybody else it is refused.",
                def = "")
        String proxyProtocolFrom,

        @Setting(
                text =
                        "Addresses or ranges, separated by commas, of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. "
                                + "Everybody else's are taken away.",
                def = "")
        String trustedProxies) {}
