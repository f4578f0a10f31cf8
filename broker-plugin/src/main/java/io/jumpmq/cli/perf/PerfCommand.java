package io.jumpmq.cli.perf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.amqp.Method;
import io.jumpmq.cli.Console;
import io.jumpmq.cli.JumpMqCommand;
import io.jumpmq.value.FieldTable;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jumpmq perf}: loads a broker and tells what it does. The options follow RabbitMQ's PerfTest. */
@Command(
        name = "perf",
        description = {
            "Loads an AMQP 0-9-1 broker and tells rates and latencies; options are named as PerfTest's.",
            "One publisher can send more than a million small messages a second."
        },
        mixinStandardHelpOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "2:wrong usage", "3:the broker cannot be reached, or has refused"},
        footer = {
            "",
            "Examples:",
            "  jumpmq perf -x 1 -y 2 -z 10                 two consumers compete for one queue, ten seconds",
            "  jumpmq perf -t x-consistent-hash --queue-pattern q-%%d --queue-pattern-to 48 -y 48 -K -s 1000",
            "  jumpmq perf -c 100 -f persistent --durable -C 100000   confirmed and kept"
        })
public final class PerfCommand implements Callable<Integer> {
    private static final int STAMP_BYTES = Long.BYTES;
    private static final int INTERVAL_MILLIS = 1_000;
    private static final int DRAIN_MILLIS = 60_000;
    private static final int DRAIN_STEP_MILLIS = 300;
    private static final String HASH = "x-consistent-hash";
    private static final double[] PERCENTILES = {50, 75, 95, 99, 99.9};

    private final Console console;

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it.
    private boolean help;

    @Option(
            names = {"-h", "--uri"},
            paramLabel = "URI",
            description = "The broker. Default: ${DEFAULT-VALUE}")
    private String uri = "amqp://guest:guest@localhost:5672";

    @Option(
            names = {"-x", "--producers"},
            paramLabel = "N",
            description = "Publishers. Default: ${DEFAULT-VALUE}")
    private int producers = 1;

    @Option(
            names = {"-y", "--consumers"},
            paramLabel = "N",
            description = "Consumers. Default: ${DEFAULT-VALUE}")
    private int consumers = 1;

    @Option(
            names = {"-s", "--size"},
            paramLabel = "BYTES",
            description = "Size of a body, at least 8. Default: 8")
    private int size = STAMP_BYTES;

    @Option(
            names = {"-q", "--qos"},
            paramLabel = "N",
            description = "Prefetch; 0: unlimited. Default: 0")
    private int qos;

    @Option(
            names = {"-a", "--autoack"},
            description = "Consumers do not acknowledge.")
    private boolean autoAck;

    @Option(
            names = {"-c", "--confirm"},
            paramLabel = "N",
            description = "Publishers want confirms, and have at most N messages open.")
    private int confirms;

    @Option(
            names = {"-p", "--predeclared"},
            description = "Exchange, queues and bindings are there already.")
    private boolean predeclared;

    @Option(
            names = {"-u", "--queue"},
            paramLabel = "NAME",
            description = "The queue. Default: perf")
    private String queue = "perf";

    @Option(names = "--queue-pattern", paramLabel = "FORMAT", description = "Several queues, such as 'q-%%d'.")
    private @Nullable String queuePattern;

    @Option(names = "--queue-pattern-from", paramLabel = "N", description = "The first of them. Default: 1")
    private int queuesFrom = 1;

    @Option(names = "--queue-pattern-to", paramLabel = "N", description = "The last of them. Default: 1")
    private int queuesTo = 1;

    @Option(names = "--queue-args", split = ",", paramLabel = "KEY=VALUE", description = "Arguments of the queues.")
    private Map<String, String> queueArguments = new LinkedHashMap<>();

    @Option(names = "--durable", description = "Exchange and queues are durable.")
    private boolean durable;

    @Option(
            names = {"-e", "--exchange"},
            paramLabel = "NAME",
            description = "The exchange. Default: the default one; perf with -t")
    private @Nullable String exchange;

    @Option(
            names = {"-t", "--type"},
            paramLabel = "TYPE",
            description = "Declares the exchange of this type.")
    private @Nullable String type;

    @Option(
            names = {"-k", "--routing-key"},
            paramLabel = "KEY",
            description = "The routing key.")
    private @Nullable String routingKey;

