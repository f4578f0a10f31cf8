package io.jumpmq.store;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.ChangeCodec;
import io.jumpmq.broker.queue.DeathReason;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/** Records in words, for people who look into a store's files. */
final class RecordText {
    private RecordText() {}

    /** The name of its type. */
    static String type(ByteBuffer in, int at) {
        return switch (in.get(at)) {
            case Records.START -> "start";
            case Records.MESSAGE -> (in.get(at + 1) & Records.PERSISTENT) != 0 ? "message" : "paged";
            case Records.DELETED -> "deleted";
            case Records.RANGE_DELETED -> "range-deleted";
            case Records.QUEUE_DELETED -> "queue-deleted";
            case Records.RETURNED -> "returned";
            case Records.FLUSHED -> "flushed";
            case Records.SEEN -> "seen";
            case Records.STOPPED -> "stopped";
            case Records.CHANGE -> "change";
            case Records.DECIDING -> "deciding";
            case Records.DECIDED -> "decided";
            case Records.RETRACTED -> "retracted";
            case Records.DAMAGED -> "damaged";
            default -> "unknown";
        };
    }

    /**
     * What it says.
     *
     * @param queue names a queue
     * @return empty when that makes no sense
     */
    static String what(ByteBuffer in, int at, int length, LongFunction<String> queue) {
        if (length < Records.minLength(in, at)) {
            return "";
        }
        return switch (in.get(at)) {
            case Records.START -> "after segment " + in.getLong(at + 1) + " which ends at " + in.getLong(at + 9);
            case Records.MESSAGE -> {
                Integer body = Records.bodyBytes(in, at, length);
                yield body == null
                        ? ""
                        : queue.apply(in.getLong(at + 2)) + " position " + in.getLong(at + 10) + " body " + body
                                + (Records.format(in, at) == 0 ? "" : " format " + Records.format(in, at));
            }
            case Records.DELETED ->
                queue.apply(in.getLong(at + 1)) + ", " + in.getInt(at + 9) + " messages"
                        + (in.getInt(at + 9) == 0 ? "" : " from position " + in.getLong(at + 13));
            case Records.RANGE_DELETED ->
                queue.apply(in.getLong(at + 1)) + " positions " + in.getLong(at + 9) + " to " + in.getLong(at + 17);
            case Records.QUEUE_DELETED -> queue.apply(in.getLong(at + 1));
            case Records.RETURNED ->
                queue.apply(in.getLong(at + 1)) + " position " + in.getLong(at + 9) + " " + told(in.getInt(at + 17));
            case Records.SEEN -> queue.apply(in.getLong(at + 1)) + " up to position " + in.getLong(at + 9);
            case Records.FLUSHED -> "up to offset " + in.getLong(at + 9);
            case Records.STOPPED -> "in order";
            case Records.CHANGE -> {
                Change change = ChangeCodec.decode(in.slice(at + 1, length - 1));
                yield change == null ? "" : change.toString();
            }
            case Records.DECIDING, Records.DECIDED -> {
                List<Change> changes = Records.changes(in, at, length);
                yield changes == null
                        ? ""
                        : changes.stream().map(Change::toString).collect(Collectors.joining("; "));
            }
            case Records.RETRACTED -> "the decision before";
            case Records.DAMAGED ->
                queue.apply(in.getLong(at + 2)) + " position " + in.getLong(at + 10) + " found in "
                        + Segment.name(in.getLong(at + 18)) + " at " + in.getLong(at + 26);
            default -> "";
        };
    }

    private static String told(int fate) {
        DeathReason reason = Fate.reason(fate);
        return reason == null ? "for the " + Fate.count(fate) + ". time" : "to be dead-lettered: " + reason.text();
    }
}
