package io.jumpmq.cli;

import io.jumpmq.cli.http.ManagementException;
import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingState;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring drain}: takes a queue off a ring, and waits until it is empty. */
@Command(
        name = "drain",
        description = {
            "Takes a queue off the ring, so that it gets no more messages, and waits until it is empty.",
            "Exits with 1 when it is not in time; it stays off the ring then."
        },
        mixinStandardHelpOptions = true)
final class RingDrainCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 500;

    private final Console console;

    @Parameters(index = "0", paramLabel = "EXCHANGE")
    private @Nullable String exchange;

    @Parameters(index = "1", paramLabel = "QUEUE")
    private @Nullable String queue;

    @Option(names = "--delete", description = "Delete the queue when it is empty.")
    private boolean delete;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "How long to wait. Default: for ever.")
    private @Nullable Long timeout;

    @Mixin
    private final MoveConsent consent = new MoveConsent();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    RingDrainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        String name = RingArguments.given(queue);
        LiveRing ring = broker.ring(RingArguments.given(exchange));
        RingState<String> before = ring.state();
        if (before.weights().containsKey(name)) {
            RingPlan<String> plan = RingPlan.of(before, Map.of(name, 0));
            console.print(RingReport.plan(ring.title(), plan));
            if (!consent.given(console, plan.change().movement().total())) {
                return JumpMqCommand.NO;
            }
            ring.set(Map.of(name, 0), before.epoch());
            console.print("Done: " + name + " is off the ring. Its messages are waited for.\n");
        }
        console.flush(); // It may take long, and be broken off.
        long deadline = timeout == null ? Long.MAX_VALUE : System.nanoTime() + TimeUnit.SECONDS.toNanos(timeout);
        long left = ring.messages(name);
        while (left > 0 || !gone(ring, name)) {
            if (timeout != null && System.nanoTime() - deadline > 0) {
                progress("");
                console.complain(
                        name + " still has " + left + " messages; it is off the ring and gets no more of them");
                return JumpMqCommand.NO;
            }
            progress(String.format(Locale.ROOT, "%,d messages left", left));
            Thread.sleep(POLL_MILLIS);
            left = ring.messages(name);
        }
        progress("");
        console.print(name + " is empty" + (delete ? ", and deleted" : "") + "\n");
        return JumpMqCommand.OK;
    }

    /** Deletes it if that is wanted; somebody may have published to it by another way in between. */
    private boolean gone(LiveRing ring, String name) {
        if (!delete) {
            return true;
        }
        try {
            ring.deleteIfEmpty(name);
            return true;
        } catch (ManagementException e) {
            if (ring.messages(name) > 0) {
                return false;
            }
            throw e;
        }
    }

    private void progress(String text) {
        if (console.progress()) {
            console.err().print("\r\u001b[K" + text);
            console.err().flush();
        }
    }
}
