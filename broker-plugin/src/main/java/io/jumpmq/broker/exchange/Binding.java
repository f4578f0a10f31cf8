package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.Destination;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.PlainValues;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One binding of an exchange. Two are the same when all three are equal.
 *
 * @param table its arguments
 */
public record Binding(Destination destination, String key, FieldTable table) implements io.jumpmq.plugin.Binding {
    @Override
    public Map<String, @Nullable Object> arguments() {
        return PlainValues.of(table);
    }
}
