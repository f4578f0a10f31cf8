package io.jumpmq.broker.catalog;

import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
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

    private static final class Encoder implements Change.Visitor<ChangeWriter> {
        private final ChangeWriter out = new ChangeWriter();

        @Override
        public ChangeWriter exchangeDeclared(Change.ExchangeDeclared declared) {
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
        public ChangeWriter exchangeDeleted(Change.ExchangeDeleted deleted) {
            return out.kind(EXCHANGE_DELETED).text(deleted.vhost()).text(deleted.name());
        }

        @Override
        public ChangeWriter queueDeclared(Change.QueueDeclared declared) {
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
        public ChangeWriter queueDeleted(Change.QueueDeleted deleted) {
            return out.kind(QUEUE_DELETED).text(deleted.vhost()).text(deleted.name());
        }

        @Override
        public ChangeWriter bindingAdded(Change.BindingAdded added) {
            return out.kind(BINDING_ADDED)
                    .binding(
                            added.vhost(),
                            added.source(),
                            added.kind(),
                            added.destination(),
                            added.key(),
                            added.arguments());
        }

        @Override
        public ChangeWriter bindingRemoved(Change.BindingRemoved removed) {
            return out.kind(BINDING_REMOVED)
                    .binding(
                            removed.vhost(),
                            removed.source(),
                            removed.kind(),
                            removed.destination(),
                            removed.key(),
                            removed.arguments());
        }

        @Override
        public ChangeWriter vhostCreated(Change.VhostCreated created) {
            out.kind(VHOST_CREATED)
                    .text(created.name())
                    .text(created.description())
                    .texts(created.tags());
            return created.defaultQueueType().isEmpty() ? out : out.text(created.defaultQueueType());
        }

        @Override
        public ChangeWriter vhostDeleted(Change.VhostDeleted deleted) {
            return out.kind(VHOST_DELETED).text(deleted.name());
        }

        @Override
        public ChangeWriter vhostLimitsSet(Change.VhostLimitsSet set) {
            return out.kind(VHOST_LIMITS_SET)
                    .text(set.vhost())
                    .limit(set.limits().maxConnections())
                    .limit(set.limits().maxQueues());
        }

        @Override
        public ChangeWriter userPut(Change.UserPut put) {
            return out.kind(USER_PUT)
                    .text(put.name())
                    .text(put.password().export())
                    .texts(put.tags());
        }

        @Override
        public ChangeWriter userDeleted(Change.UserDeleted deleted) {
            return out.kind(USER_DELETED).text(deleted.name());
        }

        @Override
        public ChangeWriter permissionSet(Change.PermissionSet set) {
            return out.kind(PERMISSION_SET).text(set.vhost()).text(set.user()).permission(set.permission());
        }

        @Override
        public ChangeWriter permissionCleared(Change.PermissionCleared cleared) {
            return out.kind(PERMISSION_CLEARED).text(cleared.vhost()).text(cleared.user());
        }

        @Override
        public ChangeWriter topicPermissionSet(Change.TopicPermissionSet set) {
            return out.kind(TOPIC_PERMISSION_SET)
                    .text(set.vhost())
                    .text(set.user())
                    .text(set.exchange())
                    .text(set.permission().write())
                    .text(set.permission().read());
        }

        @Override
        public ChangeWriter topicPermissionCleared(Change.TopicPermissionCleared cleared) {
            return out.kind(TOPIC_PERMISSION_CLEARED)
                    .text(cleared.vhost())
                    .text(cleared.user())
                    .text(cleared.exchange());
        }

        @Override
        public ChangeWriter userLimitsSet(Change.UserLimitsSet set) {
            return out.kind(USER_LIMITS_SET)
                    .text(set.user())
                    .limit(set.limits().maxConnections())
                    .limit(set.limits().maxChannels());
        }

        @Override
        public ChangeWriter globalParameterSet(Change.GlobalParameterSet set) {
            return out.kind(GLOBAL_PARAMETER_SET).text(set.name()).text(set.value());
        }

        @Override
        public ChangeWriter globalParameterCleared(Change.GlobalParameterCleared cleared) {
            return out.kind(GLOBAL_PARAMETER_CLEARED).text(cleared.name());
        }

        @Override
        public ChangeWriter nodeStarted(Change.NodeStarted started) {
            return out.kind(NODE_STARTED).incarnation(started.node());
        }

        @Override
        public ChangeWriter weightsSet(Change.WeightsSet set) {
            return out.kind(WEIGHTS_SET).text(set.vhost()).text(set.exchange()).weights(set.weights());
        }

        @Override
        public ChangeWriter queueIdsReserved(Change.QueueIdsReserved reserved) {
            return out.kind(QUEUE_IDS_RESERVED).number(reserved.highest());
        }

        @Override
        public ChangeWriter policySet(Change.PolicySet set) {
            return out.kind(POLICY_SET).text(set.vhost()).policy(set.policy());
        }

        @Override
        public ChangeWriter policyDeleted(Change.PolicyDeleted deleted) {
            return out.kind(POLICY_DELETED)
                    .text(deleted.vhost())
                    .text(deleted.name())
                    .flag(deleted.operator());
        }

        @Override
        public ChangeWriter ringRestored(Change.RingRestored restored) {
            return out.kind(RING_RESTORED)
                    .text(restored.vhost())
                    .text(restored.exchange())
                    .block(restored.snapshot());
        }

        @Override
        public ChangeWriter ringNoted(Change.RingNoted noted) {
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
            ChangeReader in = new ChangeReader(Unpooled.wrappedBuffer(bytes));
            int kind = in.kind();
            return kind < VHOST_CREATED ? topology(kind, in) : access(kind, in);
        } catch (RuntimeException e) {
            return null; // Whatever was wrong with them.
        }
    }

    private static @Nullable Change topology(int kind, ChangeReader in) {
        return switch (kind) {
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

    private static @Nullable Change access(int kind, ChangeReader in) {
        return switch (kind) {
            case VHOST_CREATED -> new Change.VhostCreated(in.text(), in.text(), in.texts(), in.textIfAny());
            case VHOST_DELETED -> new Change.VhostDeleted(in.text());
            case VHOST_LIMITS_SET -> new Change.VhostLimitsSet(in.text(), new VhostLimits(in.limit(), in.limit()));
            case USER_PUT -> new Change.UserPut(in.text(), PasswordHash.parse(in.text()), in.texts());
            case USER_DELETED -> new Change.UserDeleted(in.text());
            case PERMISSION_SET -> new Change.PermissionSet(in.text(), in.text(), in.permission());
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
}
