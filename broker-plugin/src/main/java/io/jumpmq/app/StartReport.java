package io.jumpmq.app;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what a start is at while it takes long: an operator sees that it goes on, or what it waits for. */
@SuppressWarnings("FutureReturnValueIgnored") // It ends with the timer.
final class StartReport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.server");
    private static final long FIRST_MILLIS = 2_000;
    private static final long EVERY_MILLIS = 5_000;

    private final long startedNanos = System.nanoTime();
    private final Consumer<String> output;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "jumpmq-start-report");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Supplier<String> stage = () -> "nothing yet";

    StartReport() {
        this(LOG::warn, FIRST_MILLIS, EVERY_MILLIS);
    }

    StartReport(Consumer<String> output, long firstMillis, long everyMillis) {
        this.output = output;
        timer.scheduleWithFixedDelay(this::tell, firstMillis, everyMillis, TimeUnit.MILLISECONDS);
    }

    /** The start goes on with this. */
    void at(String what) {
        stage = () -> what;
    }

    /** As {@link #at(String)}, with how far it is: asked for, on another thread, when it is told. */
    void at(Supplier<String> what) {
        stage = what;
    }

    private void tell() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos);
        output.accept("Still starting after " + seconds + " s: " + stage.get());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
