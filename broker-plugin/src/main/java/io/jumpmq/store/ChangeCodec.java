package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.VhostLimits;
import io.jumpmq.security.NamePattern;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Changes of the catalog as bytes: a kind, then the parts in their order. Texts come behind their length of four bytes. */
final class ChangeCodec {
    private static final int EXCHANGE_DECLARED = 1;
    private static final int EXCHANGE_DELETED = 2;
    private static final int QUEUE_DECLARED = 3;
    private static final int QUEUE_DELETED = 4;
    private static final int BINDING_ADDED = 5;
    private static final int BINDING_REMOVED = 6;
    private static final int VHOST_CREATED = 7;
    private static final int VHOST_DELETED = 8;
    private static final int VHOST_LIMITS_SET = 9;
    private static final int USER_PUT = 10;
    private static final int USER_DELETED = 11;
    private static final int PERMISSION_SET = 12;
    private static final int PERMISSION_CLEARED = 13;
    private static final int POLICY_SET = 14;
    private static final int POLICY_DELETED = 15;
    private static final int RING_RESTORED = 16;
    private static final int TOPIC_PERMISSION_SET = 20;
    private static final int TOPIC_PERMISSION_CLEARED = 21;
    private static final int USER_LIMITS_SET = 22;
    private static final int GLOBAL_PARAMETER_SET = 23;
    private static final int GLOBAL_PARAMETER_CLEARED = 24;
    private static final int RING_NOTED = 25;

    private ChangeCodec() {}

    /** The bytes of a change. */
    static byte[] encode(Change change) {
        Writer out = new Writer();
        if (change instanceof Change.ExchangeDeclared declared) {
            out.kind(EXCHANGE_DECLARED)
                    .text(declared.vhost())
                    .text(declared.name())
                    .text(declared.type());
            out.flag(declared.durable()).flag(declared.autoDelete()).flag(declared.internal());
            out.table(declared.arguments());
        } else if (change instanceof Change.ExchangeDeleted deleted) {
            out.kind(EXCHANGE_DELETED).text(deleted.vhost()).text(deleted.name());
        } else if (change instanceof Change.QueueDeclared declared) {
            out.kind(QUEUE_DECLARED)
                    .text(declared.vhost())
                    .text(declared.name())
                    .number(declared.id());
            out.flag(declared.durable()).flag(declared.autoDelete()).number(declared.owner());
            out.table(declared.arguments());
        } else if (change instanceof Change.QueueDeleted deleted) {
            out.kind(QUEUE_DELETED).text(deleted.vhost()).text(deleted.name());
        } else if (change instanceof Change.BindingAdded added) {
            out.kind(BINDING_ADDED).text(added.vhost()).text(added.source());
            out.flag(added.kind() == DestinationKind.QUEUE).text(added.destination());
            out.text(added.key()).table(added.arguments());
        } else if (change instanceof Change.BindingRemoved removed) {
            out.kind(BINDING_REMOVED).text(removed.vhost()).text(removed.source());
            out.flag(removed.kind() == DestinationKind.QUEUE).text(removed.destination());
            out.text(removed.key()).table(removed.arguments());
        } else if (change instanceof Change.VhostCreated created) {
            out.kind(VHOST_CREATED)
                    .text(created.name())
                    .text(created.description())
                    .texts(created.tags());
            if (!created.defaultQueueType().isEmpty()) {
                out.text(created.defaultQueueType());
            }
        } else if (change instanceof Change.VhostDeleted deleted) {
            out.kind(VHOST_DELETED).text(deleted.name());
        } else if (change instanceof Change.VhostLimitsSet set) {
            out.kind(VHOST_LIMITS_SET).text(set.vhost());
            out.number(set.limits().maxConnections().orElse(-1));
            out.number(set.limits().maxQueues().orElse(-1));
        } else {
            encodeAccess(change, out);
        }
        return out.bytes();
    }

    private static void encodeAccess(Change change, Writer out) {
        if (change instanceof Change.UserPut put) {
            out.kind(USER_PUT).text(put.name()).text(put.password().export()).texts(put.tags());
        } else if (change instanceof Change.UserDeleted deleted) {
            out.kind(USER_DELETED).text(deleted.name());
        } else if (change instanceof Change.PermissionSet set) {
            out.kind(PERMISSION_SET).text(set.vhost()).text(set.user());
            for (Permission.Operation operation : Permission.Operation.values()) {
                out.text(set.permission().text(operation));
            }
        } else if (change instanceof Change.PermissionCleared cleared) {
            out.kind(PERMISSION_CLEARED).text(cleared.vhost()).text(cleared.user());
        } else if (change instanceof Change.PolicySet set) {
            Policy policy = set.policy();
            out.kind(POLICY_SET)
                    .text(set.vhost())
                    .text(policy.name())
                    .text(policy.pattern().text());
            out.text(policy.target().name()).number(policy.priority()).flag(policy.operator());
            out.table(FieldTable.of(policy.definition()));
        } else if (change instanceof Change.PolicyDeleted deleted) {
            out.kind(POLICY_DELETED).text(deleted.vhost()).text(deleted.name()).flag(deleted.operator());
        } else if (change instanceof Change.RingRestored restored) {
            out.kind(RING_RESTORED)
                    .text(restored.vhost())
                    .text(restored.exchange())
                    .block(restored.snapshot());
        } else {
            encodeMore(change, out);
        }
    }

