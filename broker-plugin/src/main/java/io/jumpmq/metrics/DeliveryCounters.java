package io.jumpmq.metrics;

/** What went out to consumers, and what came of it. Numbers only grow. */
public final class DeliveryCounters {
    private long delivered;
    private long deliveredNoAck;
    private long got;
    private long gotNoAck;
    private long getEmpty;
    private long redelivered;
    private long acknowledged;

    /** A message went to a consumer. */
    public void delivered(boolean noAck, boolean again) {
        if (noAck) {
            deliveredNoAck++;
        } else {
            delivered++;
        }
        if (again) {
            redelivered++;
        }
    }

    /** A message was fetched. */
    public void got(boolean noAck, boolean again) {
        if (noAck) {
            gotNoAck++;
        } else {
            got++;
        }
        if (again) {
            redelivered++;
        }
    }

    /** A message was to be fetched, and none was there. */
    public void gotNothing() {
        getEmpty++;
    }

    public void acknowledged() {
        acknowledged++;
    }

    /** Deliveries that are to be acknowledged. */
    public long delivered() {
        return delivered;
    }

    public long deliveredNoAck() {
        return deliveredNoAck;
    }

    /** Fetches that are to be acknowledged. */
    public long got() {
        return got;
    }

    public long gotNoAck() {
        return gotNoAck;
    }

    public long getEmpty() {
        return getEmpty;
    }

    /** How many of the deliveries and fetches were not the message's first. */
    public long redelivered() {
        return redelivered;
    }

    /** How many messages were acknowledged. */
    public long acknowledgements() {
        return acknowledged;
    }
}
