/* Copyright the Carrel authors. */
package dev.carrel.http.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.function.LongSupplier;

/**
 * Looks for the next event for a moment before it sleeps. A request's way through a proxy is a row of short waits, and waking a thread that
 * sleeps takes the kernel as long as all that the thread then does. Whenever something happened, the loop asks again and again for the given
 * time; between two looks it leaves its processor to whoever wants it, so that a machine that is busy loses nothing. A loop on which nothing
 * happens sleeps as ever.
 */
final class BusyPollingIoHandler implements IoHandler {
    private final IoHandler handler;
    private final long nanos;
    private final LongSupplier clock;
    private final Runnable breath;
    private boolean attentive;
    private long lastEvent;

    /**
     * A handler around another.
     *
     * @param nanos for how long it looks after each event
     * @param clock nanoseconds from any start
     * @param breath run between two looks
     */
    BusyPollingIoHandler(IoHandler handler, long nanos, LongSupplier clock, Runnable breath) {
        this.handler = handler;
        this.nanos = nanos;
        this.clock = clock;
        this.breath = breath;
    }

    /** Handlers that poll for so many microseconds; those of the factory itself for zero. */
    static IoHandlerFactory around(IoHandlerFactory factory, int micros) {
        if (micros == 0) {
            return factory;
        }
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new BusyPollingIoHandler(
                        factory.newHandler(executor),
                        micros * 1_000L,
                        System::nanoTime,
                        BusyPollingIoHandler::letOthersRun);
            }

            @Override
            public boolean isChangingThreadSupported() {
                return factory.isChangingThreadSupported();
            }
        };
    }

    /** A hint that changes only who runs first: nothing here relies on it, but those whose answer we wait for may need our processor. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void letOthersRun() {
        Thread.yield();
    }

    @Override
    public int run(IoHandlerContext context) {
        if (attentive && context.canBlock()) {
            IoHandlerContext look = new Look(context);
            while (clock.getAsLong() - lastEvent < nanos) {
                int handled = handler.run(look);
                if (handled > 0 || !context.canBlock()) {
                    return noted(handled);
                }
                breath.run();
            }
            attentive = false;
        }
        return noted(handler.run(context));
    }

    private int noted(int handled) {
        if (handled > 0) {
            attentive = true;
            lastEvent = clock.getAsLong();
        }
        return handled;
    }

    @Override
    public void initialize() {
        handler.initialize();
    }

    @Override
    public void prepareToDestroy() {
        handler.prepareToDestroy();
    }

    @Override
    public void destroy() {
        handler.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return handler.register(handle);
    }

    @Override
    public void wakeup() {
        handler.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return handler.isCompatible(handleType);
    }

    /** The loop's context, in which nobody may block. */
    private record Look(IoHandlerContext context) implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return context.delayNanos(currentTimeNanos);
        }

        @Override
        public long deadlineNanos() {
            return context.deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long activeNanos) {
            context.reportActiveIoTime(activeNanos);
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return context.shouldReportActiveIoTime();
        }
    }
}
