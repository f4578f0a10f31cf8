package io.jumpmq.broker.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.plugin.Binding;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.RefusedException;
import io.jumpmq.plugin.Router;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** To all destinations whose binding arguments fit the message's headers. */
public final class HeadersExchange implements ExchangeType {
    private static final String MATCH = "x-match";

    @Override
    public String name() {
        return "headers";
    }

    @Override
    public String description() {
        return "AMQP headers exchange";
    }

    @Override
    public Router create(NewExchange exchange) {
        return new HeadersRouter();
    }

    private static final class HeadersRouter implements Router {
        private final Map<Binding, Wanted> bindings = new ConcurrentHashMap<>();

        @Override
        public void validate(Binding binding) {
            Map<String, @Nullable Object> arguments = binding.arguments();
            Object match = arguments.get(MATCH);
            if (arguments.containsKey(MATCH) && !(match instanceof String)) {
                throw new RefusedException("Invalid x-match field type " + typeOf(match) + " (value "
                        + (match == null ? "undefined" : match) + "); expected longstr");
            }
            if (match != null && !isKnown(match.toString())) {
                throw new RefusedException("Invalid x-match field value <<\"" + match + "\">>; expected all, any, "
                        + "all-with-x, or any-with-x");
            }
        }

        private static String typeOf(@Nullable Object value) {
            if (value == null) {
                return "void";
            }
            return value instanceof Integer
                    ? "signedint"
                    : value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        }

        private static boolean isKnown(String match) {
            return switch (match) {
                case "all", "any", "all-with-x", "any-with-x" -> true;
                default -> false;
            };
        }

        @Override
        public void bind(Binding binding) {
            bindings.put(binding, Wanted.of(binding));
        }

        @Override
        public void unbind(Binding binding) {
            bindings.remove(binding);
        }

        @Override
        public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {
            Map<String, @Nullable Object> given = message.headers();
            bindings.forEach((binding, wanted) -> {
                if (wanted.fits(given)) {
                    found.accept(binding.destination());
                }
            });
        }
    }

    /** What a binding wants of headers. */
    private record Wanted(boolean all, boolean withX, Map<String, @Nullable Object> values) {
        static Wanted of(Binding binding) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>(binding.arguments());
            Object given = values.remove(MATCH);
            String match = given == null ? "all" : given.toString();
            return new Wanted(match.startsWith("all"), match.endsWith("-with-x"), values);
        }

        boolean fits(Map<String, @Nullable Object> given) {
            for (Map.Entry<String, @Nullable Object> want : values.entrySet()) {
                String name = want.getKey();
                if (name.startsWith("x-") && !withX) {
                    continue;
                }
                // A void value asks only that the header be there.
                boolean fits = given.containsKey(name)
                        && (want.getValue() == null || sameValue(want.getValue(), given.get(name)));
                if (fits != all) {
                    return fits;
                }
            }
            return all;
        }
    }

    /** By value, whatever the type: 5 is 5 as an integer of any width, a float or a time, text is text or bytes. */
    private static boolean sameValue(Object wanted, @Nullable Object given) {
        if (wanted instanceof String && given instanceof String) {
            return wanted.equals(given);
        }
        Object one = comparable(wanted);
        Object other = comparable(given);
        boolean fractions = one instanceof Double || other instanceof Double;
        if (fractions && one instanceof Number a && other instanceof Number b) {
            return a.doubleValue() == b.doubleValue();
        }
        return Objects.equals(one, other);
    }

    private static @Nullable Object comparable(@Nullable Object value) {
        if (value instanceof Float number) {
            return number.doubleValue();
        } else if (value instanceof Instant time) {
            return time.getEpochSecond();
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> items = new ArrayList<>();
            list.forEach(item -> items.add(item instanceof Number ? item : inside(item)));
            return items;
        }
        return inside(value);
    }

    /** As it counts within a table: only there, and alone, the width of an integer makes no difference. */
    private static @Nullable Object inside(@Nullable Object value) {
        if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
            return ((Number) value).longValue();
        } else if (value instanceof String text) {
            return ByteBuffer.wrap(text.getBytes(UTF_8));
        } else if (value instanceof byte[] bytes) {
            return ByteBuffer.wrap(bytes);
        } else if (value instanceof Map<?, ?> table) {
            Map<Object, @Nullable Object> all = new HashMap<>();
            table.forEach((name, item) -> all.put(name, inside(item)));
            return all;
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> items = new ArrayList<>();
            list.forEach(item -> items.add(inside(item)));
            return items;
        }
        return value;
    }
}
