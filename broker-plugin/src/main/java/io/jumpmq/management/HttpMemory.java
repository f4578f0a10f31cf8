package io.jumpmq.management;

import java.util.concurrent.atomic.AtomicLong;

/** What the bodies and answers of one server, on their way, may take of the heap together. For any thread. */
final class HttpMemory {
    private static final int SHARE_OF_HEAP = 8;

    private final AtomicLong freeBytes;

    HttpMemory(long bytes) {
        freeBytes = new AtomicLong(bytes);
    }

    static HttpMemory ofHeap() {
        return new HttpMemory(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    /** @throws HttpError 503 when there is not so much */
    void take(long bytes) {
        if (freeBytes.addAndGet(-bytes) < 0) {
            give(bytes);
            throw new HttpError(
                    503,
                    "too_much_at_once",
                    "requests and answers on their way take all the memory that they may: try again later, ask for a page"
                            + " (page=1&page_size=500), or give the broker a larger heap");
        }
    }

    void give(long bytes) {
        freeBytes.addAndGet(bytes);
    }
}
