/* Copyright the Carrel authors. */
package dev.carrel.router;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What has been used to make two servers disagree about where a request ends. In each text BASE stands for the path that leads to the target, HOST for
 * the site's authority.
 */
final class SmugglingPayloads {
    private static final String POST = "POST BASE/one HTTP/1.1\r\nHost: HOST\r\n";
    private static final String GET = "GET BASE/one HTTP/1.1\r\nHost: HOST\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
    private static final String CHUNKS = "\r\n4\r\nabcd\r\n0\r\n\r\n";

    private static final List<String> LENGTHS = List.of(
            "4, 4",
            "4,4",
            "4,5",
            ",4",
            "4,",
            "+4",
            "-4",
            "-0",
            "0x4",
            "0X4",
            "4 4",
            "4\t4",
            "4;",
            "4.0",
            "4e0",
            "1e1",
            "",
            " ",
            "\"4\"",
            "'4'",
            "4L",
            "4_0",
            "0b100",
            "four",
            "NaN",
            "4\u000b",
            "4\u000c",
            "4\u0000",
            "\u00004",
            "4\u00a0",
            "\u00b24",
            "4\u007f",
            "999999999999999999999",
            "18446744073709551620",
            "4\r4",
            "4\n4",
            "4\r\n 4",
            "\r\n 4",
            "\r\n\t4",
            "\n4");

    private static final List<String> CODINGS = List.of(
            "xchunked",
            "chunkedx",
            "chunked, identity",
            "identity, chunked",
            "identity",
            "gzip",
            "gzip, chunked",
            "chunked, gzip",
            "chunked, chunked",
            "chunked,",
            ",chunked",
            "chunked;q=1",
            "chunked ;",
            "\"chunked\"",
            "'chunked'",
            "chunked\u000b",
            "\u000bchunked",
            "chunked\u0000",
            "\u0000chunked",
            "\u000cchunked",
            "chunked\u00a0",
            "\u00a0chunked",
            "chunke\u00c4",
            "ch unked",
            "ch\tunked",
            "chunk",
            "cow",
            "deflate",
            "compress",
            "x-gzip",
            "br",
            "trailers, chunked",
            "chunked\u0085",
            "",
            ",",
            "none",
            "false",
            "0",
            "chunked#",
            "chunked=1",
            "cHUNKED, identity",
            "[chunked]",
            "(chunked)",
            "chunked%0d%0a",
            "chunked\\",
            "\r\n chunked",
            "\r\n\tchunked",
            "chunked\r\n ",
            "chunked\r\n , identity",
            "chunked\u007f",
            "chunked\u001f");

    private static final List<String> CODING_NAMES = List.of(
            "Transfer-Encoding ",
            "Transfer-Encoding\t",
            " Transfer-Encoding",
            "\tTransfer-Encoding",
            "Transfer-Encoding\u0000",
            "Transfer-Encoding\u000b",
            "Transfer-Encoding\r\n",
            "Transfer Encoding",
            "\u0000Transfer-Encoding",
            "Transfer-Encoding\u00a0",
            "X: a\nTransfer-Encoding",
            "X: a\rTransfer-Encoding",
            "X: a\r\r\nTransfer-Encoding",
            "X: a\r\n Transfer-Encoding",
            "X: a\n\rTransfer-Encoding");

    private static final List<String> CHUNK_SIZES = List.of(
            "-4",
            "+4",
            "0x4",
            "4h",
            "4 ",
            " 4",
            "4\t",
            "\t4",
            "",
            "g",
            "_4",
            "4_0",
            "00000000000000004",
            "80000000",
            "ffffffffffffffff",
            "fffffffffffffffe",
            "10000000000000004",
            "4;\"a\"",
            "4;a=\"b",
            "4;a=\"\r\n\"",
            "4;a=b\nc",
            "4;a\u0000",
            "4 ;a",
            "4; a",
            "4;a=\\",
            "4,4",
            "4.0",
            "4:",
            "4\u000b",
            "\u00004",
            "4\u00a0",
            "4;" + "x".repeat(300));

