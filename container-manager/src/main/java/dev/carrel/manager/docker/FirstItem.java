/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.async.ResultCallback;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes the first item of a stream and ends it: Docker's "no stream" form of statistics waits for a second sample. */
final class FirstItem<T> extends ResultCallback.Adapter<T> {
    private volatile @Nullable T first;

    @Override
    public void onNext(T item) {
        if (first == null) {
            first = item;
            onComplete();
        }
    }

    Optional<T> item() {
        return Optional.ofNullable(first);
    }
}
