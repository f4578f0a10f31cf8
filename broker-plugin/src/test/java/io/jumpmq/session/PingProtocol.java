package io.jumpmq.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jumpmq.broker.Publisher;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.broker.queue.QueuePort;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A second protocol, as small as one can be: clients begin with PING and four bytes, then send lines. PING is answered with PONG;
 * {@code PUT queue text} publishes, and is answered with the number of queues that take it. Any other line is a mistake.
 */
public final class PingProtocol implements Protocol {
    private static final int PING = 0x50494e47;

    @Override
    public String name() {
        return "PING";
    }

    @Override
    public long header() {
        return (long) PING << Integer.SIZE;
    }

    @Override
    public boolean recognizes(long header) {
        return header >>> Integer.SIZE == PING;
    }

    @Override
    public List<MessageFormat> formats() {
        return List.of(PingFormat.INSTANCE);
    }

    @Override
    public Connection open(long header, ConnectionContext context) {
        return new PingConnection(context);
    }

    /** A line in, a line out. */
    private static final class PingConnection implements Connection {
        private final ConnectionContext context;
        private boolean closed;

        PingConnection(ConnectionContext context) {
            this.context = context;
        }

        @Override
        public void onBytes(ByteBuf in) {
            int length = in.bytesBefore((byte) '\n');
            while (length >= 0 && !closed) {
                onLine(in.readCharSequence(length, US_ASCII).toString());
                in.skipBytes(1);
                length = in.bytesBefore((byte) '\n');
            }
        }

        private void onLine(String line) {
            if (line.equals("PING")) {
                say("PONG");
            } else if (line.startsWith("PUT ")) {
                String[] words = line.split(" ", 3);
                say(String.valueOf(publish(words[1], words[2])));
            } else {
                context.listener().failed("no such request: " + line);
                end();
            }
        }

        private int publish(String queue, String text) {
            VirtualHost vhost =
                    Objects.requireNonNull(context.broker().catalog().vhost("/"));
            Message message = new Message(
                    VirtualHost.DEFAULT_EXCHANGE,
                    queue.getBytes(US_ASCII),
                    PingFormat.ofClients(context.name()),
                    PingFormat.INSTANCE.body(text.getBytes(US_ASCII)));
            Publisher publisher = new Publisher(context.broker().catalog(), vhost, context.loop());
            QueuePort[] queues = publisher.route(vhost.requireExchange(VirtualHost.DEFAULT_EXCHANGE), message);
            publisher.send(message, queues);
            return queues.length;
        }

        private void say(String line) {
            context.output().reserve(line.length() + 1).writeBytes((line + "\n").getBytes(US_ASCII));
        }

        private void end() {
            closed = true;
            context.output().close();
        }

        @Override
        public boolean isSuspended() {
            return false;
        }

        @Override
        public long pauseMillis() {
            return 0;
        }

        @Override
        public void onWritable() {}

        @Override
        public void onTick(long nowMillis) {}

        @Override
        public void shutDown(String reason) {
            say("BYE");
            end();
        }

        @Override
        public void defect(Throwable defect) {
            context.loop().survived(defect);
            end();
        }

        @Override
        public void onClosed() {
            closed = true;
        }

        @Override
        public @Nullable ConnectionInfo describe(ConnectionInfo.Socket socket) {
            return null;
        }
    }
}
