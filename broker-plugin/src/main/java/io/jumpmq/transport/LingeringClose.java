package io.jumpmq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection that we close. A socket that is closed with input unread is reset, and a reset has the client's
 * system throw away what has come and was not read yet: the very words that say why. So what was written leaves, the output
 * ends (behind a close_notify with TLS), and input is read and dropped until the client has closed its side, too. That is bounded
 * in time and in bytes. On the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What fails shows as the end of the channel.
final class LingeringClose {
    private static final long MAX_MILLIS = 5_000;
    private static final long MAX_BYTES = 64 << 20;

    private final ChannelHandlerContext context;
    private final ScheduledFuture<?> deadline;
    private long droppedBytes;

    /** Begins it; all that is to be said was written. */
    LingeringClose(ChannelHandlerContext context) {
        this.context = context;
        SslHandler tls = context.pipeline().get(SslHandler.class);
        ChannelFuture said = tls == null ? context.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        said.addListener(done -> {
            if (!done.isSuccess()) {
                context.close();
            } else if (context.channel().isActive()) {
                endOutput();
            }
        });
        deadline = context.executor().schedule(() -> context.close(), MAX_MILLIS, TimeUnit.MILLISECONDS);
        context.channel().closeFuture().addListener(closed -> deadline.cancel(false));
        context.channel().config().setAutoRead(true);
    }

    private void endOutput() {
        if (context.pipeline().get(SslHandler.class) != null) {
            context.pipeline().remove(SslHandler.class); // What comes now need not be understood.
        }
        ((DuplexChannel) context.channel()).shutdownOutput();
    }

    /** Something has come. */
    void drop(ByteBuf input) {
        droppedBytes += input.readableBytes();
        input.release();
        if (droppedBytes > MAX_BYTES) {
            context.close();
        }
    }
}
