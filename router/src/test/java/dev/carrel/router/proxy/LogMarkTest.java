/* Copyright the Carrel authors. */
package dev.carrel.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.chassis.log.MoreLines;
import dev.carrel.http.log.RequestLog;
import org.junit.jupiter.api.Test;

/** The log of requests and the log files know each other by a mark's name only. */
class LogMarkTest {
    @Test
    void theLogOfRequestsMarksItsLinesSoThatTheFilesKnowIt() {
        assertThat(RequestLog.MORE_FOLLOW).isSameAs(MoreLines.FOLLOW);
    }
}
