/* Copyright the Carrel authors. */
package dev.carrel.manager.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Turns Docker's report of each layer into one percentage that never falls. */
final class PullProgress extends ResultCallback.Adapter<PullResponseItem> {
    private final BiConsumer<Integer, String> listener;
    private final Map<String, Double> layers = new HashMap<>();
    private int told = -1;
    private @Nullable String fault;

    PullProgress(BiConsumer<Integer, String> listener) {
        this.listener = listener;
    }

    @Override
    public synchronized void onNext(PullResponseItem item) {
        ResponseItem.ErrorDetail detail = item.getErrorDetail();
        if (item.isErrorIndicated()) {
            fault = detail == null || detail.getMessage() == null ? "the registry refused" : detail.getMessage();
            return;
        }
        String id = item.getId();
        String status = item.getStatus();
        if (id == null || status == null) {
            return;
        }
        Double part = part(status, item.getProgressDetail());
        if (part != null) {
            layers.merge(id, part, Math::max);
            tell();
        }
    }

    /** Fetching a layer is four fifths of the work, unpacking it the rest. */
    private static @Nullable Double part(String status, ResponseItem.@Nullable ProgressDetail detail) {
        double done = 0;
        if (detail != null && detail.getCurrent() != null && detail.getTotal() != null && detail.getTotal() > 0) {
            done = Math.min(1.0, (double) detail.getCurrent() / detail.getTotal());
        }
        return switch (status) {
            case "Pulling fs layer", "Waiting" -> 0.0;
            case "Downloading" -> 0.8 * done;
            case "Verifying Checksum", "Download complete" -> 0.8;
            case "Extracting" -> 0.8 + 0.2 * done;
            case "Pull complete", "Already exists" -> 1.0;
            default -> null;
        };
    }

    private void tell() {
        double sum = layers.values().stream().mapToDouble(Double::doubleValue).sum();
        long complete = layers.values().stream().filter(p -> p >= 1.0).count();
        int percent = (int) (100 * sum / layers.size());
        if (percent > told) {
            told = percent;
            listener.accept(percent, "Fetching the image: " + complete + " of " + layers.size() + " layers");
        }
    }

    synchronized Optional<String> fault() {
        return Optional.ofNullable(fault);
    }
}
