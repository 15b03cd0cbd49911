/* Copyright the Carrel authors. */
package dev.carrel.http.files;

import dev.carrel.http.server.Handler;
import dev.carrel.http.server.HttpFailure;
import dev.carrel.http.server.Request;
import dev.carrel.http.server.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves files under a route that ends with {@code {path...}}: strong ETags from the content, conditional requests, single ranges. Names with a hash
 * in them ({@code app.3f2a9c41.js}) and addresses with a version ({@code ?v=…}) are answered as immutable; all others are asked about again each
 * time. Text that is a resource goes out compressed to whoever takes gzip, packed once. Nothing outside the given places is ever served, and there are no listings of folders. Thread safe.
 */
public final class StaticFiles implements Handler {
    private static final Pattern HASHED_NAME = Pattern.compile(".*[.-][0-9a-f]{8,64}\\.[a-z0-9.]+");
    private static final Pattern VERSION_QUERY = Pattern.compile("v=[A-Za-z0-9._-]{1,64}");
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final List<AssetSource> sources;

    private StaticFiles(List<AssetSource> sources) {
        this.sources = List.copyOf(sources);
    }

    /**
     * Resources of the class path.
     *
     * @param prefix e.g. {@code static/}; only what lies below it is served
     */
    public static StaticFiles resources(ClassLoader loader, String prefix) {
        return new StaticFiles(List.of(new ClassPathSource(loader, prefix)));
    }

    /**
     * Files of a folder, which may change while they are served.
     *
     * @throws IOException when the folder does not exist
     */
    public static StaticFiles folder(Path folder) throws IOException {
        return new StaticFiles(List.of(new FolderSource(folder)));
    }

    /** Looks here first, then there. */
    public StaticFiles or(StaticFiles other) {
        List<AssetSource> all = new ArrayList<>(sources);
        all.addAll(other.sources);
        return new StaticFiles(all);
    }

    /** What to write behind {@code ?v=} so that a file may be kept for ever; empty when there is no such file. */
    public Optional<String> version(String path) throws IOException {
        Asset asset = find(Arrays.asList(path.split("/", -1)));
        return asset == null ? Optional.empty() : Optional.of(asset.hash().substring(0, 12));
    }

    @Override
    public Response handle(Request request) throws IOException {
        List<String> segments = request.pathSegments("path");
        Asset asset = find(segments);
        if (asset == null) {
            throw new HttpFailure(404, "http.not-found", "There is nothing at this address.");
        }
        String name = segments.getLast();
        boolean choice = asset.gzipped() != null;
        // A range is one of the content as it is: whoever goes on with a download goes on with the same bytes.
        boolean packed = choice && request.header("Range").isEmpty() && takesGzip(request);
        if (packed) {
            asset = asset.compressed();
        }
        Response response;
        if (notModified(request, asset)) {
            response = Response.empty(304);
        } else {
            response = content(request, asset, ContentTypes.of(name));
        }
        boolean immutable = HASHED_NAME.matcher(name).matches()
                || VERSION_QUERY.matcher(request.rawQuery()).matches();
        if (choice) {
            response = response.with("Vary", "Accept-Encoding");
        }
        if (packed && response.status() == 200) {
            response = response.with("Content-Encoding", "gzip");
        }
        return response.with("ETag", asset.etag())
                .with("Last-Modified", HTTP_DATE.format(asset.lastModified()))
                .with("Accept-Ranges", "bytes")
                .with("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    }

    /** Named and not with a weight of nothing. A star counts as named. */
    private static boolean takesGzip(Request request) {
        for (String one : request.header("Accept-Encoding").orElse("").split(",")) {
            String[] parts = one.strip().split("\\s*;\\s*q\\s*=\\s*", 2);
            if (parts[0].equalsIgnoreCase("gzip") || parts[0].equals("*")) {
                return parts.length == 1 || !parts[1].matches("0(\\.0*)?");
            }
        }
        return false;
    }

    private @Nullable Asset find(List<String> segments) throws IOException {
        if (segments.isEmpty() || !segments.stream().allMatch(StaticFiles::isPlain)) {
            return null;
        }
        for (AssetSource source : sources) {
            Asset asset = source.find(segments);
            if (asset != null) {
                return asset;
            }
        }
        return null;
    }

    /** Also keeps hidden files hidden. */
    private static boolean isPlain(String segment) {
        return !segment.isEmpty()
                && segment.charAt(0) != '.'
                && segment.chars().noneMatch(c -> c < ' ' || c == '/' || c == '\\' || c == ':' || c == 0x7f);
    }

    private static Response content(Request request, Asset asset, String contentType) {
        ByteRange range = range(request, asset);
        if (range == null) {
            return part(200, contentType, asset, 0, asset.length());
        }
        if (range.equals(ByteRange.UNSATISFIABLE)) {
            return Response.text(416, "This file has " + asset.length() + " bytes.\n")
                    .with("Content-Range", "bytes */" + asset.length());
        }
        return part(206, contentType, asset, range.first(), range.length())
                .with("Content-Range", range.contentRange(asset.length()));
    }

    private static Response part(int status, String contentType, Asset asset, long first, long length) {
        return switch (asset.content()) {
            case Asset.Content.Memory memory ->
                Response.bytes(
                        status,
                        contentType,
                        length == memory.bytes().length
                                ? memory.bytes()
                                : Arrays.copyOfRange(memory.bytes(), (int) first, (int) (first + length)));
            case Asset.Content.Disk disk -> Response.file(status, contentType, disk.file(), first, length);
        };
    }

    private static boolean notModified(Request request, Asset asset) {
        Optional<String> tags = request.header("If-None-Match");
        if (tags.isPresent()) {
            return Arrays.stream(tags.get().split(","))
                    .map(tag -> tag.strip().replaceFirst("^W/", ""))
                    .anyMatch(tag -> tag.equals("*") || tag.equals(asset.etag()));
        }
        Instant since =
                request.header("If-Modified-Since").map(StaticFiles::date).orElse(null);
        return since != null && !asset.lastModified().isAfter(since);
    }

    private static @Nullable ByteRange range(Request request, Asset asset) {
        Optional<String> header = request.header("Range");
        if (header.isEmpty()
                || !(request.method().equals("GET") || request.method().equals("HEAD"))) {
            return null;
        }
        String condition = request.header("If-Range").orElse(asset.etag());
        boolean same = condition.startsWith("\"")
                ? condition.equals(asset.etag())
                : asset.lastModified().equals(date(condition));
        return same ? ByteRange.parse(header.get(), asset.length()) : null;
    }

    private static @Nullable Instant date(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException _) {
            return null;
        }
    }
}
