/* Copyright the Carrel authors. */
package dev.carrel.engine.function;

/**
 * When a function runs by itself, and with what. Immutable; checked by {@link ScheduleRules} when it was published.
 *
 * @param cron five fields, or a name as {@code @hourly}
 * @param zone in whose time the fields are, as {@code Europe/Berlin}
 * @param handler empty for the default one
 * @param arguments a JSON array
 * @param keywords a JSON object
 */
public record ScheduleEntry(String cron, String zone, String handler, String arguments, String keywords) {
    /** One that hands nothing over to the default handler. */
    public static ScheduleEntry of(String cron, String zone) {
        return new ScheduleEntry(cron, zone, "", "[]", "{}");
    }

    /** Without what is handed over, which does not belong into logs. */
    @Override
    public String toString() {
        return "ScheduleEntry[" + cron + ", " + zone + ", " + handler + "]";
    }
}
