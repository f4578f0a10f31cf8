package io.jumpmq.store;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether a store has failed, which it does once and for good. Any thread. */
final class StoreFailure {
    private final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();
    private final Consumer<Throwable> onFailure;

    StoreFailure(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
    }

    boolean isThere() {
        return cause.get() != null;
    }

    /** It has failed; what comes after the first is not told. */
    void fail(Throwable what) {
        if (cause.compareAndSet(null, what)) {
            onFailure.accept(what);
        }
    }
}