    private static void encodeMore(Change change, Writer out) {
        if (change instanceof Change.TopicPermissionSet set) {
            out.kind(TOPIC_PERMISSION_SET).text(set.vhost()).text(set.user()).text(set.exchange());
            out.text(set.permission().write()).text(set.permission().read());
        } else if (change instanceof Change.TopicPermissionCleared cleared) {
            out.kind(TOPIC_PERMISSION_CLEARED).text(cleared.vhost()).text(cleared.user());
            out.text(cleared.exchange());
        } else if (change instanceof Change.UserLimitsSet set) {
            out.kind(USER_LIMITS_SET).text(set.user());
            out.number(set.limits().maxConnections().orElse(-1));
            out.number(set.limits().maxChannels().orElse(-1));
        } else if (change instanceof Change.GlobalParameterSet set) {
            out.kind(GLOBAL_PARAMETER_SET).text(set.name()).text(set.value());
        } else if (change instanceof Change.GlobalParameterCleared cleared) {
            out.kind(GLOBAL_PARAMETER_CLEARED).text(cleared.name());
        } else if (change instanceof Change.RingNoted noted) {
            out.kind(RING_NOTED).text(noted.vhost()).text(noted.exchange());
            out.number(noted.atMillis()).text(noted.user()).block(noted.before());
        } else {
            throw new IllegalArgumentException("no bytes for " + change);
        }
    }

    /**
     * The change with these bytes.
     *
     * @return null when they are none's
     */
    static @Nullable Change decode(ByteBuffer bytes) {
        try {
            Reader in = new Reader(Unpooled.wrappedBuffer(bytes));
            return in.in.readUnsignedByte() < VHOST_CREATED ? topology(in) : access(in);
        } catch (RuntimeException e) {
            return null; // Whatever was wrong with them.
        }
    }

    private static @Nullable Change topology(Reader in) {
        return switch (in.kind()) {
            case EXCHANGE_DECLARED ->
                new Change.ExchangeDeclared(
                        in.text(), in.text(), in.text(), in.flag(), in.flag(), in.flag(), in.table());
            case EXCHANGE_DELETED -> new Change.ExchangeDeleted(in.text(), in.text());
            case QUEUE_DECLARED ->
                new Change.QueueDeclared(
                        in.text(), in.text(), in.number(), in.flag(), in.flag(), in.number(), in.table());
            case QUEUE_DELETED -> new Change.QueueDeleted(in.text(), in.text());
            case BINDING_ADDED ->
                new Change.BindingAdded(in.text(), in.text(), in.destination(), in.text(), in.text(), in.table());
            case BINDING_REMOVED ->
                new Change.BindingRemoved(in.text(), in.text(), in.destination(), in.text(), in.text(), in.table());
            default -> null;
        };
    }

    private static @Nullable Change access(Reader in) {
        return switch (in.kind()) {
            case VHOST_CREATED -> new Change.VhostCreated(in.text(), in.text(), in.texts(), in.textIfAny());
            case VHOST_DELETED -> new Change.VhostDeleted(in.text());
            case VHOST_LIMITS_SET -> new Change.VhostLimitsSet(in.text(), new VhostLimits(in.limit(), in.limit()));
            case USER_PUT -> new Change.UserPut(in.text(), PasswordHash.parse(in.text()), in.texts());
            case USER_DELETED -> new Change.UserDeleted(in.text());
            case PERMISSION_SET ->
                new Change.PermissionSet(in.text(), in.text(), Permission.of(in.text(), in.text(), in.text()));
            case PERMISSION_CLEARED -> new Change.PermissionCleared(in.text(), in.text());
            case POLICY_SET -> new Change.PolicySet(in.text(), in.policy());
            case POLICY_DELETED -> new Change.PolicyDeleted(in.text(), in.text(), in.flag());
            case RING_RESTORED -> new Change.RingRestored(in.text(), in.text(), in.block());
            case TOPIC_PERMISSION_SET -> in.topicPermission();
            case TOPIC_PERMISSION_CLEARED -> new Change.TopicPermissionCleared(in.text(), in.text(), in.text());
            case USER_LIMITS_SET -> new Change.UserLimitsSet(in.text(), new UserLimits(in.limit(), in.limit()));
            case GLOBAL_PARAMETER_SET -> new Change.GlobalParameterSet(in.text(), in.text());
            case GLOBAL_PARAMETER_CLEARED -> new Change.GlobalParameterCleared(in.text());
            case RING_NOTED -> new Change.RingNoted(in.text(), in.text(), in.number(), in.text(), in.block());
            default -> null;
        };
    }

    private static final class Writer {
        private final ByteBuf out = Unpooled.buffer();

        Writer kind(int kind) {
            out.writeByte(kind);
            return this;
        }

        Writer text(String text) {
            return block(text.getBytes(UTF_8));
        }

        Writer block(byte[] bytes) {
            out.writeInt(bytes.length).writeBytes(bytes);
            return this;
        }

        Writer texts(Set<String> texts) {
            out.writeInt(texts.size());
            texts.stream().sorted().forEach(this::text);
            return this;
        }

        Writer flag(boolean flag) {
            out.writeBoolean(flag);
            return this;
        }

        Writer number(long number) {
            out.writeLong(number);
            return this;
        }

        Writer table(FieldTable table) {
            table.write(out);
            return this;
        }

        byte[] bytes() {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            return bytes;
        }
    }

    private record Reader(ByteBuf in) {
        int kind() {
            return in.getUnsignedByte(0);
        }

        String text() {
            return new String(block(), UTF_8);
        }

        /** One that older records do not have. */
        String textIfAny() {
            return in.isReadable() ? text() : "";
        }

        Change topicPermission() {
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

        boolean flag() {
            return in.readBoolean();
        }

        long number() {
            return in.readLong();
        }

        OptionalInt limit() {
            long limit = in.readLong();
            return limit < 0 ? OptionalInt.empty() : OptionalInt.of((int) limit);
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
}
