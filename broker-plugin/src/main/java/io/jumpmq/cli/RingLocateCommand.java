package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring locate}: where keys go. */
@Command(
        name = "locate",
        description = {
            "Prints each key's bucket and where it leads: key<TAB>bucket<TAB>destination. Of an exchange of a running broker,"
                    + " or of a ring file; with --buckets only the bucket.",
            "Keys are the arguments, as UTF-8, or without any the lines of standard input, taken as bytes. A carriage return"
                    + " before the end of a line is dropped."
        },
        mixinStandardHelpOptions = true)
final class RingLocateCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--algorithm", paramLabel = "NAME", description = "jump (default), jump-back or rabbitmq.")
    private @Nullable String algorithm;

    @Option(names = "--buckets", paramLabel = "N", description = "How many buckets there are, in place of EXCHANGE.")
    private @Nullable Long buckets;

    @Option(names = "--file", paramLabel = "RING", description = "A ring file, in place of EXCHANGE.")
    private @Nullable Path file;

    @Option(names = "--exchange", paramLabel = "EXCHANGE", description = "The exchange; all arguments are keys then.")
    private @Nullable String exchange;

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Option(names = "--hex", description = "Keys are bytes in hexadecimal.")
    private boolean hex;

    @Parameters(
            paramLabel = "EXCHANGE KEY",
            arity = "0..*",
            description = "An exchange of a running broker, unless an option says which ring, and keys.")
    private List<String> arguments = List.of();

    RingLocateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        List<String> keys = new ArrayList<>(arguments);
        Keys.Taker printer = printer(keys);
        if (keys.isEmpty()) {
            Keys.read(console.in(), printer);
        } else {
            Keys.of(keys, printer);
        }
        return JumpMqCommand.OK;
    }

    /** What prints where keys go; takes the exchange off the arguments if it is among them. */
    private Keys.Taker printer(List<String> keys) {
        if (file == null && exchange == null && buckets != null) {
            return printer(RingArguments.algorithm(algorithm), RingArguments.buckets(buckets), null);
        }
        if (algorithm != null || buckets != null || (file != null && exchange != null)) {
            throw new UsageException(
                    file != null && exchange != null
                            ? "--file says it all: leave out --exchange"
                            : "a ring says it all: leave out --algorithm and --buckets");
        }
        if (file != null) {
            return printer(file.toString(), RingFile.read(file));
        }
        String name = exchange != null ? exchange : RingArguments.required(keys.isEmpty() ? null : keys.remove(0));
        return printer(name, broker.ring(name).state());
    }

    private Keys.Taker printer(String title, RingState<String> ring) {
        if (ring.bucketCount() == 0) {
            throw new UsageException(title + " is an empty ring: it routes no key");
        }
        return printer(ring.algorithm(), ring.bucketCount(), ring);
    }

    private Keys.Taker printer(HashAlgorithm by, int count, @Nullable RingState<String> ring) {
        OutputStream out = console.out();
        Keys.Taker[] decoder = new Keys.Taker[1];
        long[] hash = new long[1];
        decoder[0] = Keys.decodingHex((bytes, offset, length) -> hash[0] = by.hash(bytes, offset, length));
        return (bytes, offset, length) -> {
            if (hex) {
                decoder[0].take(bytes, offset, length);
            } else {
                hash[0] = by.hash(bytes, offset, length);
            }
            int bucket = by.bucket(hash[0], count);
            try {
                out.write(bytes, offset, length);
                out.write('\t');
                out.write(Integer.toString(bucket).getBytes(US_ASCII));
                if (ring != null) {
                    out.write('\t');
                    out.write(RingFile.shown(ring.destinationAt(bucket)).getBytes(UTF_8));
                }
                out.write('\n');
            } catch (IOException e) {
                throw new Console.ClosedOutputException(e);
            }
        };
    }
}
