/* Copyright the Carrel authors. */
package dev.carrel.chassis.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Configures Logback in code: there is no logging file to get wrong. Called once, before anything else starts. */
public final class LogSetup {
    private LogSetup() {}

    /** Replaces whatever was configured. Files are {@code folder/name.log}. */
    public static void apply(LogSettings settings, Path folder, String name) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(settings.level().name()));
        quieten(context);
        if (settings.console()) {
            ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
            attach(context, root, console, settings);
        }
        if (settings.file()) {
            attach(context, root, rolling(context, settings, folder.resolve(name + ".log")), settings);
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    private static void quieten(LoggerContext context) {
        for (String noisy :
                new String[] {"io.netty", "com.github.dockerjava", "org.jooq", "com.zaxxer.hikari", "freemarker"}) {
            context.getLogger(noisy).setLevel(Level.WARN);
        }
        // The leak detector speaks at ERROR; nothing quieter than that may hide it.
        context.getLogger("io.netty.util.ResourceLeakDetector").setLevel(Level.ERROR);
    }

    private static RollingFileAppender<ILoggingEvent> rolling(LoggerContext context, LogSettings settings, Path file) {
        RollingFileAppender<ILoggingEvent> appender = new LogFile();
        appender.setContext(context);
        appender.setFile(file.toString());
        FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(appender);
        window.setFileNamePattern(file + ".%i");
        window.setMinIndex(1);
        window.setMaxIndex(Math.min(settings.filesKept(), 20));
        window.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(settings.fileSize().bytes()));
        size.start();
        appender.setRollingPolicy(window);
        appender.setTriggeringPolicy(size);
        return appender;
    }

    private static void attach(
            LoggerContext context, Logger root, OutputStreamAppender<ILoggingEvent> appender, LogSettings settings) {
        LineLayout layout = new LineLayout(settings.format() == LogSettings.Format.JSON);
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        root.addAppender(appender);
    }
}