    private static final List<String> VERSIONS = List.of(
            "",
            " ",
            " HTTP",
            " HTTP/",
            " HTTP/0.9",
            " HTTP/1.2",
            " HTTP/2.0",
            " HTTP/3.0",
            " HTTP/1.10",
            " HTTP/11",
            " HTTP/1,1",
            " http/1.1",
            " HTTP/1.1x",
            " HTTP /1.1",
            " HTTPS/1.1",
            " HTTP/01.1",
            " HTTP/1.01",
            " HTTP/+1.1",
            " HTTP/1.1 ",
            " HTTP/1.1\t",
            " HTTP/1.1 x",
            "  HTTP/1.1",
            "\tHTTP/1.1",
            "\u000bHTTP/1.1",
            " x HTTP/1.1",
            "\u0000 HTTP/1.1",
            " HTTP/1.1\u0000",
            " HTTP/1.1\r",
            "\r HTTP/1.1",
            "\n HTTP/1.1",
            "#f HTTP/1.1",
            "\u00e9 HTTP/1.1",
            "\u0001 HTTP/1.1",
            "\u007f HTTP/1.1");

    private static final List<String> PLAIN_POSTS = List.of(
            "Content-Length: 4\r\n\r\nabcd",
            "Content-Length:4\r\n\r\nabcd",
            "Content-Length: \t4 \t\r\n\r\nabcd",
            "content-LENGTH: 0004\r\n\r\nabcd",
            CHUNKED + CHUNKS,
            "transfer-ENCODING:CHUNKED\r\n" + CHUNKS,
            "Transfer-Encoding: \tchunked \t\r\n" + CHUNKS,
            CHUNKED + "\r\n0004\r\nabcd\r\n000\r\n\r\n",
            CHUNKED + "\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
            CHUNKED + "\r\n4;a=b;c\r\nabcd\r\n0;d\r\n\r\n",
            CHUNKED + "\r\n4\r\nabcd\r\n0\r\nT: u\r\n\r\n",
            CHUNKED + "\r\n4\r\nabcd\r\n0\r\nContent-Length: 50\r\n\r\n",
            CHUNKED + "\r\n4\r\nabcd\r\n0\r\nTransfer-Encoding: chunked\r\nHost: evil\r\n\r\n",
            "Connection: content-length, host\r\nContent-Length: 4\r\n\r\nabcd",
            "Connection: transfer-encoding, close\r\nConnection: keep-alive\r\n".replace("close", "x")
                    + CHUNKED
                    + CHUNKS,
            "Content_Length: 9\r\nContent-Length: 4\r\n\r\nabcd",
            "Transfer_Encoding: chunked\r\nContent-Length: 4\r\n\r\nabcd",
            "X-Content-Length: 9\r\nContent-Length: 4\r\n\r\nabcd",
            "TE: chunked\r\nTrailer: Content-Length\r\nContent-Length: 4\r\n\r\nabcd",
            "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
                    + "Content-Length: 4\r\n\r\nabcd",
            "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 4\r\n\r\nabcd",
            "Upgrade: TLS/1.0\r\nConnection: Upgrade\r\nContent-Length: 4\r\n\r\nabcd",
            "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
            "X: %0d%0aTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nabcd",
            "X: Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nabcd");

    private SmugglingPayloads() {}

    /** Requests that must be refused, and nothing behind them be read. */
    static List<String> refused() {
        List<String> all = new ArrayList<>();
        lengths().forEach(line -> all.add(POST + line + "\r\n\r\nabcd"));
        codings().forEach(line -> all.add(POST + line + "\r\n" + CHUNKS));
        chunks().forEach(body -> all.add(POST + CHUNKED + "\r\n" + body));
        headers().forEach(line -> all.add(GET + line + "\r\n\r\n"));
        requestLines().forEach(line -> all.add(line + "\r\nHost: HOST\r\n\r\n"));
        hosts().forEach(lines -> all.add("GET BASE/one HTTP/1.1\r\n" + lines + "\r\n\r\n"));
        all.addAll(wholes());
        return all;
    }

