package io.jumpmq.broker.exchange;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.broker.message.Message;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.ReplyCode;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** To all destinations whose binding arguments fit the message's headers. */
public final class HeadersExchange implements ExchangeType {
    private static final String MATCH = "x-match";

    @Override
    public String name() {
        return "headers";
    }

    @Override
    public Router create(FieldTable arguments) {
        return new HeadersRouter();
    }

    private static final class HeadersRouter implements Router {
        private final Map<Binding, Boolean> bindings = new ConcurrentHashMap<>();

        @Override
        public void validate(Binding binding) {
            FieldTable arguments = binding.arguments();
            Object match = arguments.get(MATCH);
            if (arguments.has(MATCH) && !(match instanceof LongString)) {
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        "Invalid x-match field type " + typeOf(match) + " (value "
                                + (match == null ? "undefined" : match) + "); expected longstr");
            }
            if (match != null && !isKnown(match.toString())) {
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        "Invalid x-match field value <<\"" + match + "\">>; expected all, any, "
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
            bindings.put(binding, Boolean.TRUE);
        }

        @Override
        public void unbind(Binding binding) {
            bindings.remove(binding);
        }

        @Override
        public boolean mayRepeat() {
            return false;
        }

        @Override
        public void route(Message message, byte[] routingKey, RouteBuffer<Destination> out) {
            FieldTable headers = BasicProperties.decode(message.properties()).headers();
            Map<String, @Nullable Object> given = headers == null ? Map.of() : headers.toMap();
            for (Binding binding : bindings.keySet()) {
                if (matches(binding.arguments().toMap(), given)) {
                    out.add(binding.destination());
                }
            }
        }

        private static boolean matches(Map<String, @Nullable Object> wanted, Map<String, @Nullable Object> given) {
            String match = wanted.get(MATCH) == null ? "all" : String.valueOf(wanted.get(MATCH));
            boolean all = match.startsWith("all");
            boolean withX = match.endsWith("-with-x");
            for (Map.Entry<String, @Nullable Object> want : wanted.entrySet()) {
                String name = want.getKey();
                if (name.equals(MATCH) || (name.startsWith("x-") && !withX)) {
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

        /** By value, whatever the type: 5 is 5 as an integer of any width, a float or a time, text is text or bytes. */
        private static boolean sameValue(Object wanted, @Nullable Object given) {
            Object one = comparable(wanted);
            Object other = comparable(given);
            boolean fractions = one instanceof Double || other instanceof Double;
            if (fractions && one instanceof Number a && other instanceof Number b) {
                return a.doubleValue() == b.doubleValue();
            }
            return Objects.equals(one, other);
        }

        private static @Nullable Object comparable(@Nullable Object value) {
            if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
                return ((Number) value).longValue();
            } else if (value instanceof Float number) {
                return number.doubleValue();
            } else if (value instanceof Instant time) {
                return time.getEpochSecond();
            } else if (value instanceof byte[] bytes) {
                return new LongString(bytes);
            }
            return value;
        }
    }
}
