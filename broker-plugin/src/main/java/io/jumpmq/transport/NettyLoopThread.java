package io.jumpmq.transport;

import io.jumpmq.broker.loop.LoopThread;
import io.jumpmq.broker.loop.SteadyClock;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loop of the broker on an event loop of Netty's. */
@SuppressWarnings("FutureReturnValueIgnored") // A task of the loop tells of its failure itself.
final class NettyLoopThread implements LoopThread {
    private static final Logger LOG = LoggerFactory.getLogger(NettyLoopThread.class);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final EventLoop eventLoop;
    private final SteadyClock clock;
    private final Consumer<Throwable> onDefect;

    NettyLoopThread(EventLoop eventLoop, SteadyClock clock, Consumer<Throwable> onDefect) {
        this.eventLoop = eventLoop;
        this.clock = clock;
        this.onDefect = onDefect;
    }

    @Override
    public void execute(Runnable task) {
        unlessStopped(() -> eventLoop.execute(task));
    }

    @Override
    public void schedule(Runnable task, long delayMillis) {
        unlessStopped(() -> eventLoop.schedule(task, delayMillis, TimeUnit.MILLISECONDS));
    }

    /** When the broker stops, the store still has something to tell when nobody listens any more. */
    private void unlessStopped(Runnable request) {
        try {
            request.run();
        } catch (RejectedExecutionException e) {
            if (!eventLoop.isShuttingDown()) {
                throw e;
            }
        }
    }

    @Override
    public long nowMillis() {
        return clock.nowMillis();
    }

    @Override
    public long wallMillis() {
        return clock.wallMillis();
    }

    @Override
    public long busyNanos() {
        return eventLoop instanceof SingleThreadEventExecutor executor && THREADS.isThreadCpuTimeSupported()
                ? THREADS.getThreadCpuTime(executor.threadProperties().id())
                : -1;
    }

    /** Where memory has run out nobody can tell what is half done: a queue, the catalog. */
    @Override
    public void failed(Throwable failure) {
        onDefect.accept(failure); // First of all: there may be no memory for a word.
        LOG.error(
                "A defect in JumpMQ: it stops in order, for nobody knows what was left half done. What was confirmed is"
                        + " safe. Start it again, and please report this.",
                failure);
    }

    @Override
    public void survived(Throwable defect) {
        LOG.error("A defect in JumpMQ: whoever asked for this was given an error. Please report it.", defect);
    }
}
