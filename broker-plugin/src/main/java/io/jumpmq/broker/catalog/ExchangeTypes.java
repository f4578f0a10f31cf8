package io.jumpmq.broker.catalog;

import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.HashMap;
import java.util.Map;

/** The exchange types that there are, by name. */
final class ExchangeTypes {
    private final Map<String, ExchangeType> types = new HashMap<>();

    ExchangeTypes(Iterable<ExchangeType> types) {
        types.forEach(type -> this.types.put(type.name(), type));
    }

    /**
     * The type of that name.
     *
     * @throws AmqpException COMMAND_INVALID when there is none
     */
    ExchangeType require(String name) {
        ExchangeType type = types.get(name);
        if (type == null) {
            String what = name.isEmpty() ? "invalid" : "unknown";
            throw new AmqpException(ReplyCode.COMMAND_INVALID, what + " exchange type '" + name + "'");
        }
        return type;
    }
}
