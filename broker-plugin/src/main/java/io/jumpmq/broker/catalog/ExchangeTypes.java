package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.WaitingRouter;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.Router;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The exchange types that there are, by name. */
final class ExchangeTypes {
    private final Map<String, ExchangeType> types = new TreeMap<>();

    ExchangeTypes(Iterable<ExchangeType> types) {
        types.forEach(type -> this.types.put(type.name(), type));
    }

    /** All of them, by name. */
    Collection<ExchangeType> all() {
        return Collections.unmodifiableCollection(types.values());
    }

    /** The router of an exchange that there is: one that waits when its type is missing. */
    Router router(Change.ExchangeDeclared declared) {
        ExchangeType type = types.get(declared.type());
        return type == null ? new WaitingRouter() : type.create(Topology.wanted(declared));
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
