package io.jumpmq.management;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.value.FieldTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object that somebody has sent; nothing about them is certain. */
final class Fields {
    private final JsonNode object;

    Fields(JsonNode object) {
        this.object = object;
    }

    /** The object itself. */
    JsonNode node() {
        return object;
    }

    boolean has(String name) {
        return object.hasNonNull(name);
    }

    /** Refuses an object that lacks some of these, as RabbitMQ does. */
    void require(String... names) {
        List<String> missing = new ArrayList<>();
        for (String name : names) {
            if (!object.has(name)) {
                missing.add("{key_missing," + name + "}");
            }
        }
        if (!missing.isEmpty()) {
            throw HttpError.badRequest("[" + String.join(",", missing) + "]");
        }
    }

    @Nullable String text(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(name, "a string", value);
        }
        return value.textValue();
    }

    String text(String name, String otherwise) {
        String text = text(name);
        return text == null ? otherwise : text;
    }

    String requiredText(String name) {
        String text = text(name);
        if (text == null) {
            throw HttpError.badRequest("[{key_missing," + name + "}]");
        }
        return text;
    }

    /** Also from the words true and false. */
    boolean truth(String name, boolean otherwise) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        } else if (value.isTextual()
                && (value.textValue().equals("true") || value.textValue().equals("false"))) {
            return value.textValue().equals("true");
        }
        throw wrong(name, "true or false", value);
    }

    /** Also from digits in a string. */
    long number(String name, long otherwise) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        } else if (value.isTextual()) {
            try {
                return Long.parseLong(value.textValue());
            } catch (NumberFormatException e) {
                throw wrong(name, "a whole number", value);
            }
        }
        throw wrong(name, "a whole number", value);
    }

    /** An object's entries as a table; an empty one when it is not there. */
    FieldTable table(String name) {
        JsonNode value = object.get(name);
        // An empty array stands for an empty object: some languages cannot tell them apart.
        if (value == null || value.isNull() || (value.isArray() && value.isEmpty())) {
            return FieldTable.EMPTY;
        }
        if (!value.isObject()) {
            throw wrong(name, "an object", value);
        }
        return Json.table(value);
    }

    /** An object, perhaps written as a list of its entries, each a pair; an empty one when it is not there. */
    Fields object(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull() || (value.isArray() && value.isEmpty())) {
            return Json.read(new byte[0]);
        }
        value = Json.withoutPairs(value);
        if (!value.isObject()) {
            throw wrong(name, "an object", value);
        }
        return new Fields(value);
    }

    /** The objects of an array; none when it is not there. */
    List<Fields> objects(String name) {
        JsonNode value = object.get(name);
        List<Fields> all = new ArrayList<>();
        if (value == null || value.isNull()) {
            return all;
        }
        if (!value.isArray()) {
            throw wrong(name, "an array", value);
        }
        for (JsonNode item : value) {
            if (!item.isObject()) {
                throw wrong(name, "an array of objects", item);
            }
            all.add(new Fields(item));
        }
        return all;
    }

    private static HttpError wrong(String name, String expected, JsonNode value) {
        String text = value.toString();
        return HttpError.badRequest(
                name + " must be " + expected + ", not " + (text.length() <= 80 ? text : text.substring(0, 80) + "…"));
    }
}
