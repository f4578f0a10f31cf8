package io.jumpmq.broker.loop;

/** What a loop runs on: one thread, its clock and its timer. The rim provides it; tests step through a simulated one. */
public interface LoopThread {
    /** Has the thread run {@code task} after what it was given before. Any thread may call this. */
    void execute(Runnable task);

    /** Has the thread run {@code task} in about {@code delayMillis}. To be called on the thread itself. */
    void schedule(Runnable task, long delayMillis);

    /** Milliseconds since 1970. */
    long nowMillis();

    /** Told of what a receiver or a task threw; the loop goes on. */
    void failed(Throwable failure);
}
