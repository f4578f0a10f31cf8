package io.jumpmq.store;

import io.jumpmq.store.MessageSegments.Commit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one round of writing has brought.
 *
 * @param commit null: no messages
 * @param journal whether the catalog's journal was written to
 * @param logs the queues that persistent messages are from
 * @param durableTo up to where each of them is durable with this
 * @param recorded run when this is flushed
 * @param deleted queues
 * @param bytes about how much memory it keeps from being freed
 * @param last whether the store stops with it
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Written(
        @Nullable Commit commit,
        boolean journal,
        List<QueueLog> logs,
        long[] durableTo,
        List<Runnable> recorded,
        List<Long> deleted,
        long bytes,
        boolean last) {
    /** Tells the queues. */
    void tellQueues() {
        for (int i = 0; i < durableTo.length; i++) {
            logs.get(i).listener.durable(durableTo[i]);
        }
    }
}
