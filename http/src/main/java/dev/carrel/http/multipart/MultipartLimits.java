/* Copyright the Carrel authors. */
package dev.carrel.http.multipart;

/**
 * Bounds of one multipart body.
 *
 * @param maxParts parts at most
 * @param maxPartHeader bytes of one part's header lines
 * @param maxTotal bytes of all parts' contents together
 * @param maxInMemory a part larger than this lies in a temporary file
 */
public record MultipartLimits(int maxParts, int maxPartHeader, long maxTotal, int maxInMemory) {
    public MultipartLimits {
        if (maxParts < 1 || maxPartHeader < 64 || maxTotal < 0 || maxInMemory < 0) {
            throw new IllegalArgumentException(
                    "multipart limits: " + maxParts + " parts, " + maxPartHeader + " header bytes, " + maxTotal
                            + " bytes in all, " + maxInMemory + " in memory (expected: at least 1, 64, 0, 0)");
        }
    }

    /** 100 parts, 8 KiB of header each, 64 KiB of a part in memory, and the given total. */
    public static MultipartLimits total(long maxTotal) {
        return new MultipartLimits(100, 8 * 1024, maxTotal, 64 * 1024);
    }
}
