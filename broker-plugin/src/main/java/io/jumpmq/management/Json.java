package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON documents, and AMQP's values in them. */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(SerializationFeature.WRAP_EXCEPTIONS)
            .build();

    private static final String NOT_JSON = "not_json";
    private static final byte[] NULL = "null".getBytes(UTF_8);
    private static final byte[] UNDEFINED = "undefined".getBytes(UTF_8);

    private Json() {}

    static byte[] write(Object document) {
        try {
            return MAPPER.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws HttpError as {@code into} throws it */
    static void write(Object document, OutputStream into) {
        try {
            MAPPER.writeValue(into, document);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(Object document) {
        return new String(write(document), UTF_8);
    }

    /** Reads an object; no bytes are an empty one, and so are the words by which clients send nothing. */
    static Fields read(byte[] body) {
        if (body.length == 0 || Arrays.equals(body, NULL) || Arrays.equals(body, UNDEFINED)) {
            return new Fields(MAPPER.createObjectNode());
        }
        try {
            JsonNode node = MAPPER.readTree(body);
            if (node == null || !node.isObject()) {
                throw HttpError.badRequest(NOT_JSON);
            }
            return new Fields(node);
        } catch (IOException e) {
            throw HttpError.badRequest(NOT_JSON);
        }
    }

    /** Where and why something is no JSON, behind a colon; empty: it is. */
    static String fault(byte[] body) {
        try {
            MAPPER.readTree(body);
            return "";
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            return ": line " + at.getLineNr() + ", column " + at.getColumnNr() + ": " + e.getOriginalMessage();
        } catch (IOException e) {
            return ": " + e.getMessage();
        }
    }

    /** Lists of pairs as the objects that they stand for, throughout: some versions of RabbitMQ export such. */
    static JsonNode withoutPairs(JsonNode node) {
        if (node.isArray() && !node.isEmpty() && allArePairs(node)) {
            ObjectNode object = MAPPER.createObjectNode();
            node.forEach(pair -> object.set(pair.get(0).textValue(), withoutPairs(pair.get(1))));
            return object;
        } else if (node.isObject()) {
            ObjectNode object = MAPPER.createObjectNode();
            node.properties().forEach(entry -> object.set(entry.getKey(), withoutPairs(entry.getValue())));
            return object;
        }
        return node;
    }

    private static boolean allArePairs(JsonNode array) {
        for (JsonNode item : array) {
            if (!item.isArray() || item.size() != 2 || !item.get(0).isTextual()) {
                return false;
            }
        }
        return true;
    }

    /** JSON that was written here. */
    static JsonNode node(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A table as JSON; what JSON has no type for becomes text. */
    static Map<String, @Nullable Object> of(FieldTable table) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        table.toMap().forEach((name, value) -> map.put(name, value(value)));
        return map;
    }

    static @Nullable Object value(@Nullable Object value) {
        if (value instanceof FieldTable table) {
            return of(table);
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> items = new ArrayList<>();
            list.forEach(item -> items.add(value(item)));
            return items;
        } else if (value instanceof Instant time) {
            return time.getEpochSecond();
        } else if (value instanceof LongString text) {
            return text.toString();
        } else if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        return value;
    }

    /**
     * A JSON object as a table.
     *
     * @throws HttpError 400 when it cannot be one
     */
    static FieldTable table(JsonNode object) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        object.properties().forEach(entry -> map.put(entry.getKey(), amqp(entry.getValue())));
        try {
            return FieldTable.of(map);
        } catch (RuntimeException e) {
            throw HttpError.badRequest("arguments that AMQP cannot carry: " + e.getMessage());
        }
    }

    private static @Nullable Object amqp(JsonNode node) {
        if (node.isObject()) {
            return table(node);
        } else if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            node.forEach(item -> list.add(amqp(item)));
            return list;
        } else if (node.isBoolean()) {
            return node.booleanValue();
        } else if (node.isIntegralNumber()) {
            return integer(node.bigIntegerValue());
        } else if (node.isNumber()) {
            BigDecimal decimal = node.decimalValue();
            return decimal.doubleValue();
        }
        return node.isNull() ? null : node.textValue();
    }

    private static Object integer(BigInteger value) {
        if (value.bitLength() >= Long.SIZE) {
            throw HttpError.badRequest(value + " is larger than any integer of AMQP");
        }
        return value.longValue();
    }
}