    @Option(
            names = {"-K", "--random-routing-key"},
            description = "A new random key for each message.")
    private boolean randomKeys;

    @Option(names = "--routing-key-cache-size", paramLabel = "N", description = "With -K: only so many different keys.")
    private int distinctKeys;

    @Option(
            names = "--binding-key",
            paramLabel = "KEY",
            description = "The queues' binding key; a weight with x-consistent-hash. Default: the routing key; 1")
    private @Nullable String bindingKey;

    @Option(
            names = {"-f", "--flag"},
            split = ",",
            paramLabel = "FLAG",
            description = "persistent, mandatory")
    private List<String> flags = new ArrayList<>();

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            description = "Messages a second and publisher. Default: as many as possible")
    private double rate;

    @Option(
            names = {"-z", "--time"},
            paramLabel = "SECONDS",
            description = "How long. Default: until Ctrl-C, or -C or -D")
    private int seconds;

    @Option(
            names = {"-C", "--pmessages"},
            paramLabel = "N",
            description = "Messages of each publisher.")
    private long publisherMessages;

    @Option(
            names = {"-D", "--cmessages"},
            paramLabel = "N",
            description = "Ends when so many have been received in all.")
    private long consumerMessages;

    @Option(names = "--format", paramLabel = "text|json", description = "How the result is written. Default: text")
    private String format = "text";

    public PerfCommand(Console console) {
        this.console = console;
    }

    private void print(String line) {
        console.print(line + "\n");
        console.flush();
    }

    @Override
    public Integer call() throws InterruptedException {
        Target target;
        try {
            check();
            target = Target.parse(uri);
        } catch (IllegalArgumentException e) {
            return say(JumpMqCommand.USAGE, String.valueOf(e.getMessage()));
        }
        try {
            return measure(target);
        } catch (ConnectException | UnresolvedAddressException e) {
            return say(JumpMqCommand.REFUSED, "nobody answers at " + target + ": is the broker running?");
        } catch (IOException e) {
            return say(JumpMqCommand.REFUSED, target + ": " + e.getMessage());
        }
    }

    private int say(int code, String problem) {
        console.complain(problem);
        return code;
    }

    private void check() {
        require(producers >= 0 && consumers >= 0 && producers + consumers > 0, "-x and -y must not both be 0");
        require(producers <= 1000 && consumers <= 10_000, "at most 1000 publishers and 10000 consumers");
        require(size >= STAMP_BYTES, "--size must be at least " + STAMP_BYTES + ": the time of sending is in it");
        require(size <= 16 << 20, "--size must be at most " + (16 << 20));
        require(confirms >= 0 && confirms <= 100_000, "--confirm must be from 1 to 100000");
        require(
                rate >= 0 && seconds >= 0 && publisherMessages >= 0 && consumerMessages >= 0,
                "no number may be negative");
        require(queuesTo >= queuesFrom && queuesFrom >= 0, "--queue-pattern-to must not be below --queue-pattern-from");
        require(distinctKeys >= 0 && distinctKeys <= 10_000_000, "--routing-key-cache-size must be up to 10000000");
        require(format.equals("text") || format.equals("json"), "--format must be text or json");
        flags.forEach(flag -> require(
                flag.equals("persistent") || flag.equals("mandatory"), "--flag must be persistent or mandatory"));
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private List<String> queues() {
        String pattern = queuePattern;
        if (pattern == null) {
            return List.of(queue);
        }
        List<String> names = new ArrayList<>();
        for (int i = queuesFrom; i <= queuesTo; i++) {
            names.add(String.format(Locale.ROOT, pattern, i));
        }
        return names;
    }

    private String exchangeName() {
        return exchange != null ? exchange : type == null ? "" : "perf";
    }

    private int measure(Target target) throws IOException, InterruptedException {
        List<String> queues = queues();
        List<Link> links = new ArrayList<>();
        Run run = new Run(Math.max(1, producers), consumerMessages);
        Meter meter = new Meter();
        Thread stop = new Thread(run::end, "perf-stop");
        try {
            if (!predeclared) {
                try (Link link = Link.open(target)) {
                    declare(link, queues);
                }
            }
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < consumers; i++) {
                Link link = Link.open(target);
                links.add(link);
                Subscriber subscriber = new Subscriber(link, queues.get(i % queues.size()), qos, autoAck, meter, run);
                subscriber.subscribe();
                workers.add(new Thread(subscriber, "perf-consumer-" + i));
            }
            for (int i = 0; i < producers; i++) {
                Link link = Link.open(target);
                links.add(link);
                workers.add(new Thread(new Publisher(link, plan(queues), meter, run, i), "perf-publisher-" + i));
            }
            Runtime.getRuntime().addShutdownHook(stop);
            workers.forEach(worker -> {
                worker.setDaemon(true);
                worker.start();
            });
            report(run, meter);
        } finally {
            run.end();
            for (Link link : links) {
                link.close();
            }
        }
        IOException failure = run.failure();
        if (failure != null) {
            throw failure;
        }
        return 0;
    }

    private String type() {
        return type == null ? "" : type;
    }

    private Publisher.Plan plan(List<String> queues) {
        String key = routingKey != null ? routingKey : exchangeName().isEmpty() ? queues.get(0) : "perf";
        return new Publisher.Plan(
                exchangeName(),
                randomKeys && distinctKeys > 0 ? "key-" : key,
                randomKeys ? distinctKeys : 1,
                size,
                flags.contains("persistent"),
                flags.contains("mandatory"),
                confirms,
                rate,
                publisherMessages);
    }

    private void declare(Link link, List<String> queues) throws IOException {
        if (type != null) {
            link.call(
                    new Method.ExchangeDeclare(
                            exchangeName(), type, false, durable, false, false, false, FieldTable.EMPTY),
                    Method.ExchangeDeclareOk.class);
        }
        Map<String, Object> arguments = new LinkedHashMap<>();
        queueArguments.forEach((key, value) -> arguments.put(key, typed(value)));
        for (String name : queues) {
            link.call(
                    new Method.QueueDeclare(
                            name, false, durable, false, !durable && consumers > 0, false, FieldTable.of(arguments)),
                    Method.QueueDeclareOk.class);
            if (!exchangeName().isEmpty()) {
                String key = bindingKey != null
                        ? bindingKey
                        : type().equals(HASH) ? "1" : routingKey == null ? "perf" : routingKey;
                link.call(
                        new Method.QueueBind(name, exchangeName(), key, false, FieldTable.EMPTY),
                        Method.QueueBindOk.class);
            }
        }
    }

    private static Object typed(String value) {
        if (value.matches("-?\\d{1,18}")) {
            return Long.valueOf(value);
        }
        return value.equals("true") || value.equals("false") ? (Object) Boolean.valueOf(value) : value;
    }

    // What is told.

    private void report(Run run, Meter meter) throws InterruptedException {
        long start = System.nanoTime();
        long until = seconds == 0 ? Long.MAX_VALUE : start + TimeUnit.SECONDS.toNanos(seconds);
        Sample before = new Sample(start, 0, 0, 0, 0, 0);
        boolean over = false;
        while (!over) {
            long left = (until - System.nanoTime()) / 1_000_000;
            over = run.await(Math.max(1, Math.min(INTERVAL_MILLIS, left))) || System.nanoTime() >= until;
            Sample now = Sample.of(meter);
            if (!over || now.nanos - before.nanos > TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS / 2)) {
                tell(before, now, start, meter);
                before = now;
            }
        }
        Sample end = drained(Sample.of(meter), meter, run);
        run.end();
        summarize(end, start, meter);
    }

    /** After the last publisher: what is under way still counts, as long as something comes. */
    private Sample drained(Sample end, Meter meter, Run run) throws InterruptedException {
        if (publisherMessages == 0 || consumers == 0 || consumerMessages > 0 || run.failure() != null) {
            return end;
        }
        Sample before = end;
        for (int waited = 0; waited < DRAIN_MILLIS; waited += DRAIN_STEP_MILLIS) {
            TimeUnit.MILLISECONDS.sleep(DRAIN_STEP_MILLIS);
            Sample now = Sample.of(meter);
            if (now.received == before.received) {
                return before;
            }
            before = now;
        }
        return before;
    }

    private record Sample(long nanos, long sent, long received, long confirmed, long refused, long returned) {
        static Sample of(Meter meter) {
            return new Sample(
                    System.nanoTime(),
                    meter.sent.sum(),
                    meter.received.sum(),
                    meter.confirmed.sum(),
                    meter.refused.sum(),
                    meter.returned.sum());
        }
    }

    private void tell(Sample before, Sample now, long start, Meter meter) {
        Histogram latency = meter.latencies();
        Histogram confirm = meter.confirmLatencies();
        if (format.equals("json")) {
            return;
        }
        double span = (now.nanos - before.nanos) / 1e9;
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "time %5.1f s, sent: %,.0f msg/s",
                (now.nanos - start) / 1e9,
                (now.sent - before.sent) / span));
        if (confirms > 0) {
            line.append(
                    String.format(Locale.ROOT, ", confirmed: %,.0f msg/s", (now.confirmed - before.confirmed) / span));
        }
        if (now.refused > before.refused) {
            line.append(String.format(Locale.ROOT, ", nacked: %,.0f msg/s", (now.refused - before.refused) / span));
        }
        if (now.returned > before.returned) {
            line.append(String.format(Locale.ROOT, ", returned: %,.0f msg/s", (now.returned - before.returned) / span));
        }
        if (consumers > 0) {
            line.append(String.format(Locale.ROOT, ", received: %,.0f msg/s", (now.received - before.received) / span));
        }
        line.append(times(", latency", latency)).append(times(", confirm latency", confirm));
        print(line.toString());
    }

    private static String times(String title, Histogram histogram) {
        return histogram.getTotalCount() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%s min/median/75th/95th/99th: %,d/%,d/%,d/%,d/%,d µs",
                        title,
                        histogram.getMinValue(),
                        histogram.getValueAtPercentile(50),
                        histogram.getValueAtPercentile(75),
                        histogram.getValueAtPercentile(95),
                        histogram.getValueAtPercentile(99));
    }

    private void summarize(Sample end, long start, Meter meter) {
        meter.latencies();
        meter.confirmLatencies();
        double span = (end.nanos - start) / 1e9;
        if (format.equals("json")) {
            print(json(end, span, meter));
        } else {
            print(String.format(
                    Locale.ROOT,
                    "total %.1f s, sent %,d (%,.0f msg/s), received %,d (%,.0f msg/s)%s%s%s",
                    span,
                    end.sent,
                    end.sent / span,
                    end.received,
                    end.received / span,
                    confirms > 0 ? String.format(Locale.ROOT, ", confirmed %,d", end.confirmed) : "",
                    end.refused > 0 ? String.format(Locale.ROOT, ", nacked %,d", end.refused) : "",
                    end.returned > 0 ? String.format(Locale.ROOT, ", returned %,d", end.returned) : ""));
            percentiles("latency", meter.latencyInAll());
            percentiles("confirm latency", meter.confirmsInAll());
        }
    }

    private void percentiles(String title, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        StringBuilder line =
                new StringBuilder(title).append(String.format(Locale.ROOT, " min %,d", histogram.getMinValue()));
        for (double percentile : PERCENTILES) {
            line.append(String.format(
                    Locale.ROOT,
                    ", %s%% %,d",
                    String.valueOf(percentile).replace(".0", ""),
                    histogram.getValueAtPercentile(percentile)));
        }
        print(line.append(String.format(Locale.ROOT, ", max %,d µs", histogram.getMaxValue()))
                .toString());
    }

    private static String json(Sample end, double span, Meter meter) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("seconds", span);
        json.put("sent", end.sent);
        json.put("received", end.received);
        json.put("confirmed", end.confirmed);
        json.put("nacked", end.refused);
        json.put("returned", end.returned);
        json.put("send_rate", end.sent / span);
        json.put("receive_rate", end.received / span);
        json.put("latency_us", times(meter.latencyInAll()));
        json.put("confirm_latency_us", times(meter.confirmsInAll()));
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> times(Histogram histogram) {
        Map<String, Object> times = new LinkedHashMap<>();
        if (histogram.getTotalCount() > 0) {
            times.put("min", histogram.getMinValue());
            for (double percentile : PERCENTILES) {
                times.put(
                        "p" + String.valueOf(percentile).replace(".0", ""), histogram.getValueAtPercentile(percentile));
            }
            times.put("max", histogram.getMaxValue());
        }
        return times;
    }
}
