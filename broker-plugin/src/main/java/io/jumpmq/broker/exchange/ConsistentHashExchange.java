package io.jumpmq.broker.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FieldTable;
import io.jumpmq.amqp.LongString;
import io.jumpmq.amqp.ReplyCode;
import io.jumpmq.broker.message.Message;
import io.jumpmq.ring.DestinationCodec;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingSnapshot;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * To the one destination that owns the bucket of the message's hash. A binding's key is its weight, the destination's
 * number of buckets.
 *
 * <p>Arguments: {@code hash-header} (or {@code x-hash-on}) hashes that header, {@code hash-property} the property
 * message_id, correlation_id or timestamp, neither of them the routing key; {@code hash-algorithm} (or {@code
 * x-algorithm}) is one of {@link HashAlgorithm}.
 */
public final class ConsistentHashExchange implements ExchangeType {
    public static final String NAME = "x-consistent-hash";

    private static final List<String> PROPERTIES = List.of("correlation_id", "message_id", "timestamp");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Router create(FieldTable arguments) {
        String header = argument(arguments, "hash-header", "x-hash-on");
        String property = argument(arguments, "hash-property", "hash-property");
        if (header != null && property != null) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED, "hash-header and hash-property are mutually exclusive");
        }
        if (property != null && !PROPERTIES.contains(property)) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "Unsupported property: " + property);
        }
        String algorithm = argument(arguments, "hash-algorithm", "x-algorithm");
        try {
            return new ConsistentHashRouter(
                    algorithm == null ? HashAlgorithm.JUMP : HashAlgorithm.named(algorithm), header, property);
        } catch (IllegalArgumentException e) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String argument(FieldTable arguments, String name, String alias) {
        Object value = arguments.get(name) == null ? arguments.get(alias) : arguments.get(name);
        return value == null ? null : value.toString();
    }

    /** The ring of one exchange. */
    public static final class ConsistentHashRouter implements Router {
        private volatile Ring<Destination> ring;
        private final HashAlgorithm algorithm;
        private final @Nullable String header;
        private final @Nullable String property;

        ConsistentHashRouter(HashAlgorithm algorithm, @Nullable String header, @Nullable String property) {
            this.ring = new Ring<>(algorithm);
            this.algorithm = algorithm;
            this.header = header;
            this.property = property;
        }

        /** The ring as it is now. Any thread. */
        public RingState<Destination> state() {
            return ring.state();
        }

        @Override
        public void validate(String key, FieldTable arguments) {
            weight(key);
        }

        @Override
        public boolean oneBindingPerDestination() {
            return true;
        }

        @Override
        public void bind(Binding binding) {
            ring.bind(binding.destination(), weight(binding.key()));
        }

        @Override
        public void unbind(Binding binding) {
            ring.remove(binding.destination());
        }

        @Override
        public byte[] snapshot(DestinationCodec<Destination> names) {
            return RingSnapshot.encode(ring.state(), names);
        }

        @Override
        public void restore(byte[] snapshot, DestinationCodec<Destination> names) {
            RingState<Destination> state = RingSnapshot.decode(snapshot, names);
            if (state.algorithm() != algorithm) {
                throw new IllegalArgumentException(
                        "the snapshot's algorithm is " + state.algorithm() + ", the exchange's " + algorithm);
            }
            Map<Destination, Integer> weights = new HashMap<>();
            state.forEachRun((destination, length) -> weights.merge(destination, length, Integer::sum));
            Ring<Destination> bound = ring;
            boolean same = bound.state().bucketCount() == state.bucketCount();
            for (Map.Entry<Destination, Integer> owner : weights.entrySet()) {
                same &= bound.weight(owner.getKey()) == owner.getValue();
            }
            if (!same) {
                throw new IllegalArgumentException("the snapshot's weights are not those of the bindings");
            }
            ring = new Ring<>(state);
        }

        @Override
        public void route(Message message, byte[] routingKey, RouteBuffer<Destination> out) {
            RingState<Destination> state = ring.state();
            if (state.bucketCount() > 0) {
                Destination destination = state.destinationOf(hash(message));
                if (destination != null) {
                    out.add(destination);
                }
            }
        }

        @Override
        public boolean keyOnly() {
            return header == null && property == null;
        }

        /** Of the message's own routing key, whichever keys its CC header adds. */
        private long hash(Message message) {
            if (header == null && property == null) {
                return algorithm.hash(message.routingKey());
            }
            BasicProperties properties = BasicProperties.decode(message.properties());
            if (header != null) {
                FieldTable headers = properties.headers();
                return headers == null ? algorithm.hashOfNothing() : hashOf(headers.get(header));
            }
            return switch (String.valueOf(property)) {
                case "message_id" -> hashOf(properties.messageId());
                case "correlation_id" -> hashOf(properties.correlationId());
                default ->
                    hashOf(
                            properties.timestamp() == null
                                    ? null
                                    : properties.timestamp().toString());
            };
        }

        private long hashOf(@Nullable Object value) {
            if (value instanceof LongString text) {
                return algorithm.hash(text.bytes());
            } else if (value instanceof String text) {
                return algorithm.hash(text.getBytes(UTF_8));
            } else if (value instanceof byte[] bytes) {
                return algorithm.hash(bytes);
            } else if (value instanceof Boolean truth) {
                return algorithm.hashOfBoolean(truth);
            } else if (value instanceof Double || value instanceof Float) {
                return algorithm.hash(((Number) value).doubleValue());
            } else if (value instanceof Byte
                    || value instanceof Short
                    || value instanceof Integer
                    || value instanceof Long) {
                return algorithm.hash(((Number) value).longValue());
            } else if (value instanceof Instant time) {
                return algorithm.hash(time.getEpochSecond());
            } else if (value instanceof List<?> list) {
                return list.isEmpty() ? algorithm.hashOfEmptyArray() : hashOf(list.get(0));
            }
            return algorithm.hashOfNothing();
        }

        /** A text as Erlang prints a binary. */
        private static String erlang(String text) {
            return text.isEmpty() ? "<<>>" : "<<\"" + text + "\">>";
        }

        private static int weight(String key) {
            BigInteger weight;
            try {
                weight = new BigInteger(key);
            } catch (NumberFormatException e) {
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED, "The binding key must be an integer: " + erlang(key));
            }
            if (weight.signum() <= 0) {
                throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "The binding key must be greater than 0");
            }
            if (weight.compareTo(BigInteger.valueOf(Ring.MAX_WEIGHT)) > 0) {
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED, "The binding key must not exceed " + Ring.MAX_WEIGHT);
            }
            return weight.intValue();
        }
    }
}
