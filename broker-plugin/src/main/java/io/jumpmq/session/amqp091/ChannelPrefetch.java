package io.jumpmq.session.amqp091;

import java.util.ArrayDeque;

/**
 * A channel's own prefetch limit, which its consumers share. What is outstanding is counted all the time, so that a limit
 * holds from the moment it is set; while there is one, queues need credit for each delivery. As in RabbitMQ,
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

    /** Given to queues, and neither used by a delivery nor returned. */
    private int credit;

    private final ArrayDeque<ChannelConsumer> wanting = new ArrayDeque<>();

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
        giveCredit();
    }

    void wanted(ChannelConsumer consumer) {
        wanting.add(consumer);
        giveCredit();
    }

    /** A queue could not use so much of the credit that it got for a consumer. */
    void returned(ChannelConsumer consumer, int count) {
        consumer.useCredit(count);
        credit -= count;
        giveCredit();
    }

    /** A consumer's queue serves it no more: it wants nothing, and its credit is free. */
    void gone(ChannelConsumer consumer) {
        wanting.removeIf(one -> one == consumer);
        returned(consumer, consumer.credit());
    }

    /** Something arrived for a consumer. */
    void delivered(ChannelConsumer consumer) {
        if (consumer.needsCredit()) {
            consumer.useCredit(1);
            credit--;
        }
        if (!consumer.noAck()) {
            delivered++;
        } else {
            giveCredit();
        }
    }

    /** A delivery to a consumer was settled; {@link #giveCredit} has to follow. */
    void settledDelivery() {
        delivered--;
    }

    /** As {@link #settledDelivery}, for what was fetched. */
    void settledFetched(long tag) {
        if (tag < limitedFromTag && fetched > 0) {
            fetched--;
        }
    }

    void giveCredit() {
        while (!wanting.isEmpty() && (limit == 0 || delivered + fetched + credit < limit)) {
            credit++;
            wanting.remove().giveCredit();
        }
    }

    void clear() {
        wanting.clear();
    }
}
