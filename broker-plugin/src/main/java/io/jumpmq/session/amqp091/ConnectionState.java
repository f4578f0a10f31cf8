package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.Method;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.value.AmqpException;
import org.jspecify.annotations.Nullable;

/** Where a connection is in its life. A state holds exactly what is known by then; {@link ConnectionMachine} goes from one to the next. */
interface ConnectionState {
    /** A method on channel 0, other than those that close. */
    void onMethod(Method method);

    /** A frame on another channel. */
    default void onChannelFrame(InboundFrames frame) {
        throw frame.unexpected();
    }

    /**
     * A mistake on a channel.
     *
     * @return whether that closes the channel alone
     */
    default boolean failChannel(int number, AmqpException failure, int methodId) {
        return false;
    }

    /** Its client is told why the connection ends: not if it is a stranger, to whom nothing is owed. */
    default boolean owesGoodbye() {
        return true;
    }

    /** How long the socket must not be read for what the broker can take of it, in milliseconds. */
    default long pauseMillis() {
        return 0;
    }

    /** The client may have read something: what waits for that goes on. */
    default void writeWaiting() {}

    /** To be called about every second. */
    default void onTick(long nowMillis) {}

    /** The channels end; then, when what they held is back in its queues, it goes on. */
    default void closeChannels(Runnable then) {
        then.run();
    }

    /** Gives up what belongs to this connection alone, then goes on. */
    default void release(Runnable then) {
        then.run();
    }

    default @Nullable ConnectionInfo describe(ConnectionInfo.Socket socket) {
        return null;
    }

    /** connection.close was sent or answered; all else is ignored. */
    record Closing(ConnectionMachine machine, long sinceMillis) implements ConnectionState {
        @Override
        public void onMethod(Method method) {} // Whatever was on its way.

        @Override
        public void onChannelFrame(InboundFrames frame) {}

        @Override
        public void onTick(long nowMillis) {
            if (nowMillis - sinceMillis > machine.context().settings().handshakeMillis()) {
                machine.close(); // Its client owes an answer, and had time enough to give it.
            }
        }
    }

    /** The socket is to be closed; what was begun before ends when it is. */
    record Ending(ConnectionState left) implements ConnectionState {
        @Override
        public void onMethod(Method method) {}

        @Override
        public void closeChannels(Runnable then) {
            left.closeChannels(then);
        }

        @Override
        public void release(Runnable then) {
            left.release(then);
        }
    }

    /** The socket is gone. */
    record Closed() implements ConnectionState {
        @Override
        public void onMethod(Method method) {}
    }
}
