package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.Binding;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.Router;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * To all destinations whose binding key, a pattern, fits the routing key. Both are words between dots; {@code *} stands for
 * one word, {@code #} for any number of them, none included.
 */
public final class TopicExchange implements ExchangeType {
    @Override
    public String name() {
        return "topic";
    }

    @Override
    public String description() {
        return "AMQP topic exchange";
    }

    @Override
    public Router create(NewExchange exchange) {
        return new TopicRouter();
    }

    private static final class TopicRouter implements Router {
        private static final KeyBytes ONE_WORD = KeyBytes.of("*");
        private static final KeyBytes ANY_WORDS = KeyBytes.of("#");

        /** A trie by words. */
        private static final class Node {
            final Map<KeyBytes, Node> children = new ConcurrentHashMap<>(2);
            final DestinationCounts destinations = new DestinationCounts();

            boolean isEmpty() {
                return children.isEmpty() && destinations.isEmpty();
            }
        }

        private final Node root = new Node();

        @Override
        public void bind(Binding binding) {
            Node node = root;
            for (KeyBytes word : words(KeyBytes.of(binding.key()).bytes())) {
                node = node.children.computeIfAbsent(word, unused -> new Node());
            }
            node.destinations.add(binding.destination());
        }

        @Override
        public void unbind(Binding binding) {
            remove(root, words(KeyBytes.of(binding.key()).bytes()), 0, binding.destination());
        }

        private static void remove(Node node, List<KeyBytes> words, int depth, Destination destination) {
            if (depth == words.size()) {
                node.destinations.remove(destination);
                return;
            }
            Node child = node.children.get(words.get(depth));
            if (child != null) {
                remove(child, words, depth + 1, destination);
                if (child.isEmpty()) {
                    node.children.remove(words.get(depth));
                }
            }
        }

        @Override
        public boolean mayRepeat() {
            return true;
        }

        @Override
        public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {
            match(root, words(routingKey), 0, found);
        }

        private static void match(@Nullable Node node, List<KeyBytes> words, int depth, Consumer<Destination> found) {
            if (node == null) {
                return;
            }
            Node any = node.children.get(ANY_WORDS);
            if (any != null) {
                matchAny(any, words, depth, found);
            }
            if (depth == words.size()) {
                node.destinations.addTo(found);
                return;
            }
            match(node.children.get(ONE_WORD), words, depth + 1, found);
            KeyBytes word = words.get(depth);
            if (!word.equals(ONE_WORD) && !word.equals(ANY_WORDS)) {
                match(node.children.get(word), words, depth + 1, found);
            }
        }

        /** Behind a {@code #}: it may have taken any number of the words that are left. */
        private static void matchAny(Node any, List<KeyBytes> words, int depth, Consumer<Destination> found) {
            if (any.children.isEmpty()) {
                any.destinations.addTo(found); // Nothing follows: it takes them all.
                return;
            }
            for (int rest = depth; rest <= words.size(); rest++) {
                match(any, words, rest, found);
            }
        }

        private static List<KeyBytes> words(byte[] key) {
            List<KeyBytes> words = new ArrayList<>(4);
            if (key.length == 0) {
                return words;
            }
            int start = 0;
            for (int i = 0; i <= key.length; i++) {
                if (i == key.length || key[i] == '.') {
                    words.add(new KeyBytes(Arrays.copyOfRange(key, start, i)));
                    start = i + 1;
                }
            }
            return words;
        }
    }
}
