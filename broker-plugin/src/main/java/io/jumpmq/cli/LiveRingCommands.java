package io.jumpmq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementException;
import io.jumpmq.ring.Movement;
import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Those of {@code jumpmq ring …} that only a running broker can do. */
final class LiveRingCommands {
    private LiveRingCommands() {}

    @Command(
            name = "drain",
            description = {
                "Takes a queue off the ring, so that it gets no more messages, and waits until it is empty.",
                "Exits with 1 when it is not in time; it stays off the ring then."
            },
            mixinStandardHelpOptions = true)
    static final class Drain implements Callable<Integer> {
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
        private final RingCommands.Consent consent = new RingCommands.Consent();

        @Mixin
        private final RingCommands.Broker broker = new RingCommands.Broker();

        Drain(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws InterruptedException {
            String name = RingCommands.Arguments.given(queue);
            LiveRing ring = broker.ring(RingCommands.Arguments.given(exchange));
            RingState<String> before = ring.state();
            if (before.weights().containsKey(name)) {
                RingPlan<String> plan = RingPlan.of(before, Map.of(name, 0));
                console.print(RingReport.plan(ring.title(), plan));
                if (!consent.given(
                        console, Movement.between(before, plan.change().after()).total())) {
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

    @Command(
            name = "export",
            description = "Writes an exchange's ring to a file, bucket for bucket.",
            mixinStandardHelpOptions = true)
    static final class Export implements Callable<Integer> {
        private final Console console;

        @Parameters(index = "0", paramLabel = "EXCHANGE")
        private @Nullable String exchange;

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "RING",
                description = "The file. Default: standard output.")
        private @Nullable Path file;

        @Mixin
        private final RingCommands.Broker broker = new RingCommands.Broker();

        Export(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            RingState<String> state =
                    broker.ring(RingCommands.Arguments.given(exchange)).state();
            if (file == null) {
                console.print(RingFile.text(state));
            } else {
                RingFile.write(file, state);
            }
            return JumpMqCommand.OK;
        }
    }

    @Command(
            name = "import",
            description = {
                "Makes an exchange's ring, and its bindings, what a file says, bucket for bucket.",
                "Its queues have to be there. Asks before it moves more than a threshold."
            },
            mixinStandardHelpOptions = true)
    static final class Import implements Callable<Integer> {
        private final Console console;

        @Parameters(index = "0", paramLabel = "EXCHANGE")
        private @Nullable String exchange;

        @Parameters(index = "1", paramLabel = "RING", description = "The file.")
        private @Nullable Path file;

        @Option(names = "--dry-run", description = "Only tell; change nothing.")
        private boolean dryRun;

        @Mixin
        private final RingCommands.Consent consent = new RingCommands.Consent();

        @Mixin
        private final RingCommands.Broker broker = new RingCommands.Broker();

        Import(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws IOException {
            LiveRing ring = broker.ring(RingCommands.Arguments.given(exchange));
            RingState<String> wanted = RingFile.read(RingCommands.Arguments.given(file));
            RingState<String> before = ring.state();
            console.print(RingReport.difference(before, wanted));
            if (dryRun || RingFile.digest(before).equals(RingFile.digest(wanted))) {
                return JumpMqCommand.OK;
            }
            if (!consent.given(console, Movement.between(before, wanted).total())) {
                return JumpMqCommand.NO;
            }
            ring.restore(Json.MAPPER.readTree(RingFile.text(wanted)), before.epoch());
            console.print("Done: epoch " + ring.state().epoch() + ".\n");
            return JumpMqCommand.OK;
        }
    }

    @Command(
            name = "history",
            description = "Lists the last changes of an exchange's ring, and which share of keys each has moved.",
            mixinStandardHelpOptions = true)
    static final class History implements Callable<Integer> {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

        private final Console console;

        @Parameters(index = "0", paramLabel = "EXCHANGE")
        private @Nullable String exchange;

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        @Mixin
        private final RingCommands.Broker broker = new RingCommands.Broker();

        History(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            JsonNode history =
                    broker.ring(RingCommands.Arguments.given(exchange)).history();
            if (format == Format.json) {
                console.print(Json.pretty(history));
                return JumpMqCommand.OK;
            }
            console.print("time                  epoch  buckets   moved  by          changes\n");
            for (JsonNode entry : history) {
                List<String> changes = new ArrayList<>();
                for (JsonNode change : entry.path("changes")) {
                    changes.add(change.path("destination").asText() + " "
                            + change.path("weight_before").asInt() + " → "
                            + change.path("weight_after").asInt());
                }
                console.print(String.format(
                        Locale.ROOT,
                        "%s  %6d  %7d  %5.1f%%  %-10s  %s%n",
                        TIME.format(Instant.ofEpochMilli(entry.path("at").asLong())),
                        entry.path("epoch").asLong(),
                        entry.path("bucket_count").asInt(),
                        100 * entry.path("moved").asDouble(),
                        entry.path("user").asText(),
                        String.join(", ", changes)));
            }
            return JumpMqCommand.OK;
        }
    }
}
