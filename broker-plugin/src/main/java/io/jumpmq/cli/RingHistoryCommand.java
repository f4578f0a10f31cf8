package io.jumpmq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring history}: the last changes of a ring. */
@Command(
        name = "history",
        description = "Lists the last changes of an exchange's ring, and which share of keys each has moved.",
        mixinStandardHelpOptions = true)
final class RingHistoryCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Console console;

    @Parameters(index = "0", paramLabel = "EXCHANGE")
    private @Nullable String exchange;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
    private Format format = Format.text;

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    RingHistoryCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        JsonNode history = broker.ring(RingArguments.given(exchange)).history();
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
