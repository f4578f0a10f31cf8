package io.jumpmq.session.amqp091;

import java.util.ArrayDeque;

/**
 * A channel's own prefetch limit, which its consumers share. What is outstanding is counted all the time, so that a limit
 * holds from the moment it is set; while there is one, queues ask for a grant before each delivery. As in RabbitMQ,
 * consumers that need not acknowledge wait while the limit is reached, too, though their deliveries do not count; what was
 * fetched counts when the limit is set, and is free afterwards.
 */
final class ChannelPrefetch {
    /** 0: none. */
    private int limit;

    /** Delivered to consumers and not settled. */
    private int delivered;

    /** Fetched before the limit was set, and not settled. */
    private int fetched;

    /** Deliveries below this tag were there when the limit was set. */
    private long limitedFromTag;

    /** Granted, and neither delivered nor given back. */
    private int granted;

    private final ArrayDeque<ChannelConsumer> wishes = new ArrayDeque<>();

    int limit() {
        return limit;
    }

    boolean isLimited() {
        return limit > 0;
    }

    /**
     * Sets another limit.
     *
     * @param outstanding how many deliveries, fetched ones among them, are not settled
     * @param nextTag of the next one
     */
    void limit(int newLimit, int outstanding, long nextTag) {
        if (limit == 0) {
            fetched = Math.max(0, outstanding - delivered);
            limitedFromTag = nextTag;
        }
        limit = newLimit;
        grantWishes();
    }

    void wanted(ChannelConsumer consumer) {
        wishes.add(consumer);
        grantWishes();
    }

    void returned(int count) {
        granted -= count;
        grantWishes();
    }

    /** Something arrived for a consumer. */
    void delivered(ChannelConsumer consumer) {
        if (consumer.needsGrants()) {
            granted--;
        }
        if (!consumer.noAck()) {
            delivered++;
        } else {
            grantWishes();
        }
    }

    /** A delivery to a consumer was settled; {@link #grantWishes} has to follow. */
    void settledDelivery() {
        delivered--;
    }

    /** As {@link #settledDelivery}, for what was fetched. */
    void settledFetched(long tag) {
        if (tag < limitedFromTag && fetched > 0) {
            fetched--;
        }
    }

    void grantWishes() {
        while (!wishes.isEmpty() && (limit == 0 || delivered + fetched + granted < limit)) {
            granted++;
            wishes.remove().grant();
        }
    }

    void clear() {
        wishes.clear();
    }
}
