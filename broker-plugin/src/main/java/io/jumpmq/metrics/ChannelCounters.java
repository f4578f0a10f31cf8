package io.jumpmq.metrics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one channel has done, and, through it, what all channels of its loop have: each count goes to both. Numbers only
 * grow.
 */
public final class ChannelCounters {
    /** Upper bounds of the classes of message sizes, in bytes; the last class is open. */
    public static final List<Long> SIZE_BOUNDS =
            List.of(100L, 1_000L, 10_000L, 100_000L, 1_000_000L, 10_000_000L, 50_000_000L, 100_000_000L);

    private static final long[] BOUNDS =
            SIZE_BOUNDS.stream().mapToLong(Long::longValue).toArray();

    private final @Nullable ChannelCounters loop;
    private final DeliveryCounters classic = new DeliveryCounters();
    private final DeliveryCounters quorum = new DeliveryCounters();
    private long published;
    private long publishedToConfirm;
    private long routed;
    private long confirmed;
    private long returned;
    private long dropped;
    private final long[] sizes;
    private long bytes;
    private long channelsOpened;
    private long channelsClosed;

    private ChannelCounters(@Nullable ChannelCounters loop, int sizeClasses) {
        this.loop = loop;
        this.sizes = new long[sizeClasses];
    }

    /** Those of a loop. */
    public static ChannelCounters ofLoop() {
        return new ChannelCounters(null, BOUNDS.length + 1);
    }

    /** Those of a channel on the loop that {@code loop} counts for. */
    public static ChannelCounters ofChannel(ChannelCounters loop) {
        return new ChannelCounters(loop, 0);
    }

    /** A channel's loop's; a loop's own. */
    private ChannelCounters total() {
        return loop == null ? this : loop;
    }

    /** A message came in. */
    public void published(boolean toConfirm, int bodyBytes) {
        published++;
        ChannelCounters total = total();
        total.published++;
        if (toConfirm) {
            publishedToConfirm++;
            total.publishedToConfirm++;
        }
        int size = 0;
        while (size < BOUNDS.length && bodyBytes > BOUNDS[size]) {
            size++;
        }
        total.sizes[size]++;
        total.bytes += bodyBytes;
    }

    /** A message has found a queue. */
    public void routed() {
        routed++;
        total().routed++;
    }

    /** A message has found none: it was returned to its publisher, or dropped. */
    public void unroutable(boolean wasReturned) {
        ChannelCounters total = total();
        if (wasReturned) {
            returned++;
            total.returned++;
        } else {
            dropped++;
            total.dropped++;
        }
    }

    /** Publishers were told that so many messages are safe. */
    public void confirmed(long count) {
        confirmed += count;
        total().confirmed += count;
    }

    /** A message went to a consumer. */
    public void delivered(boolean isQuorum, boolean noAck, boolean again) {
        of(isQuorum).delivered(noAck, again);
        total().of(isQuorum).delivered(noAck, again);
    }

    /** A message was fetched. */
    public void got(boolean isQuorum, boolean noAck, boolean again) {
        of(isQuorum).got(noAck, again);
        total().of(isQuorum).got(noAck, again);
    }

    /** A message was to be fetched, and none was there. */
    public void gotNothing(boolean isQuorum) {
        of(isQuorum).gotNothing();
        total().of(isQuorum).gotNothing();
    }

    /** A message was acknowledged. */
    public void acknowledged(boolean isQuorum) {
        of(isQuorum).acknowledged();
        total().of(isQuorum).acknowledged();
    }

    public void channelOpened() {
        channelsOpened++;
    }

    public void channelClosed() {
        channelsClosed++;
    }

    /** What went out of queues of one type. */
    public DeliveryCounters of(boolean isQuorum) {
        return isQuorum ? quorum : classic;
    }

    /** Messages that came in. */
    public long published() {
        return published;
    }

    /** How many of them came on a channel in confirm mode. */
    public long publishedToConfirm() {
        return publishedToConfirm;
    }

    /** How many of them found a queue. */
    public long messagesRouted() {
        return routed;
    }

    public long confirmed() {
        return confirmed;
    }

    /** Messages that found no queue and were returned. */
    public long returned() {
        return returned;
    }

    /** Messages that found no queue and were dropped. */
    public long dropped() {
        return dropped;
    }

    /** How many messages of a class of sizes came in, on a loop: {@link #SIZE_BOUNDS}, and one more for those beyond. */
    public long ofSize(int sizeClass) {
        return sizes[sizeClass];
    }

    /** Sum of the sizes of all bodies that came in, on a loop. */
    public long bytes() {
        return bytes;
    }

    /** On a loop. */
    public long channelsOpened() {
        return channelsOpened;
    }

    /** On a loop. */
    public long channelsClosed() {
        return channelsClosed;
    }
}
