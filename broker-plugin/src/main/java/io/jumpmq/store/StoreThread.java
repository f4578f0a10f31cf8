package io.jumpmq.store;

/** The threads of a store. */
final class StoreThread {
    private StoreThread() {}

    static Thread of(Runnable task, String what) {
        Thread thread = new Thread(task, "jumpmq-store-" + what);
        thread.setDaemon(true);
        return thread;
    }
}
