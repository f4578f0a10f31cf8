package io.jumpmq.transport;

import io.jumpmq.broker.loop.Coalescing;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.SteadyClock;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The broker's loops, one a core: epoll on Linux, the JDK's selectors elsewhere. */
public final class EventLoops implements AutoCloseable {
    private static final long STOP_SECONDS = 5;

    /** How long a loop sleeps that is woken for very little; the kernel adds up to 50 µs (a timer's slack on Linux). */
    private static final long PAUSE_NANOS = 100_000;

    /** A read that finds this much is worth its round. */
    private static final long FULL_BATCH_BYTES = 16 << 10;

    private final EventLoopGroup group;
    private final EventLoopGroup catalogGroup;
    private final Loop catalogLoop;
    private final List<Loop> loops = new ArrayList<>();
    private final IdentityHashMap<EventExecutor, Loop> byExecutor = new IdentityHashMap<>();
    private final IdentityHashMap<EventExecutor, Coalescing> coalescings = new IdentityHashMap<>();

    /**
     * Starts nothing yet: a thread starts with its loop's first task.
     *
     * @param onDefect told, by the loop, of what nobody expected and nobody answered for: the broker has to end
     */
    public EventLoops(int count, SteadyClock clock, Consumer<Throwable> onDefect) {
        IoHandlerFactory sockets = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        IoHandlerFactory coalesced = executor -> {
            Coalescing coalescing = new Coalescing(PAUSE_NANOS, FULL_BATCH_BYTES);
            coalescings.put((EventExecutor) executor, coalescing);
            return new CoalescingIoHandler(sockets.newHandler(executor), coalescing, onDefect);
        };
        group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("jumpmq-loop"), coalesced);
        for (EventExecutor executor : group) {
            Loop loop = new Loop(loops.size(), new NettyLoopThread((EventLoop) executor, clock, onDefect));
            loops.add(loop);
            byExecutor.put(executor, loop);
        }
        catalogGroup = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("jumpmq-catalog"), sockets);
        EventLoop thread = catalogGroup.next();
        catalogLoop = new Loop(loops.size(), new NettyLoopThread(thread, clock, onDefect));
        byExecutor.put(thread, catalogLoop);
    }

    /** The loops in their order. */
    public List<Loop> loops() {
        return List.copyOf(loops);
    }

    /** One more, without sockets: what takes long there keeps no client waiting that does not wait for it. */
    public Loop catalogLoop() {
        return catalogLoop;
    }

    Loop of(EventLoop eventLoop) {
        return known(byExecutor, eventLoop);
    }

    Coalescing coalescing(EventLoop eventLoop) {
        return known(coalescings, eventLoop);
    }

    private static <T> T known(IdentityHashMap<EventExecutor, T> all, EventLoop eventLoop) {
        T its = all.get(eventLoop);
        if (its == null) {
            throw new IllegalArgumentException("not one of these loops: " + eventLoop);
        }
        return its;
    }

    EventLoopGroup group() {
        return group;
    }

    static Class<? extends ServerChannel> serverChannel() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /**
     * Waits until all loops have done what they were told before, and what follows from that on loops up to so many hops away.
     * From any thread but theirs.
     *
     * @return whether they have, in that time
     */
    public boolean settle(int hops, long millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (int hop = 0; hop < hops; hop++) {
            CountDownLatch done = new CountDownLatch(byExecutor.size());
            // Behind what the thread has to do, then behind what the loop has.
            byExecutor.forEach((thread, loop) ->
                    thread.execute(() -> loop.submit((CountDownLatch latch) -> latch.countDown(), done)));
            try {
                if (!done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** Ends all threads. */
    @Override
    public void close() {
        group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        catalogGroup.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
