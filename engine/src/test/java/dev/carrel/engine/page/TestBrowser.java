/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of a browser as pages need: cookies, forms with the token of the page last seen, no redirects unless told. */
final class TestBrowser {
    private static final Pattern XSRF = Pattern.compile("name=\"_xsrf\" value=\"([^\"]+)\"");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final URI base;
    private final Map<String, String> cookies = new LinkedHashMap<>();
    private String xsrf = "";

    TestBrowser(int port) {
        base = URI.create("http://127.0.0.1:" + port);
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET().build());
    }

    /** Asks with further headers; names and values by turns. */
    HttpResponse<String> getWith(String path, String... headers) {
        return send(request(path).headers(headers).GET().build());
    }

    /** Sends a form; names and values by turns, the token is added. */
    HttpResponse<String> post(String path, String... fields) {
        return send(form(path, xsrf, fields));
    }

    /** Sends a form with a token of the caller's choice. */
    HttpResponse<String> postWith(String token, String path, String... fields) {
        return send(form(path, token, fields));
    }

    /** Where a page that moves on by itself, or a redirect, leads; empty for a page that stays. */
    static String onward(HttpResponse<String> response) {
        if (response.statusCode() / 100 == 3) {
            return response.headers().firstValue("Location").orElseThrow();
        }
        Matcher refresh = Pattern.compile("<meta http-equiv=\"refresh\" content=\"0;url=([^\"]+)\">")
                .matcher(response.body());
        return refresh.find() ? refresh.group(1).replace("&amp;", "&") : "";
    }

    Map<String, String> cookies() {
        return cookies;
    }

    String xsrf() {
        return xsrf;
    }

    private HttpRequest form(String path, String token, String... fields) {
        StringJoiner body = new StringJoiner("&");
        body.add("_xsrf=" + encode(token));
        for (int i = 0; i < fields.length; i += 2) {
            body.add(encode(fields[i]) + "=" + encode(fields[i + 1]));
        }
        return request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).header("Accept", "text/html");
        if (!cookies.isEmpty()) {
            StringJoiner line = new StringJoiner("; ");
            cookies.forEach((name, value) -> line.add(name + "=" + value));
            request.header("Cookie", line.toString());
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            response.headers().allValues("Set-Cookie").forEach(this::keep);
            Matcher token = XSRF.matcher(response.body());
            if (token.find()) {
                xsrf = token.group(1);
            }
            return response;
        } catch (IOException e) {
            throw new AssertionError("asking for " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("asking for " + request.uri(), e);
        }
    }

    private void keep(String line) {
        String pair = line.split(";", 2)[0];
        String name = pair.substring(0, pair.indexOf('='));
        if (line.contains("Max-Age=0")) {
            cookies.remove(name);
        } else {
            cookies.put(name, pair.substring(name.length() + 1));
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
