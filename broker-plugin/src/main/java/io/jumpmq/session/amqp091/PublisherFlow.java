package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.Congestion;
import io.jumpmq.session.ConnectionInfo;

/** Whether an open connection may publish now: not while the broker cannot take more, and less while a queue of its is throttled. */
final class PublisherFlow {
    /** How long a connection waits before it asks again whether the broker can take more. */
    static final long CONGESTED_MILLIS = 20;

    /** After a read of up to 128 kB: what limits a publisher to some 60 MB/s while it is throttled. */
    private static final long THROTTLE_MILLIS = 2;

    /** For so long after it was throttled a connection's state is "flow". */
    private static final long FLOW_MILLIS = 1_000;

    private final OpenConnection connection;
    private boolean publishes;
    private boolean blocked;
    private boolean throttled;
    private long throttledMillis;

    PublisherFlow(OpenConnection connection) {
        this.connection = connection;
    }

    /** It publishes: only then is it kept from it. */
    void publishing() {
        publishes = true;
    }

    /** It has published into a throttled queue. */
    void throttle() {
        throttled = true;
    }

    /** How long it must not be read now, in milliseconds; its client is told when an alarm begins and ends. */
    long pauseMillis() {
        Congestion congestion = publishes ? connection.context().broker().congestion() : Congestion.NONE;
        boolean alarm = congestion.isAlarm();
        if (alarm != blocked) {
            blocked = alarm;
            if (connection.client().wants("connection.blocked")) {
                connection.send(
                        0,
                        alarm ? new Method.ConnectionBlocked(congestion.reason()) : new Method.ConnectionUnblocked());
            }
        }
        long throttleMillis = throttled ? THROTTLE_MILLIS : 0;
        if (throttled) {
            throttled = false;
            throttledMillis = connection.nowMillis();
        }
        return congestion == Congestion.NONE ? throttleMillis : CONGESTED_MILLIS;
    }

    ConnectionInfo.State state() {
        if (blocked) {
            return ConnectionInfo.State.BLOCKED;
        }
        return connection.nowMillis() - throttledMillis < FLOW_MILLIS
                ? ConnectionInfo.State.FLOW
                : ConnectionInfo.State.RUNNING;
    }
}
