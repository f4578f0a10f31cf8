package io.jumpmq.broker.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.message.Message;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.Router;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Topic routing against the plainest way to compare a pattern with a key. */
class TopicExchangeTest {
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

    private static final List<String> WORDS = List.of("a", "b", "c", "", "*", "#", "#", "*");

    @Test
    void itFindsWhatComparingEachPatternFinds() {
        for (long seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Router router = new TopicExchange().create(new Declaration("/", "x", FieldTable.EMPTY));
            List<Binding> bindings = new ArrayList<>();
            List<Queue> queues = List.of(new Queue(0), new Queue(1), new Queue(2));
            for (int step = 0; step < 60; step++) {
                if (bindings.isEmpty() || random.nextInt(3) > 0) {
                    Binding binding = new Binding(
                            queues.get(random.nextInt(3)),
                            words(random, WORDS.size()),
                            random.nextBoolean() ? FieldTable.EMPTY : FieldTable.of(Map.of("n", random.nextInt(2))));
                    if (!bindings.contains(binding)) {
                        bindings.add(binding);
                        router.bind(binding);
                    }
                } else {
                    router.unbind(bindings.remove(random.nextInt(bindings.size())));
                }
                String key = words(random, 4);
                assertThat(routed(router, key))
                        .as("seed %d, key '%s', %s", seed, key, bindings)
                        .isEqualTo(expected(bindings, key));
            }
            new ArrayList<>(bindings).forEach(router::unbind);
            assertThat(routed(router, "a.b")).isEmpty();
        }
    }

    private static String words(SplittableRandom random, int kinds) {
        List<String> words = new ArrayList<>();
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            words.add(WORDS.get(random.nextInt(kinds)));
        }
        return String.join(".", words);
    }

    private static Set<Destination> routed(Router router, String key) {
        RouteBuffer<Destination> out = new RouteBuffer<>();
        byte[] bytes = key.getBytes(UTF_8);
        router.route(
                new Message("x", bytes, BasicFormat.INSTANCE.header(MessageProperties.NONE), new byte[0]), bytes, out);
        Set<Destination> found = new HashSet<>();
        for (int i = 0; i < out.size(); i++) {
            assertThat(found.add(out.get(i))).as("each once").isTrue();
        }
        return found;
    }

    private static Set<Destination> expected(List<Binding> bindings, String key) {
        Set<Destination> expected = new HashSet<>();
        for (Binding binding : bindings) {
            if (matches(split(binding.key()), split(key))) {
                expected.add(binding.destination());
            }
        }
        return expected;
    }

    private static List<String> split(String key) {
        return key.isEmpty() ? List.of() : Arrays.asList(key.split("\\.", -1));
    }

    private static boolean matches(List<String> pattern, List<String> key) {
        if (pattern.isEmpty()) {
            return key.isEmpty();
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.get(0).equals("#")) {
            return matches(rest, key) || (!key.isEmpty() && matches(pattern, key.subList(1, key.size())));
        }
        return !key.isEmpty()
                && (pattern.get(0).equals("*") || pattern.get(0).equals(key.get(0)))
                && matches(rest, key.subList(1, key.size()));
    }
}
