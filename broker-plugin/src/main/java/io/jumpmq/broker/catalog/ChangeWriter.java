package io.jumpmq.broker.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.security.Permission;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes the parts of a change or a command. {@link ChangeReader} reads them. */
final class ChangeWriter {
    private final ByteBuf out = Unpooled.buffer();

    ChangeWriter kind(int kind) {
        out.writeByte(kind);
        return this;
    }

    ChangeWriter text(String text) {
        requireUnicode(text);
        return block(text.getBytes(UTF_8));
    }

    private static void requireUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw new AmqpException(
                            ReplyCode.PRECONDITION_FAILED, "a text is not Unicode: half a character at " + i);
                }
                i++;
            }
        }
    }

    private ChangeWriter definition(Map<String, Object> definition) {
        definition.values().forEach(value -> requireUnicode(String.valueOf(value)));
        return table(FieldTable.of(definition));
    }

    ChangeWriter destination(DestinationKind kind) {
        return flag(kind == DestinationKind.QUEUE);
    }

    ChangeWriter binding(
            String vhost, String source, DestinationKind kind, String destination, String key, FieldTable arguments) {
        return text(vhost)
                .text(source)
                .destination(kind)
                .text(destination)
                .text(key)
                .table(arguments);
    }

    ChangeWriter permission(Permission permission) {
        return text(permission.text(Permission.Operation.CONFIGURE))
                .text(permission.text(Permission.Operation.WRITE))
                .text(permission.text(Permission.Operation.READ));
    }

    ChangeWriter policy(Policy policy) {
        return text(policy.name())
                .text(policy.pattern().text())
                .text(policy.target().name())
                .number(policy.priority())
                .flag(policy.operator())
                .definition(policy.definition());
    }

    ChangeWriter weights(List<Command.Weight> weights) {
        number(weights.size());
        weights.forEach(
                weight -> destination(weight.kind()).text(weight.destination()).number(weight.weight()));
        return this;
    }

    ChangeWriter epoch(OptionalLong epoch) {
        return flag(epoch.isPresent()).number(epoch.orElse(0));
    }

    ChangeWriter limit(OptionalInt limit) {
        return number(limit.orElse(-1));
    }

    ChangeWriter incarnation(Incarnation incarnation) {
        UUID node = incarnation.node().value();
        return number(node.getMostSignificantBits())
                .number(node.getLeastSignificantBits())
                .number(incarnation.number());
    }

    ChangeWriter connection(@Nullable ConnectionId connection) {
        return connection == null
                ? flag(false)
                : flag(true).incarnation(connection.node()).number(connection.number());
    }

    ChangeWriter block(byte[] bytes) {
        out.writeInt(bytes.length).writeBytes(bytes);
        return this;
    }

    ChangeWriter texts(Set<String> texts) {
        out.writeInt(texts.size());
        texts.stream().sorted().forEach(this::text);
        return this;
    }

    ChangeWriter flag(boolean flag) {
        out.writeBoolean(flag);
        return this;
    }

    ChangeWriter number(long number) {
        out.writeLong(number);
        return this;
    }

    ChangeWriter table(FieldTable table) {
        table.write(out);
        return this;
    }

    byte[] bytes() {
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }
}
