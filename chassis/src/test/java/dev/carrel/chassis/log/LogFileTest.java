/* Copyright the Carrel authors. */
package dev.carrel.chassis.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    Path folder;

    @Test
    void aLineIsInTheFileAtOnceUnlessMoreFollow() throws Exception {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        Path path = folder.resolve("x.log");
        LogFile file = file(context, path);
        Logger logger = context.getLogger("some");
        logger.setLevel(Level.INFO);
        logger.addAppender(file);

        logger.info("first");
        assertThat(Files.readString(path)).contains("first");
        logger.info(MoreLines.FOLLOW, "second");
        assertThat(Files.readString(path)).doesNotContain("second");
        logger.info("third");
        assertThat(Files.readString(path)).containsSubsequence("first", "second", "third");
        file.stop();
    }

    private static LogFile file(LoggerContext context, Path path) {
        LogFile file = new LogFile();
        file.setContext(context);
        file.setFile(path.toString());
        FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(file);
        window.setFileNamePattern(path + ".%i");
        window.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(1_000_000));
        size.start();
        file.setRollingPolicy(window);
        file.setTriggeringPolicy(size);
        LineLayout layout = new LineLayout(false);
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        file.setEncoder(encoder);
        file.start();
        return file;
    }
}