    private static List<String> lengths() {
        List<String> lines = new ArrayList<>();
        for (String value : LENGTHS) {
            lines.add("Content-Length: " + value);
        }
        for (String name : List.of(
                "Content-Length ",
                "Content-Length\t",
                " Content-Length",
                "\tContent-Length",
                "Content-Length\u0000",
                "Content-Length\u000b",
                "Content Length",
                "Content-Length;",
                "\u00a0Content-Length",
                "\"Content-Length\"",
                "Content-Length\r\n",
                "Content-\rLength",
                "\u0000Content-Length",
                "Content-Length\u00a0")) {
            lines.add(name + ": 4");
        }
        lines.addAll(List.of(
                "Content-Length: 4\r\nContent-Length: 4",
                "Content-Length: 4\r\nContent-Length: 5",
                "Content-Length: 4\r\nContent-Length: 0",
                "Content-Length: 0\r\nContent-Length: 4",
                "Content-Length: 4\r\ncontent-length: 4",
                "Content-Length: 4\r\nX: y\r\nCONTENT-LENGTH: 4",
                "Content-Length: 4\r\nContent-Length:",
                "Content-Length: 4\r\nContent-Length: 4\r\nContent-Length: 4"));
        return lines;
    }

    private static List<String> codings() {
        List<String> lines = new ArrayList<>();
        for (String value : CODINGS) {
            lines.add("Transfer-Encoding: " + value);
        }
        for (String name : CODING_NAMES) {
            lines.add(name + ": chunked");
        }
        lines.addAll(List.of(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\ntransfer-encoding: x",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding:",
                "Transfer-Encoding: chunked\nX: a",
                "Content-Length: 4\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 4",
                "Content-Length: 0\r\nTransfer-Encoding: chunked",
                "Content-Length: 14\r\nTransfer-Encoding: chunked",
                "content-length: 4\r\ntransfer-encoding: CHUNKED",
                "Content-Length: 4\r\nX: y\r\nTransfer-Encoding: chunked",
                "Content-Length: 4\r\nTransfer-Encoding: identity",
                "Content-Length: 4\r\nTransfer-Encoding: xchunked",
                "Content-Length: 4\r\nTransfer-Encoding:\u000bchunked",
                "Connection: Content-Length\r\nContent-Length: 4\r\nTransfer-Encoding: chunked"));
        return lines;
    }

    private static List<String> chunks() {
        List<String> bodies = new ArrayList<>();
        for (String size : CHUNK_SIZES) {
            bodies.add(size + "\r\nabcd\r\n0\r\n\r\n");
        }
        bodies.addAll(List.of(
                "4\nabcd\r\n0\r\n\r\n",
                "4\rabcd\r\n0\r\n\r\n",
                "4\r\nabcd0\r\n\r\n",
                "4\r\nabcdX\r\n0\r\n\r\n",
                "4\r\nabcd\n0\r\n\r\n",
                "4\r\nabcd\r0\r\n\r\n",
                "4\r\nabcd\n\r0\r\n\r\n",
                "4\r\nabc\r\n0\r\n\r\n",
                "4\r\nabcd\r\n\r\n0\r\n\r\n",
                "4\r\nabcd\r\n0\n\r\n",
                "4\r\nabcd\r\n0\r\n\n",
                "4\r\nabcd\r\n0 \r\n\r\n",
                "4\r\nabcd\r\n-0\r\n\r\n",
                "4\r\nabcd\r\n0x0\r\n\r\n",
                "4\r\nabcd\r\n0\r\nBad Trailer: x\r\n\r\n",
                "4\r\nabcd\r\n0\r\nT : x\r\n\r\n",
                "4\r\nabcd\r\n0\r\nT: a\r\n b\r\n\r\n",
                "4\r\nabcd\r\n0\r\nT: a\nU: b\r\n\r\n",
                "4\r\nabcd\r\n0\r\nT: a\u0000\r\n\r\n",
                "4\r\nabcd\r\n0\r\nno colon\r\n\r\n",
                "4\r\nabcd\r\n0\r\n: x\r\n\r\n",
                "4\r\nabcd\r\n0\r\n" + "T: u\r\n".repeat(200) + "\r\n"));
        return bodies;
    }

