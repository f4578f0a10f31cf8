package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.NewExchange;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.PlainValues;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that is wanted.
 *
 * @param table its arguments
 */
public record Declaration(String virtualHost, String name, FieldTable table) implements NewExchange {
    @Override
    public Map<String, @Nullable Object> arguments() {
        return PlainValues.of(table);
    }
}
