package io.jumpmq.broker.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.metrics.EpochCounter;
import io.jumpmq.plugin.Binding;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.DestinationNames;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.RefusedException;
import io.jumpmq.plugin.Router;
import io.jumpmq.ring.DestinationCodec;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingSnapshot;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
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

    /** All that are read; each is listed with what it does among the tests. */
    public static final List<String> ARGUMENTS =
            List.of("hash-header", "x-hash-on", "hash-property", "hash-algorithm", "x-algorithm");

    private static final List<String> PROPERTIES = List.of("correlation_id", "message_id", "timestamp");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Consistent hashing over weighted queues";
    }

    @Override
    public Router create(NewExchange exchange) {
        Map<String, @Nullable Object> arguments = exchange.arguments();
        String header = argument(arguments, "hash-header", "x-hash-on", "the name of a header");
        String property =
                argument(arguments, "hash-property", "hash-property", "one of " + String.join(", ", PROPERTIES));
        if (header != null && property != null) {
            throw new RefusedException("hash-header and hash-property are mutually exclusive");
        }
        if (property != null && !PROPERTIES.contains(property)) {
            throw new RefusedException(
                    "Unsupported property: " + property + "; there are " + String.join(", ", PROPERTIES));
        }
        String algorithm = argument(arguments, "hash-algorithm", "x-algorithm", "the name of an algorithm");
        try {
            return new ConsistentHashRouter(
                    algorithm == null ? HashAlgorithm.JUMP : HashAlgorithm.named(algorithm), header, property);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String argument(
            Map<String, @Nullable Object> arguments, String name, String alias, String allowed) {
        String given = arguments.containsKey(name) ? name : alias;
        if (!ARGUMENTS.contains(given)) {
            throw new IllegalArgumentException("the argument " + given + " is not listed");
        }
        Object value = arguments.get(given);
        if (arguments.containsKey(given) && !(value instanceof String)) {
            throw new RefusedException("invalid arg '" + given + "' for an exchange of type '" + NAME
                    + "': it must be a string, " + allowed + ", not " + value);
        }
        return value == null ? null : value.toString();
    }

    /** The ring of one exchange. */
    public static final class ConsistentHashRouter implements Router {
        private volatile Ring<RingMember> ring;
        private final HashAlgorithm algorithm;
        private final @Nullable String header;
        private final @Nullable String property;

        /** Who is on the ring: a destination keeps its member, and so its counts. For the catalog's loop. */
        private final Map<Destination, RingMember> members = new HashMap<>();

        private final EpochCounter unroutable = new EpochCounter();
        private final KeySample keys = new KeySample();
        private final HotKeys hotKeys = new HotKeys();
        private final RingHistory history = new RingHistory();

        ConsistentHashRouter(HashAlgorithm algorithm, @Nullable String header, @Nullable String property) {
            this.ring = new Ring<>(algorithm);
            this.algorithm = algorithm;
            this.header = header;
            this.property = property;
        }

        /** The ring as it is now. Any thread. */
        public RingState<RingMember> state() {
            return ring.state();
        }

        /** Messages that came while the ring was empty. */
        public EpochCounter unroutable() {
            return unroutable;
        }

        /** Which keys have come. */
        public KeySample keys() {
            return keys;
        }

        /** Which keys come often. */
        public HotKeys hotKeys() {
            return hotKeys;
        }

        /** Its last changes, the newest first. Any thread. */
        public List<RingHistory.Entry> history() {
            return history.entries(ring.state());
        }

        /** Notes that a change comes. For the catalog's loop. */
        public void note(long atMillis, String user) {
            history.add(new RingHistory.Note(atMillis, user, ring.state()));
        }

        /**
         * Notes a change of an earlier time: of before all that are known, but for those that were noted like this.
         *
         * @param before what the ring was, as {@link #notes} tells it
         */
        public void note(long atMillis, String user, byte[] before, DestinationCodec<Destination> names) {
            history.add(new RingHistory.Note(atMillis, user, RingSnapshot.decode(before, codec(names))));
        }

        /** What is known of changes, the newest first, and the bytes of what the ring was before each. */
        public Map<RingHistory.Note, byte[]> notes(DestinationCodec<Destination> names, long maxBytes) {
            Map<RingHistory.Note, byte[]> all = new LinkedHashMap<>();
            long left = maxBytes;
            for (RingHistory.Note note : history.notes()) {
                byte[] before = RingSnapshot.encode(note.before(), codec(names));
                left -= before.length + (long) note.before().bucketCount() * Integer.BYTES;
                if (left < 0) {
                    break;
                }
                all.put(note, before);
            }
            return all;
        }

        /** What of a message is hashed, in words. */
        public String hashedOn() {
            return header != null ? "header " + header : property != null ? "property " + property : "routing key";
        }

        /**
         * What the ring would be with other weights.
         *
         * @param wanted 0 takes a destination off; the order decides where order is free
         * @throws IllegalArgumentException when a weight, or the ring, would be beyond its limit
         */
        public RingPlan<RingMember> plan(Map<Destination, Integer> wanted) {
            RingState<RingMember> now = ring.state();
            Map<Destination, RingMember> known = new HashMap<>();
            now.weights().keySet().forEach(member -> known.put(member.destination(), member));
            Map<RingMember, Integer> weights = new LinkedHashMap<>();
            wanted.forEach(
                    (destination, weight) -> weights.put(known.computeIfAbsent(destination, RingMember::new), weight));
            return RingPlan.of(now, weights);
        }

        /**
         * Gives destinations other weights, all in one step, as {@link #plan} tells. For the catalog's loop.
         *
         * @throws IllegalArgumentException as {@link #plan} does; nothing has changed then
         */
        public void setWeights(Map<Destination, Integer> wanted) {
            Map<RingMember, Integer> weights = new LinkedHashMap<>();
            wanted.forEach((destination, weight) -> weights.put(member(destination), weight));
            ring.setWeights(weights);
            wanted.forEach((destination, weight) -> {
                if (weight == 0) {
                    members.remove(destination);
                }
            });
        }

        @Override
        public void validate(Binding binding) {
            RingMember known = members.get(binding.destination());
            try {
                ring.requireBindable(
                        known == null ? new RingMember(binding.destination()) : known, weight(binding.key()));
            } catch (IllegalArgumentException e) {
                throw new RefusedException(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void bind(Binding binding) {
            ring.bind(member(binding.destination()), weight(binding.key()));
        }

        @Override
        public void unbind(Binding binding) {
            ring.remove(member(binding.destination()));
            members.remove(binding.destination());
        }

        private RingMember member(Destination destination) {
            return members.computeIfAbsent(destination, RingMember::new);
        }

        @Override
        public byte[] snapshot(DestinationNames names) {
            return RingSnapshot.encode(ring.state(), codec(asCodec(names)));
        }

        @Override
        public void restore(byte[] snapshot, DestinationNames names) {
            RingState<RingMember> state = RingSnapshot.decode(snapshot, codec(asCodec(names), this::member));
            if (state.algorithm() != algorithm) {
                throw new IllegalArgumentException(
                        "the snapshot's algorithm is " + state.algorithm() + ", the exchange's " + algorithm);
            }
            ring = new Ring<>(state);
            members.values().retainAll(state.weights().keySet());
        }

        /** The binding keys that it means, by destination. */
        public Map<Destination, String> bindingKeys() {
            Map<Destination, String> keys = new LinkedHashMap<>();
            state().weights().forEach((member, weight) -> keys.put(member.destination(), Integer.toString(weight)));
            return keys;
        }

        private static DestinationCodec<Destination> asCodec(DestinationNames names) {
            return new DestinationCodec<>() {
                @Override
                public byte[] encode(Destination destination) {
                    return names.write(destination).getBytes(UTF_8);
                }

                @Override
                public Destination decode(byte[] bytes) {
                    return names.read(new String(bytes, UTF_8));
                }
            };
        }

        /** How members are written, when destinations are written like this; what is read has no counts. */
        public static DestinationCodec<RingMember> codec(DestinationCodec<Destination> names) {
            return codec(names, RingMember::new);
        }

        private static DestinationCodec<RingMember> codec(
                DestinationCodec<Destination> names, Function<Destination, RingMember> member) {
            return new DestinationCodec<>() {
                @Override
                public byte[] encode(RingMember destination) {
                    return names.encode(destination.destination());
                }

                @Override
                public RingMember decode(byte[] bytes) {
                    return member.apply(names.decode(bytes));
                }
            };
        }

        @Override
        public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {
            RingState<RingMember> state = ring.state();
            if (state.bucketCount() == 0) {
                unroutable.count(state.epoch());
                return;
            }
            Object hashed = hashed(message);
            long hash = hashed == null ? algorithm.hashOfNothing() : hashOf(hashed);
            RingMember member = state.destinationOf(hash);
            if (member != null) {
                member.routed().count(state.epoch());
                keys.see(hash);
                if (hotKeys.wants()) {
                    hotKeys.see(bytes(hashed));
                }
                found.accept(member.destination());
            }
        }

        /** The message's own routing key, whichever keys its CC header adds; or its header, or its property. */
        private @Nullable Object hashed(PublishedMessage message) {
            if (header == null && property == null) {
                return message.routingKey();
            }
            if (header != null) {
                return message.header(header);
            }
            return switch (String.valueOf(property)) {
                case "message_id" -> message.messageId();
                case "correlation_id" -> message.correlationId();
                default -> {
                    Long timestamp = message.timestamp();
                    yield timestamp == null ? null : timestamp.toString();
                }
            };
        }

        /** For people to recognize. */
        private static byte[] bytes(@Nullable Object hashed) {
            return hashed instanceof byte[] bytes
                    ? bytes
                    : String.valueOf(hashed).getBytes(UTF_8);
        }

        /** The hash of a routing key, or of a header's or a property's text. */
        public long hash(byte[] key) {
            return algorithm.hash(key);
        }

        private long hashOf(Object value) {
            if (value instanceof String text) {
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
                if (list.isEmpty()) {
                    return algorithm.hashOfEmptyArray();
                }
                Object first = list.get(0);
                return first == null ? algorithm.hashOfNothing() : hashOf(first);
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
                throw new RefusedException("The binding key must be an integer: " + erlang(key));
            }
            if (weight.signum() <= 0) {
                throw new RefusedException("The binding key must be greater than 0");
            }
            if (weight.compareTo(BigInteger.valueOf(Ring.MAX_WEIGHT)) > 0) {
                throw new RefusedException("The binding key must not exceed " + Ring.MAX_WEIGHT);
            }
            return weight.intValue();
        }
    }
}
