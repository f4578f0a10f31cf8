package io.jumpmq.broker.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.RefusedException;
import io.jumpmq.plugin.Router;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Routing by headers against the plainest way to compare a binding's arguments with a message's headers. */
class HeadersExchangeTest {
    private record Queue(int number) implements Destination {
        @Override
        public String name() {
            return "q" + number;
        }

        @Override
        public boolean isQueue() {
            return true;
        }
    }

    /** A value and what it is equal to: RabbitMQ 3.10 was asked which ones are. */
    private record Value(String meaning, @Nullable Object field) {}

    private static final List<Value> VALUES = List.of(
            new Value("5", (byte) 5),
            new Value("5", (short) 5),
            new Value("5", 5),
            new Value("5", 5L),
            new Value("5", 5.0f),
            new Value("5", 5.0),
            new Value("5", Instant.ofEpochSecond(5)),
            new Value("5.5", 5.5f),
            new Value("5.5", 5.5),
            new Value("0", 0.0),
            new Value("0", -0.0),
            new Value("0", 0),
            new Value("max", Long.MAX_VALUE),
            new Value("max - 1", Long.MAX_VALUE - 1),
            new Value("text 5", "5"),
            new Value("text 5", "5".getBytes(UTF_8)),
            new Value("empty text", ""),
            new Value("empty text", new byte[0]),
            new Value("text true", "true"),
            new Value("true", true),
            new Value("false", false),
            new Value("1.0", new BigDecimal("1.0")),
            new Value("1.00", new BigDecimal("1.00")),
            new Value("list", List.of(1, "a")),
            new Value("list of another type", List.of(1L, "a")),
            new Value("table", FieldTable.of(Map.of("k", 1))),
            new Value("another table", FieldTable.of(Map.of("k", 2))),
            new Value("void", null));

    private static final List<String> NAMES = List.of("a", "b", "x-c", "x-d", "x", "X-e", "");
    private static final List<String> MATCHES = List.of("", "all", "any", "all-with-x", "any-with-x");

    /** A binding with what the model needs to know about it. */
    private record Bound(Binding binding, String match, Map<String, Value> wanted) {}

    @Test
    void itFindsWhatComparingEachBindingFinds() {
        int found = 0;
        for (long seed = 0; seed < 1_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            // A few values of each run, so that headers meet.
            List<Value> values = random.ints(6, 0, VALUES.size())
                    .mapToObj(VALUES::get)
                    .distinct()
                    .toList();
            Router router = new HeadersExchange().create(new Declaration("/", "x", FieldTable.EMPTY));
            List<Bound> bindings = new ArrayList<>();
            List<Queue> queues = List.of(new Queue(0), new Queue(1), new Queue(2));
            for (int step = 0; step < 60; step++) {
                if (bindings.isEmpty() || random.nextInt(3) > 0) {
                    Bound bound = anyBinding(queues.get(random.nextInt(3)), random, values);
                    if (bindings.stream().noneMatch(other -> other.binding.equals(bound.binding))) {
                        bindings.add(bound);
                        router.bind(bound.binding);
                    }
                } else {
                    router.unbind(bindings.remove(random.nextInt(bindings.size())).binding);
                }
                @Nullable Map<String, Value> headers = random.nextInt(10) == 0 ? null : anyHeaders(random, values);
                Set<Destination> expected = expected(bindings, headers == null ? Map.of() : headers);
                assertThat(routed(router, headers))
                        .as("seed %d, headers %s, %s", seed, headers, bindings)
                        .isEqualTo(expected);
                found += expected.size();
            }
            bindings.forEach(bound -> router.unbind(bound.binding));
            assertThat(routed(router, Map.of())).isEmpty();
        }
        assertThat(found).as("enough of both").isBetween(20_000, 160_000);
    }

    private static Bound anyBinding(Queue queue, SplittableRandom random, List<Value> values) {
        Map<String, Value> wanted = anyHeaders(random, values);
        String match = MATCHES.get(random.nextInt(MATCHES.size()));
        Map<String, @Nullable Object> arguments = fields(wanted);
        if (!match.isEmpty()) {
            arguments.put("x-match", match);
        }
        return new Bound(new Binding(queue, "key", FieldTable.of(arguments)), match, wanted);
    }

    private static Map<String, Value> anyHeaders(SplittableRandom random, List<Value> values) {
        Map<String, Value> headers = new LinkedHashMap<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            headers.put(NAMES.get(random.nextInt(NAMES.size())), values.get(random.nextInt(values.size())));
        }
        return headers;
    }

    private static Map<String, @Nullable Object> fields(Map<String, Value> headers) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        headers.forEach((name, value) -> fields.put(name, value.field));
        return fields;
    }

    private static Set<Destination> expected(List<Bound> bindings, Map<String, Value> headers) {
        Set<Destination> expected = new HashSet<>();
        for (Bound bound : bindings) {
            List<Boolean> fits = bound.wanted.entrySet().stream()
                    .filter(want ->
                            bound.match.endsWith("-with-x") || !want.getKey().startsWith("x-"))
                    .map(want -> fits(want.getValue(), headers.get(want.getKey())))
                    .toList();
            if (bound.match.startsWith("any") ? fits.contains(true) : !fits.contains(false)) {
                expected.add(bound.binding.destination());
            }
        }
        return expected;
    }

    private static boolean fits(Value wanted, @Nullable Value given) {
        return given != null && (wanted.meaning.equals("void") || wanted.meaning.equals(given.meaning));
    }

    private static Set<Destination> routed(Router router, @Nullable Map<String, Value> headers) {
        FieldTable table = headers == null ? null : FieldTable.of(fields(headers));
        MessageHeader header = BasicFormat.INSTANCE.header(MessageProperties.ofHeaders(table));
        RouteBuffer<Destination> out = new RouteBuffer<>();
        router.route(new Message("x", new byte[0], header, new byte[0]), new byte[0], out);
        Set<Destination> found = new HashSet<>();
        for (int i = 0; i < out.size(); i++) {
            assertThat(found.add(out.get(i))).as("each once").isTrue();
        }
        return found;
    }

    @Test
    void equalValuesMeetWhateverTheirType() {
        for (Value wanted : VALUES) {
            Router router = new HeadersExchange().create(new Declaration("/", "x", FieldTable.EMPTY));
            router.bind(new Binding(new Queue(0), "", FieldTable.of(fields(Map.of("h", wanted)))));
            for (Value given : VALUES) {
                assertThat(routed(router, Map.of("h", given)))
                        .as("%s wanted, %s given", wanted, given)
                        .hasSize(fits(wanted, given) ? 1 : 0);
            }
        }
    }

    @Test
    void anUnknownWayToMatchIsRefused() {
        Router router = new HeadersExchange().create(new Declaration("/", "x", FieldTable.EMPTY));
        for (String match : MATCHES) {
            router.validate(new Binding(
                    new Queue(0), "", match.isEmpty() ? FieldTable.EMPTY : FieldTable.of(Map.of("x-match", match))));
        }
        for (Object match : Arrays.asList("none", "ALL", "", 5)) {
            Binding binding = new Binding(new Queue(0), "", FieldTable.of(Map.of("x-match", match)));
            assertThatThrownBy(() -> router.validate(binding))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageStartingWith("Invalid x-match field ");
        }
    }
}
