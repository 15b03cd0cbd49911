/* Copyright the Carrel authors. */
package dev.carrel.chassis.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;

/** A rolling log file: every line is there at once, but for those marked {@link MoreLines#FOLLOW}, which go with the next one that is not. */
final class LogFile extends RollingFileAppender<ILoggingEvent> {
    @Override
    protected void subAppend(ILoggingEvent event) {
        // Should two threads meet here, a line is out early or goes with that next one: none is lost.
        setImmediateFlush(
                event.getMarkerList() == null || !event.getMarkerList().contains(MoreLines.FOLLOW));
        super.subAppend(event);
    }
}
