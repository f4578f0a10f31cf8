package io.jumpmq.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A second protocol, as small as one can be: clients begin with PING and four bytes, and each line is answered with PONG for PING. */
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
    public Connection open(long header, ConnectionContext context) {
        return new PingConnection(context);
    }

    /** A line in, a line out; any other than PING ends it. */
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
            } else {
                context.listener().failed("not a PING: " + line);
                end();
            }
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
