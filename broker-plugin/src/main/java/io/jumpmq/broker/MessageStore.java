package io.jumpmq.broker;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.LogListener;
import io.jumpmq.broker.queue.MessageLog;
import io.jumpmq.broker.queue.VolatileLog;
import io.jumpmq.metrics.StoreFigures;
import java.util.List;

/** Where the node keeps messages. */
public interface MessageStore {
    /** Keeps nothing. */
    MessageStore VOLATILE = new MessageStore() {
        @Override
        public MessageLog open(long queue, Loop home, LogListener listener) {
            return VolatileLog.INSTANCE;
        }

        @Override
        public LogListener.Recovered recovered(long queue) {
            return LogListener.Recovered.NOTHING;
        }

        @Override
        public Congestion congestion() {
            return Congestion.NONE;
        }

        @Override
        public StoreFigures figures() {
            return StoreFigures.NONE;
        }

        @Override
        public List<DamagedMessage> damaged() {
            return List.of();
        }

        @Override
        public int damaged(long queue) {
            return 0;
        }

        @Override
        public long diskLimitBytes() {
            return 0;
        }

        @Override
        public void limitDisk(long bytes) {
            throw new IllegalArgumentException("nothing is kept on a disk: there is no data directory");
        }
    };

    /**
     * The log of one queue. On the queue's loop, or before the loops run.
     *
     * @param queue its id
     * @param home its loop
     */
    MessageLog open(long queue, Loop home, LogListener listener);

    /** What was found of a queue when the store was opened; empty once the queue has been deleted. */
    LogListener.Recovered recovered(long queue);

    /** Whether it cannot take more for now. Any thread. */
    Congestion congestion();

    /** How it stands, for operators. Any thread. */
    StoreFigures figures();

    /** Messages that it cannot read any more, the first thousand of them. Any thread. */
    List<DamagedMessage> damaged();

    /** How many they are of one queue, by its id. Any thread. */
    int damaged(long queue);

    /** Publishers wait while the disk has less than this left. Any thread. */
    long diskLimitBytes();

    /**
     * Has them wait at another limit, until the next start. Any thread.
     *
     * @throws IllegalArgumentException when there is no disk
     */
    void limitDisk(long bytes);
}
