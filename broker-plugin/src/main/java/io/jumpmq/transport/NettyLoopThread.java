package io.jumpmq.transport;

import io.jumpmq.broker.loop.LoopThread;
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
    private final Consumer<Throwable> onFatal;

    NettyLoopThread(EventLoop eventLoop, Consumer<Throwable> onFatal) {
        this.eventLoop = eventLoop;
        this.onFatal = onFatal;
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
        return System.currentTimeMillis();
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
        if (failure instanceof VirtualMachineError) {
            onFatal.accept(failure);
        }
        LOG.error("A defect in JumpMQ; the loop goes on, but what it was doing is lost. Please report this.", failure);
    }
}
