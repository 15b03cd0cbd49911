/* Copyright the Carrel authors. */
package dev.carrel.ui;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Style sheet, scripts and logo, in memory. Their addresses carry a hash of their content, so a browser may keep them for ever and still sees
 * every change at once. Immutable; any thread.
 */
public final class Assets {
    /** Where the engine serves them. */
    public static final String PREFIX = "/hub/static/";

    private static final List<String> NAMES = List.of("carrel.css", "page.js", "home.js", "progress.js", "logo.svg");

    private final Map<String, Asset> assets =
            NAMES.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), Assets::load));

    /**
     * A file for browsers.
     *
     * @param version hash of its content
     */
    public record Asset(String contentType, String version, byte[] bytes) {}

    /** The address of a file. */
    public String url(String name) {
        Asset asset = find(name)
                .orElseThrow(
                        () -> new IllegalArgumentException("asset: " + name + " (expected: one of " + NAMES + ")"));
        return PREFIX + name + "?v=" + asset.version();
    }

    /** The file of that name. Its bytes must not be changed. */
    public Optional<Asset> find(String name) {
        return Optional.ofNullable(assets.get(name));
    }

    /** All names. */
    public List<String> names() {
        return NAMES;
    }

    private static Asset load(String name) {
        try (InputStream in = Assets.class.getResourceAsStream("static/" + name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "asset " + name + " is not on the class path: the installation is damaged");
            }
            byte[] bytes = in.readAllBytes();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Asset(contentType(name), HexFormat.of().formatHex(hash, 0, 8), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("reading asset " + name, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String contentType(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> throw new IllegalArgumentException("asset: " + name + " (expected: .css, .js or .svg)");
        };
    }
}
