package io.jumpmq.transport;

import io.jumpmq.broker.loop.LoopThread;
import io.jumpmq.broker.loop.SteadyClock;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loop of the broker on an event loop of Netty's. */
@SuppressWarnings("FutureReturnValueIgnored") // A task of the loop tells of its failure itself.
final class NettyLoopThread implements LoopThread {
    private static final Logger LOG = LoggerFactory.getLogger(NettyLoopThread.class);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final EventLoop eventLoop;
    private final SteadyClock clock;

    NettyLoopThread(EventLoop eventLoop, SteadyClock clock) {
        this.eventLoop = eventLoop;
        this.clock = clock;
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

    @Override
    public void failed(Throwable failure) {
        LOG.error("A defect in JumpMQ; the loop goes on, but what it was doing is lost. Please report this.", failure);
    }
}
