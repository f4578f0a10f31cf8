package io.jumpmq.broker.loop;

/** What a loop runs on: one thread, its clock and its timer. The rim provides it; tests step through a simulated one. */
public interface LoopThread {
    /** Has the thread run {@code task} after what it was given before. Any thread may call this. */
    void execute(Runnable task);

    /** Has the thread run {@code task} in about {@code delayMillis}. To be called on the thread itself. */
    void schedule(Runnable task, long delayMillis);

    /** Milliseconds since 1970, by a clock that does not jump: for what is due after a while. */
    long nowMillis();

    /** Milliseconds since 1970 as the machine's clock has them, which may be set: for what people read. */
    default long wallMillis() {
        return nowMillis();
    }

    /** How long it has worked, in nanoseconds of a processor; -1: it cannot tell. Any thread may call this. */
    default long busyNanos() {
        return -1;
    }

    /** Told of what a receiver or a task threw; the loop goes on. */
    void failed(Throwable failure);
}
