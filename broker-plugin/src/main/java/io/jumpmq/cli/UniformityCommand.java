package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jumpmq uniformity}: would these keys spread evenly? */
@Command(
        name = "uniformity",
        description = {
            "Tests whether keys spread over destinations as their weights say: chi-squared over different keys, p-value,"
                    + " effect size and a verdict.",
            "The keys come from a file, or, with --exchange, from messages in the queues of a running broker.",
            "Exits with 0 if they do, with 1 if not, with 2 if that cannot be told."
        },
        mixinStandardHelpOptions = true)
final class UniformityCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";
    private static final double DEFAULT_ALPHA = 0.001;
    private static final int MAX_DESTINATIONS = 1_000_000;
    private static final int PROGRESS_EVERY = 1 << 18;
    private static final long PROGRESS_NANOS = 1_000_000_000;

    private final Console console;

    @Option(names = "--keys", paramLabel = "FILE", description = "One key a line; - for standard input.")
    private @Nullable String keys;

    @Option(names = "--algorithm", paramLabel = "NAME", description = "jump (default), jump-back or rabbitmq.")
    private @Nullable String algorithm;

    @Option(names = "--weights", paramLabel = "W,W…", split = ",", description = "The destinations' weights.")
    private @Nullable List<String> weights;

    @Option(names = "--buckets", paramLabel = "N", description = "N destinations of weight 1.")
    private @Nullable Long buckets;

    @Option(names = "--file", paramLabel = "RING", description = "A ring file, in place of algorithm and weights.")
    private @Nullable Path file;

    @Option(names = "--hex", description = "Keys are bytes in hexadecimal.")
    private boolean hex;

    @Option(
            names = "--alpha",
            paramLabel = "LEVEL",
            description = "How small a p-value is a no; an even spread is called uneven that often. Default: 0.001.")
    private double alpha = DEFAULT_ALPHA;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
    private Format format = Format.text;

    @Option(names = "--junit", paramLabel = "FILE", description = "Also writes the outcome as JUnit XML.")
    private @Nullable Path junit;

    @Option(names = "--svg", paramLabel = "FILE", description = "Also draws it.")
    private @Nullable Path svg;

    @Mixin
    private final LiveUniformity live = new LiveUniformity();

    UniformityCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (!(alpha > 0 && alpha < 1)) {
            throw new UsageException("--alpha must be between 0 and 1, not " + alpha);
        }
        requireFolder(junit);
        requireFolder(svg);
        if (live.isWanted()) {
            if (keys != null || weights != null || buckets != null || file != null || algorithm != null) {
                throw new UsageException(
                        "--exchange tests a running broker: leave out the options for keys from a file");
            }
            Uniformity result = live.run(console, alpha);
            return result == null ? JumpMqCommand.OK : report(result);
        }
        if (keys == null) {
            throw new UsageException("say which keys: --keys FILE, or --exchange NAME of a running broker");
        }
        return report(count(target()));
    }

    private int report(Uniformity result) {
        console.print(format == Format.json ? UniformityReport.json(result) : UniformityReport.text(result));
        if (junit != null) {
            write(junit, UniformityReport.junit(result));
        }
        if (svg != null) {
            write(svg, UniformityReport.svg(result));
        }
        return result.isUniform() ? JumpMqCommand.OK : JumpMqCommand.NO;
    }

    /** Who owns which buckets: {@code owners[bucket]} is an index into names and weights. */
    @SuppressWarnings("ArrayRecordComponent") // Private, and never compared.
    private record Target(HashAlgorithm algorithm, List<String> names, int[] weights, int[] owners) {}

    private Target target() {
        int given = (weights == null ? 0 : 1) + (buckets == null ? 0 : 1) + (file == null ? 0 : 1);
        if (given != 1) {
            throw new UsageException("say where the keys go, with one of --weights, --buckets and --file");
        }
        if (file != null) {
            if (algorithm != null) {
                throw new UsageException("--file says the algorithm: leave out --algorithm");
            }
            return ofRing(RingFile.read(file));
        }
        HashAlgorithm by = RingArguments.algorithm(algorithm);
        int[] wanted = weights == null ? ones(RingArguments.given(buckets)) : parsed(weights);
        Ring<String> ring = new Ring<>(by);
        try {
            for (int i = 0; i < wanted.length; i++) {
                ring.bind(Integer.toString(i), wanted[i]);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        return ofRing(ring.state());
    }

    private static Target ofRing(RingState<String> state) {
        Map<String, Integer> weights = state.weights();
        List<String> names = new ArrayList<>(weights.keySet());
        Map<String, Integer> places = new HashMap<>();
        names.forEach(name -> places.put(name, places.size()));
        int[] owners = new int[state.bucketCount()];
        int[] next = new int[1];
        state.forEachRun((name, length) -> {
            Arrays.fill(owners, next[0], next[0] + length, places.getOrDefault(name, 0));
            next[0] += length;
        });
        return new Target(
                state.algorithm(),
                names,
                weights.values().stream().mapToInt(Integer::intValue).toArray(),
                owners);
    }

    private static int[] ones(long count) {
        if (count < 1 || count > MAX_DESTINATIONS) {
            throw new UsageException("--buckets must be from 1 to " + MAX_DESTINATIONS + " here, not " + count);
        }
        int[] ones = new int[(int) count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static int[] parsed(List<String> weights) {
        int[] parsed = new int[weights.size()];
        for (int i = 0; i < parsed.length; i++) {
            try {
                parsed[i] = Integer.parseInt(weights.get(i).trim());
            } catch (NumberFormatException e) {
                parsed[i] = 0;
            }
            if (parsed[i] < 1 || parsed[i] > Ring.MAX_WEIGHT) {
                throw new UsageException("a weight must be a whole number from 1 to " + Ring.MAX_WEIGHT + ", not '"
                        + weights.get(i) + "'");
            }
        }
        return parsed;
    }

    private Uniformity count(Target target) {
        long[] counts = new long[target.names.size()];
        DistinctKeys distinct = new DistinctKeys();
        long[] all = new long[1];
        Progress progress = new Progress();
        Keys.Taker counter = (bytes, offset, length) -> {
            if (distinct.add(bytes, offset, length)) {
                int bucket =
                        target.algorithm.bucket(target.algorithm.hash(bytes, offset, length), target.owners.length);
                counts[target.owners[bucket]]++;
            }
            if (++all[0] % PROGRESS_EVERY == 0) {
                progress.report(all[0]);
            }
        };
        if (target.owners.length == 0) {
            throw new UsageException("an empty ring routes no key");
        }
        read(hex ? Keys.decodingHex(counter) : counter);
        progress.end();
        if (all[0] == 0) {
            throw new UsageException("there are no keys");
        }
        return Uniformity.of(target.names, counts, target.weights, all[0] - distinct.size(), alpha);
    }

    private void read(Keys.Taker taker) {
        String source = RingArguments.given(keys);
        Path path = Path.of(source);
        try {
            if (source.equals(STANDARD_INPUT)) {
                Keys.read(console.in(), taker);
                return;
            }
            if (Files.isDirectory(path)) {
                throw new UsageException(source + " is a directory");
            }
            try (InputStream in = Files.newInputStream(path)) {
                Keys.read(in, taker);
            }
        } catch (IOException e) {
            throw UsageException.of(path, e);
        }
    }

    private static void requireFolder(@Nullable Path file) {
        if (file != null) {
            Path folder = file.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw new UsageException("there is no folder for " + file);
            }
        }
    }

    private static void write(Path path, String text) {
        try {
            Files.write(path, text.getBytes(UTF_8));
        } catch (IOException e) {
            throw UsageException.of(path, e);
        }
    }

    /** How far a long input has come, on the terminal if there is one. */
    private final class Progress {
        private long reported = System.nanoTime();
        private boolean shown;

        void report(long count) {
            long now = System.nanoTime();
            if (console.progress() && now - reported >= PROGRESS_NANOS) {
                console.err().print(String.format(Locale.ROOT, "\r%,d keys", count));
                console.err().flush();
                reported = now;
                shown = true;
            }
        }

        void end() {
            if (shown) {
                console.err().print("\r\u001b[K");
                console.err().flush();
            }
        }
    }
}
