/* Copyright the Carrel authors. */
package dev.carrel.http.files;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds files by the segments of their name. Any thread; may block. */
interface AssetSource {

    /** Null when there is no such file. The segments are neither empty nor dots and hold no separators or NUL. */
    @Nullable
    Asset find(List<String> segments) throws IOException;
}
