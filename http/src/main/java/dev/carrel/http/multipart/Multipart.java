/* Copyright the Carrel authors. */
package dev.carrel.http.multipart;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parts of one {@code multipart/form-data} body. Closing it removes the temporary files. */
public final class Multipart implements AutoCloseable {
    private final List<Part> parts;

    private Multipart(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Reads a whole body; what was spooled is removed again when this fails.
     *
     * @param contentType the header's whole value, with the boundary
     * @throws MultipartException when the body is malformed or exceeds a limit
     * @throws IOException when reading it or writing a temporary file fails
     */
    public static Multipart read(InputStream in, String contentType, MultipartLimits limits)
            throws IOException, MultipartException {
        BoundaryReader reader = new BoundaryReader(in, boundary(contentType));
        List<Part> parts = new ArrayList<>();
        boolean whole = false;
        try {
            reader.openingLine();
            long left = limits.maxTotal();
            while (reader.partFollows()) {
                if (parts.size() == limits.maxParts()) {
                    throw MultipartException.tooLarge("The form has more than " + limits.maxParts() + " parts.");
                }
                PartHeader header = PartHeader.parse(reader.headerLines(limits.maxPartHeader()));
                Part part = readPart(reader, header, left, limits);
                parts.add(part);
                left -= part.size();
            }
            whole = true;
            return new Multipart(parts);
        } finally {
            if (!whole) {
                discard(parts);
            }
        }
    }

    /** All parts in the order sent. */
    public List<Part> parts() {
        return parts;
    }

    /** The first part of that name. */
    public Optional<Part> first(String name) {
        return parts.stream().filter(part -> part.name().equals(name)).findFirst();
    }

    @Override
    public void close() throws IOException {
        discard(parts);
    }

    private static Part readPart(BoundaryReader reader, PartHeader header, long left, MultipartLimits limits)
            throws IOException, MultipartException {
        try (Spool spool = new Spool(limits.maxInMemory(), left)) {
            try {
                reader.content(spool);
            } catch (Spool.FullException _) {
                throw MultipartException.tooLarge("The form is larger than " + limits.maxTotal() + " bytes.");
            }
            return spool.toPart(header);
        }
    }

    private static void discard(List<Part> parts) throws IOException {
        IOException failure = null;
        for (Part part : parts) {
            try {
                part.discard();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static String boundary(String contentType) throws MultipartException {
        String boundary = PartHeader.parameter(contentType, "boundary");
        if (boundary == null
                || boundary.isEmpty()
                || boundary.length() > 70
                || !boundary.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw MultipartException.malformed("The form's Content-Type has no boundary of 1 to 70 characters.");
        }
        return boundary;
    }
}
