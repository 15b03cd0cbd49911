/* Copyright the Carrel authors. */
package dev.carrel.plugin.usage;

/**
 * What was used.
 *
 * @param of a person, an image or a day
 * @param sessions that have ended
 * @param failed of these, otherwise than they should
 * @param seconds that they could be used, together
 */
record Sum(String of, long sessions, long failed, long seconds) {
    Sum plus(SessionRow row) {
        return new Sum(of, sessions + 1, failed + (row.failed() ? 1 : 0), seconds + row.seconds());
    }
}
