/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

/**
 * What was used.
 *
 * @param of a person, an image or a day
 */
record Sum(String of, Amount sessions, Amount calls, Amount tasks) {
    static Sum none(String of) {
        return new Sum(of, Amount.NONE, Amount.NONE, Amount.NONE);
    }

    Sum plus(Row row) {
        Amount more = row.amount();
        return switch (row) {
            case SessionRow _ -> new Sum(of, sessions.plus(more), calls, tasks);
            case FunctionRow _ -> new Sum(of, sessions, calls.plus(more), tasks);
            case TaskRow _ -> new Sum(of, sessions, calls, tasks.plus(more));
        };
    }

    long millis() {
        return sessions.millis() + calls.millis() + tasks.millis();
    }
}