    private static List<String> headers() {
        List<String> lines = new ArrayList<>();
        "(),/;<=>?@[]{}\\\" ".chars().forEach(c -> lines.add("X" + (char) c + "Y: a"));
        // Controls, but for the tab, which may stand in a value.
        IntStream.concat(IntStream.range(0, 32).filter(c -> c != '\t'), IntStream.of(127))
                .forEach(c -> lines.add("X: a" + (char) c + "b"));
        lines.addAll(List.of(
                ": a",
                "no colon",
                "\u00e9: a",
                "X\u0000: a",
                " leading: a",
                "X: a\r\n folded",
                "X: a\r\n\tfolded",
                "X: " + "x".repeat(40_000),
                "X: y\r\n".repeat(120) + "Z: z",
                "Sec-WebSocket-Key1: 1",
                "Sec-WebSocket-Key2: 2"));
        return lines;
    }

    private static List<String> requestLines() {
        List<String> lines = new ArrayList<>();
        for (String before :
                List.of("\r\n", "\n", "\r", " ", "\t", "\u0000", "\u0001", "\u000b", "\u00ef\u00bb\u00bf")) {
            lines.add(before + "GET BASE/one HTTP/1.1");
        }
        for (String version : VERSIONS) {
            lines.add("GET BASE/one" + version);
        }
        lines.addAll(List.of(
                "GET  BASE/one HTTP/1.1",
                "GET\tBASE/one HTTP/1.1",
                "GET",
                "GET HTTP/1.1",
                "GET * HTTP/1.1",
                "GET one HTTP/1.1",
                "GET \\one HTTP/1.1",
                "GET ?x HTTP/1.1",
                "(GET BASE/one HTTP/1.1",
                "G@T BASE/one HTTP/1.1",
                "GET/one BASE/one HTTP/1.1",
                "G\u0000ET BASE/one HTTP/1.1",
                "GET" + "T".repeat(40) + " BASE/one HTTP/1.1",
                "GET BASE/" + "x".repeat(20_000) + " HTTP/1.1",
                "PRI * HTTP/2.0",
                "CONNECT HOST HTTP/1.1",
                "CONNECT BASE/one HTTP/1.1",
                "CONNECT 127.0.0.1:22 HTTP/1.1",
                "TRACE BASE/one HTTP/1.1",
                "GET HOST HTTP/1.1",
                "GET http://elsewhere/one HTTP/1.1",
                "GET http://HOST@elsewhere/one HTTP/1.1",
                "GET http://user@HOST/one HTTP/1.1",
                "GET http://HOST:1/one HTTP/1.1",
                "GET http:///one HTTP/1.1",
                "GET http:/one HTTP/1.1",
                "GET http:HOST/one HTTP/1.1",
                "GET ftp://HOST/one HTTP/1.1",
                "GET file:///etc/passwd HTTP/1.1",
                "GET gopher://127.0.0.1:22/ HTTP/1.1"));
        return lines;
    }

    private static List<String> hosts() {
        return List.of(
                "X: no host",
                "Host:",
                "Host: HOST\r\nHost: HOST",
                "Host: HOST\r\nHost: elsewhere",
                "Host: HOST\r\nhost: HOST",
                "Host: HOST, elsewhere",
                "Host: HOST elsewhere",
                "Host : HOST",
                "Host: HOST/",
                "Host: user@HOST",
                "Host: http://HOST",
                "Host: HOST\u0000",
                "Host:\r\n HOST",
                "Host: [::1");
    }

