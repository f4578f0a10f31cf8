package io.jumpmq.broker.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.node.NodeId;
import io.jumpmq.security.NamePattern;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the catalog as bytes: a kind, then the parts in their order. Texts come behind their length of four bytes. A kind
 * keeps its parts for good, so that all that was ever recorded can be read; other parts make another kind.
 */
public final class ChangeCodec {
    /** From before nodes had identities, as {@link #QUEUE_DECLARED}. */
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
    private static final int QUEUE_DECLARED_AT = 26;
    private static final int EXCHANGE_DECLARED_BY = 27;
    private static final int NODE_STARTED = 28;
    private static final int QUEUE_IDS_RESERVED = 29;
    private static final int WEIGHTS_SET = 30;

    private ChangeCodec() {}

    /** The bytes of a change. */
    public static byte[] encode(Change change) {
        return change.accept(new Encoder()).bytes();
    }

    /**
     * Lets a change pass that can be kept: it fits into {@value Change#MAX_BYTES} bytes, and its texts are Unicode, for half a
     * character would come back as another name.
     *
     * @throws AmqpException PRECONDITION_FAILED when it cannot
     */
    static void require(Change change) {
        int bytes = encode(change).length;
        if (bytes > Change.MAX_BYTES) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    (change instanceof Change.RingRestored ? "a ring" : "something") + " that takes " + bytes
                            + " bytes cannot be kept; the limit is " + Change.MAX_BYTES);
        }
    }

    private static final class Encoder implements Change.Visitor<Writer> {
        private final Writer out = new Writer();

        @Override
        public Writer exchangeDeclared(Change.ExchangeDeclared declared) {
            return out.kind(EXCHANGE_DECLARED_BY)
                    .text(declared.vhost())
                    .text(declared.name())
                    .text(declared.type())
                    .flag(declared.durable())
                    .flag(declared.autoDelete())
                    .flag(declared.internal())
                    .table(declared.arguments())
                    .incarnation(declared.home());
        }

        @Override
        public Writer exchangeDeleted(Change.ExchangeDeleted deleted) {
            return out.kind(EXCHANGE_DELETED).text(deleted.vhost()).text(deleted.name());
        }

        @Override
        public Writer queueDeclared(Change.QueueDeclared declared) {
            return out.kind(QUEUE_DECLARED_AT)
                    .text(declared.vhost())
                    .text(declared.name())
                    .number(declared.id())
                    .flag(declared.durable())
                    .flag(declared.autoDelete())
                    .incarnation(declared.home())
                    .connection(declared.owner())
                    .table(declared.arguments());
        }

        @Override
        public Writer queueDeleted(Change.QueueDeleted deleted) {
            return out.kind(QUEUE_DELETED).text(deleted.vhost()).text(deleted.name());
        }

        @Override
        public Writer bindingAdded(Change.BindingAdded added) {
            return out.kind(BINDING_ADDED)
                    .text(added.vhost())
                    .text(added.source())
                    .flag(added.kind() == DestinationKind.QUEUE)
                    .text(added.destination())
                    .text(added.key())
                    .table(added.arguments());
        }

        @Override
        public Writer bindingRemoved(Change.BindingRemoved removed) {
            return out.kind(BINDING_REMOVED)
                    .text(removed.vhost())
                    .text(removed.source())
                    .flag(removed.kind() == DestinationKind.QUEUE)
                    .text(removed.destination())
                    .text(removed.key())
                    .table(removed.arguments());
        }

        @Override
        public Writer vhostCreated(Change.VhostCreated created) {
            out.kind(VHOST_CREATED)
                    .text(created.name())
                    .text(created.description())
                    .texts(created.tags());
            return created.defaultQueueType().isEmpty() ? out : out.text(created.defaultQueueType());
        }

        @Override
        public Writer vhostDeleted(Change.VhostDeleted deleted) {
            return out.kind(VHOST_DELETED).text(deleted.name());
        }

        @Override
        public Writer vhostLimitsSet(Change.VhostLimitsSet set) {
            return out.kind(VHOST_LIMITS_SET)
                    .text(set.vhost())
                    .limit(set.limits().maxConnections())
                    .limit(set.limits().maxQueues());
        }

        @Override
        public Writer userPut(Change.UserPut put) {
            return out.kind(USER_PUT)
                    .text(put.name())
                    .text(put.password().export())
                    .texts(put.tags());
        }

        @Override
        public Writer userDeleted(Change.UserDeleted deleted) {
            return out.kind(USER_DELETED).text(deleted.name());
        }

        @Override
        public Writer permissionSet(Change.PermissionSet set) {
            return out.kind(PERMISSION_SET)
                    .text(set.vhost())
                    .text(set.user())
                    .text(set.permission().text(Permission.Operation.CONFIGURE))
                    .text(set.permission().text(Permission.Operation.WRITE))
                    .text(set.permission().text(Permission.Operation.READ));
        }

        @Override
        public Writer permissionCleared(Change.PermissionCleared cleared) {
            return out.kind(PERMISSION_CLEARED).text(cleared.vhost()).text(cleared.user());
        }

        @Override
        public Writer topicPermissionSet(Change.TopicPermissionSet set) {
            return out.kind(TOPIC_PERMISSION_SET)
                    .text(set.vhost())
                    .text(set.user())
                    .text(set.exchange())
                    .text(set.permission().write())
                    .text(set.permission().read());
        }

        @Override
        public Writer topicPermissionCleared(Change.TopicPermissionCleared cleared) {
            return out.kind(TOPIC_PERMISSION_CLEARED)
                    .text(cleared.vhost())
                    .text(cleared.user())
                    .text(cleared.exchange());
        }

        @Override
        public Writer userLimitsSet(Change.UserLimitsSet set) {
            return out.kind(USER_LIMITS_SET)
                    .text(set.user())
                    .limit(set.limits().maxConnections())
                    .limit(set.limits().maxChannels());
        }

        @Override
        public Writer globalParameterSet(Change.GlobalParameterSet set) {
            return out.kind(GLOBAL_PARAMETER_SET).text(set.name()).text(set.value());
        }

        @Override
        public Writer globalParameterCleared(Change.GlobalParameterCleared cleared) {
            return out.kind(GLOBAL_PARAMETER_CLEARED).text(cleared.name());
        }

        @Override
        public Writer nodeStarted(Change.NodeStarted started) {
            return out.kind(NODE_STARTED).incarnation(started.node());
        }

        @Override
        public Writer weightsSet(Change.WeightsSet set) {
            out.kind(WEIGHTS_SET)
                    .text(set.vhost())
                    .text(set.exchange())
                    .number(set.weights().size());
            set.weights()
                    .forEach(weight -> out.flag(weight.kind() == DestinationKind.QUEUE)
                            .text(weight.destination())
                            .number(weight.weight()));
            return out;
        }

        @Override
        public Writer queueIdsReserved(Change.QueueIdsReserved reserved) {
            return out.kind(QUEUE_IDS_RESERVED).number(reserved.highest());
        }

        @Override
        public Writer policySet(Change.PolicySet set) {
            Policy policy = set.policy();
            return out.kind(POLICY_SET)
                    .text(set.vhost())
                    .text(policy.name())
                    .text(policy.pattern().text())
                    .text(policy.target().name())
                    .number(policy.priority())
                    .flag(policy.operator())
                    .definition(policy.definition());
        }

        @Override
        public Writer policyDeleted(Change.PolicyDeleted deleted) {
            return out.kind(POLICY_DELETED)
                    .text(deleted.vhost())
                    .text(deleted.name())
                    .flag(deleted.operator());
        }

        @Override
        public Writer ringRestored(Change.RingRestored restored) {
            return out.kind(RING_RESTORED)
                    .text(restored.vhost())
                    .text(restored.exchange())
                    .block(restored.snapshot());
        }

        @Override
        public Writer ringNoted(Change.RingNoted noted) {
            return out.kind(RING_NOTED)
                    .text(noted.vhost())
                    .text(noted.exchange())
                    .number(noted.atMillis())
                    .text(noted.user())
                    .block(noted.before());
        }
    }

    /**
     * The change with these bytes.
     *
     * @return null when they are none's
     */
    public static @Nullable Change decode(ByteBuffer bytes) {
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
                        in.text(),
                        in.text(),
                        in.text(),
                        in.flag(),
                        in.flag(),
                        in.flag(),
                        in.table(),
                        Incarnation.UNKNOWN);
            case EXCHANGE_DELETED -> new Change.ExchangeDeleted(in.text(), in.text());
            case QUEUE_DECLARED ->
                new Change.QueueDeclared(
                        in.text(),
                        in.text(),
                        in.number(),
                        in.flag(),
                        in.flag(),
                        Incarnation.UNKNOWN,
                        in.formerConnection(),
                        in.table());
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
            case QUEUE_DECLARED_AT ->
                new Change.QueueDeclared(
                        in.text(),
                        in.text(),
                        in.number(),
                        in.flag(),
                        in.flag(),
                        in.incarnation(),
                        in.connection(),
                        in.table());
            case EXCHANGE_DECLARED_BY ->
                new Change.ExchangeDeclared(
                        in.text(), in.text(), in.text(), in.flag(), in.flag(), in.flag(), in.table(), in.incarnation());
            case WEIGHTS_SET -> new Change.WeightsSet(in.text(), in.text(), in.weights());
            case QUEUE_IDS_RESERVED -> new Change.QueueIdsReserved(in.number());
            case NODE_STARTED -> new Change.NodeStarted(in.incarnation());
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

        Writer definition(Map<String, Object> definition) {
            definition.values().forEach(value -> requireUnicode(String.valueOf(value)));
            return table(FieldTable.of(definition));
        }

        Writer limit(OptionalInt limit) {
            return number(limit.orElse(-1));
        }

        Writer incarnation(Incarnation incarnation) {
            UUID node = incarnation.node().value();
            return number(node.getMostSignificantBits())
                    .number(node.getLeastSignificantBits())
                    .number(incarnation.number());
        }

        Writer connection(@Nullable ConnectionId connection) {
            return connection == null
                    ? flag(false)
                    : flag(true).incarnation(connection.node()).number(connection.number());
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

        /** 0: none. */
        @Nullable ConnectionId formerConnection() {
            long number = number();
            return number == 0 ? null : new ConnectionId(Incarnation.UNKNOWN, number);
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
