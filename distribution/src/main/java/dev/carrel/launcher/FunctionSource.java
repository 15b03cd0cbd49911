/* Copyright the Carrel authors. */
package dev.carrel.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A function as it lies on a disk: a file, or a folder.
 *
 * @param name by default
 * @param spec what is published
 */
record FunctionSource(String name, ObjectNode spec) {
    private static final String FIELDS = "function.json";
    private static final List<String> MAINS = List.of("main.py", "main.jl", "main");
    /** More than this is refused anyway: not worth reading. */
    private static final long MOST = 4L << 20;

    static FunctionSource read(Path source) {
        try {
            if (Files.isDirectory(source)) {
                return folder(source);
            }
            if (!Files.isRegularFile(source)) {
                throw new LauncherException(source + ": no file or folder (expected: the code, or a folder with it)");
            }
            String file = name(source);
            ObjectNode spec = HubClient.JSON.createObjectNode();
            spec.put("runtime", runtime(file));
            spec.put("code", text(source));
            return new FunctionSource(plain(file), spec);
        } catch (IOException e) {
            throw new LauncherException(source + " cannot be read: " + e, e);
        }
    }

    private static FunctionSource folder(Path folder) throws IOException {
        ObjectNode spec = HubClient.JSON.createObjectNode();
        Path fields = folder.resolve(FIELDS);
        if (Files.exists(fields)) {
            JsonNode given = json(fields.toString(), text(fields));
            if (!(given instanceof ObjectNode object)) {
                throw new LauncherException(fields + ": no object (expected: fields of a function)");
            }
            spec = object;
        }
        List<Path> files;
        try (Stream<Path> walked = Files.walk(folder)) {
            files = walked.filter(Files::isRegularFile)
                    .filter(file -> !file.equals(fields) && !hidden(folder.relativize(file)))
                    .sorted()
                    .toList();
        }
        long size = 0;
        for (Path file : files) {
            size += Files.size(file);
            if (size > MOST) {
                throw new LauncherException(
                        folder + ": more than " + MOST + " bytes (expected: at most 256 KiB of code and files)");
            }
        }
        for (Path file : files) {
            String path = folder.relativize(file).toString();
            if (MAINS.contains(path) && !spec.has("code")) {
                spec.put("code", text(file));
                if (!spec.has("runtime")) {
                    spec.put("runtime", runtime(path));
                }
            } else {
                spec.withObject("/files")
                        .withObject(pointer(path))
                        .put("base64", Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
            }
        }
        if (!spec.has("code")) {
            throw new LauncherException(folder + ": no code (expected: one of " + String.join(", ", MAINS) + " in it)");
        }
        return new FunctionSource(plain(name(folder.toAbsolutePath().normalize())), spec);
    }

    /** What editors, version control and Python leave beside the code. */
    private static boolean hidden(Path relative) {
        return StreamSupport.stream(relative.spliterator(), false)
                .map(Path::toString)
                .anyMatch(step -> step.startsWith(".") || step.equals("__pycache__"));
    }

    private static String pointer(String path) {
        return "/" + path.replace("~", "~0").replace("/", "~1");
    }

    private static String name(Path path) {
        Path last = path.getFileName();
        return last == null ? "" : last.toString();
    }

    private static String plain(String file) {
        String stem = file.contains(".") ? file.substring(0, file.lastIndexOf('.')) : file;
        return stem.toLowerCase(Locale.ROOT);
    }

    private static String runtime(String file) {
        if (file.endsWith(".py")) {
            return "python3";
        }
        return file.endsWith(".jl") ? "julia" : "executable";
    }

    private static String text(Path file) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new LauncherException(file + ": not UTF-8 (expected: a program's text)", e);
        }
    }

    /** A value that somebody typed as JSON. */
    static JsonNode json(String what, String text) {
        try {
            return HubClient.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new LauncherException(
                    what + ": not JSON: " + text.lines().limit(1).collect(Collectors.joining())
                            + " (expected: a value as 5, true or '\"text\"')",
                    e);
        }
    }
}
