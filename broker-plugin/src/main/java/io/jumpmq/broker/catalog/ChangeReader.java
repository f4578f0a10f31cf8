package io.jumpmq.broker.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.node.NodeId;
import io.jumpmq.security.NamePattern;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the parts of a change or a command, as {@link ChangeWriter} has written them, in their order. */
final class ChangeReader {
    private final ByteBuf in;

    ChangeReader(ByteBuf in) {
        this.in = in;
    }

    int kind() {
        return in.readUnsignedByte();
    }

    String text() {
        return new String(block(), UTF_8);
    }

    /** One that older records do not have. */
    String textIfAny() {
        return in.isReadable() ? text() : "";
    }

    Change.TopicPermissionSet topicPermission() {
        String vhost = text();
        String user = text();
        return new Change.TopicPermissionSet(vhost, user, text(), TopicPermission.of(user, vhost, text(), text()));
    }

    byte[] block() {
        int length = in.readInt();
        if (length < 0 || length > in.readableBytes()) {
            throw new IndexOutOfBoundsException(length);
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    Set<String> texts() {
        Set<String> texts = new HashSet<>();
        for (int count = in.readInt(); count > 0; count--) {
            texts.add(text());
        }
        return Set.copyOf(texts);
    }

    List<Command.Weight> weights() {
        List<Command.Weight> weights = new ArrayList<>();
        for (long count = number(); count > 0; count--) {
            weights.add(new Command.Weight(destination(), text(), (int) number()));
        }
        return weights;
    }

    boolean flag() {
        return in.readBoolean();
    }

    long number() {
        return in.readLong();
    }

    Incarnation incarnation() {
        return new Incarnation(NodeId.of(number(), number()), number());
    }

    @Nullable ConnectionId connection() {
        return flag() ? new ConnectionId(incarnation(), number()) : null;
    }

    ConnectionId requiredConnection() {
        return Objects.requireNonNull(connection());
    }

    /** 0: none. */
    @Nullable ConnectionId formerConnection() {
        long number = number();
        return number == 0 ? null : new ConnectionId(Incarnation.UNKNOWN, number);
    }

    OptionalLong epoch() {
        boolean isPresent = flag();
        long epoch = number();
        return isPresent ? OptionalLong.of(epoch) : OptionalLong.empty();
    }

    boolean isAtEnd() {
        return !in.isReadable();
    }

    OptionalInt limit() {
        long limit = in.readLong();
        return limit < 0 ? OptionalInt.empty() : OptionalInt.of((int) limit);
    }

    Permission permission() {
        return Permission.of(text(), text(), text());
    }

    DestinationKind destination() {
        return flag() ? DestinationKind.QUEUE : DestinationKind.EXCHANGE;
    }

    FieldTable table() {
        return FieldTable.read(in);
    }

    Policy policy() {
        String name = text();
        NamePattern pattern = NamePattern.of(text());
        Policy.Target target = Policy.Target.valueOf(text());
        int priority = (int) number();
        boolean operator = flag();
        Map<String, Object> definition = new LinkedHashMap<>();
        table().toMap().forEach((key, value) -> {
            if (value != null) {
                definition.put(key, value instanceof LongString text ? text.toString() : value);
            }
        });
        return new Policy(name, pattern, target, priority, definition, operator);
    }
}
