package io.jumpmq.broker.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.message.Message;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.Router;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Direct and fanout routing against a list of bindings that is searched from end to end. */
class PlainExchangesTest {
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

    private static final List<String> KEYS = List.of("", "a", "b", "ab", "a.b", "#", "é");

    @Test
    void directGoesWhereTheKeyIsTheSame() {
        itFindsWhatTheModelFinds(new DirectExchange(), String::equals);
    }

    @Test
    void fanoutGoesEverywhere() {
        itFindsWhatTheModelFinds(new FanoutExchange(), (bound, key) -> true);
    }

    private static void itFindsWhatTheModelFinds(ExchangeType type, BiPredicate<String, String> fits) {
        List<Queue> queues = IntStream.range(0, 40).mapToObj(Queue::new).toList();
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Router router = type.create(new Declaration("/", "x", FieldTable.EMPTY));
            List<Binding> bindings = new ArrayList<>();
            for (int step = 0; step < 150; step++) {
                if (bindings.isEmpty() || random.nextInt(3) > 0) {
                    Binding binding = new Binding(
                            queues.get(random.nextInt(queues.size())),
                            KEYS.get(random.nextInt(KEYS.size())),
                            random.nextBoolean() ? FieldTable.EMPTY : FieldTable.of(Map.of("n", random.nextInt(2))));
                    if (!bindings.contains(binding)) {
                        bindings.add(binding);
                        router.bind(binding);
                    }
                } else {
                    router.unbind(bindings.remove(random.nextInt(bindings.size())));
                }
                String key = KEYS.get(random.nextInt(KEYS.size()));
                Set<Destination> expected = bindings.stream()
                        .filter(binding -> fits.test(binding.key(), key))
                        .map(Binding::destination)
                        .collect(Collectors.toSet());
                assertThat(routed(router, key))
                        .as("seed %d, key '%s', %s", seed, key, bindings)
                        .isEqualTo(expected);
            }
        }
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
}
