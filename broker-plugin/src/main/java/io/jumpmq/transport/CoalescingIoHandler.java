package io.jumpmq.transport;

import io.jumpmq.broker.loop.Coalescing;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A loop's sockets, asked a little later when {@link Coalescing} says so. */
final class CoalescingIoHandler implements IoHandler {
    private final IoHandler sockets;
    private final Coalescing coalescing;
    private final Consumer<Throwable> onFatal;

    CoalescingIoHandler(IoHandler sockets, Coalescing coalescing, Consumer<Throwable> onFatal) {
        this.sockets = sockets;
        this.coalescing = coalescing;
        this.onFatal = onFatal;
    }

    @Override
    public int run(IoHandlerContext context) {
        if (context.canBlock()) {
            long now = System.nanoTime();
            long pause = coalescing.nextPause(now);
            if (pause > 0 && context.delayNanos(now) > pause) {
                LockSupport.parkNanos(this, pause);
            }
        }
        try {
            return sockets.run(context);
        } catch (Error e) {
            onFatal.accept(e); // It is the end of this thread, and with it of all its queues.
            throw e;
        }
    }

    @Override
    public void initialize() {
        sockets.initialize();
    }

    @Override
    public void prepareToDestroy() {
        sockets.prepareToDestroy();
    }

    @Override
    public void destroy() {
        sockets.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return sockets.register(handle);
    }

    @Override
    public void wakeup() {
        sockets.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return sockets.isCompatible(handleType);
    }
}