    private static List<String> wholes() {
        return List.of(
                "POST BASE/one HTTP/1.0\r\nHost: HOST\r\n" + CHUNKED + CHUNKS,
                "POST BASE/one HTTP/1.0\r\nHost: HOST\r\nConnection: keep-alive\r\n" + CHUNKED + "Content-Length: 4\r\n"
                        + CHUNKS,
                "GET BASE/one\r\n\r\n",
                "GET BASE/one HTTP/1.1\nHost: HOST\n\n",
                "GET BASE/one HTTP/1.1\nHost: HOST\r\n\r\n",
                "GET BASE/one HTTP/1.1\r\nHost: HOST\n\r\n",
                "GET BASE/one HTTP/1.1\r\nHost: HOST\r\n\n",
                "GET BASE/one HTTP/1.1\rHost: HOST\r\r",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "{\"jsonrpc\":\"2.0\"}\r\n\r\n",
                "EHLO a\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n" + GET + "\r\n");
    }

    /** Requests that mean one thing only, followed by what is expected of the target: {@code METHOD BASE/path length}. */
    static List<List<String>> plain() {
        String inner = "GET BASE/inner HTTP/1.1\r\nHost: HOST\r\n\r\n";
        List<List<String>> all = new ArrayList<>();
        for (String lines : PLAIN_POSTS) {
            all.add(List.of(POST + lines, "POST BASE/one 4"));
        }
        String length = "Content-Length: " + inner.length();
        all.add(List.of(POST + length + "\r\n\r\n" + inner, "POST BASE/one INNER"));
        all.add(List.of(POST + "X:\r\n" + length + "\r\n\r\n" + inner, "POST BASE/one INNER"));
        all.add(List.of(GET + length + "\r\n\r\n" + inner, "GET BASE/one INNER"));
        all.add(List.of(GET.replace("GET", "DELETE") + length + "\r\n\r\n" + inner, "DELETE BASE/one INNER"));
        all.add(List.of(GET.replace("GET", "PUT") + "Content-Length: 0\r\n\r\n", "PUT BASE/one 0"));
        all.add(List.of(POST + "\r\n", "POST BASE/one 0"));
        all.add(List.of(GET + "\r\n" + GET + "\r\n", "GET BASE/one 0", "GET BASE/one 0"));
        all.add(List.of(GET.replace("/one", "/o%0d%0aHost:%20x") + "\r\n", "GET BASE/o%0d%0aHost:%20x 0"));
        all.add(List.of(GET.replace("/one", "/a//b/./c/../d;e=1") + "\r\n", "GET BASE/a//b/./c/../d;e=1 0"));
        all.add(List.of(GET.replace("BASE", "http://HOSTBASE") + "\r\n", "GET BASE/one 0"));
        all.add(List.of(GET.replace("BASE", "HTTP://HOSTBASE") + "\r\n", "GET BASE/one 0"));
        all.add(List.of(GET + "X: " + "x".repeat(10_000) + "\r\n\r\n", "GET BASE/one 0"));
        all.add(List.of(GET.replace("/one", "/" + "x".repeat(400)) + "\r\n", "GET BASE/" + "x".repeat(400) + " 0"));
        all.add(List.of(GET + "X: y\r\n".repeat(90) + "\r\n", "GET BASE/one 0"));
        all.add(List.of(POST + "Content-Length: 300000\r\n\r\n" + "x".repeat(300_000), "POST BASE/one 300000"));
        all.add(List.of(POST + CHUNKED + "\r\n" + "1\r\nx\r\n".repeat(1000) + "0\r\n\r\n", "POST BASE/one 1000"));
        for (String expect : List.of("100-continue", "100-Continue")) {
            all.add(List.of(POST + "Expect: " + expect + "\r\nContent-Length: 4\r\n\r\nabcd", "POST BASE/one 4"));
            all.add(List.of(POST + "Expect: " + expect + "\r\n" + CHUNKED + CHUNKS, "POST BASE/one 4"));
        }
        // A switch that the target does not make: what follows are requests, not frames.
        all.add(List.of(
                GET + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 777\r\n"
                        + "Sec-WebSocket-Key: x\r\n\r\n",
                "GET BASE/one 0"));
        all.add(List.of(GET + "X_Y: a\r\nX.Y: b\r\nX!#$%&'*+^`|~: c\r\n\r\n", "GET BASE/one 0"));
        return all;
    }
}
