package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Arguments of verbs that are JSON. */
final class JsonArgument {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonArgument() {}

    static JsonNode object(String text) {
        JsonNode node = any(text);
        if (!node.isObject()) {
            throw CtlException.usage("the definition must be a JSON object, not " + text);
        }
        return node;
    }

    static JsonNode any(String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (!node.isMissingNode()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // Said below.
        }
        throw CtlException.usage("this must be JSON, and is not (a text needs quotes of its own): " + text);
    }
}
