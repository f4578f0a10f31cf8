package io.jumpmq.broker.catalog;

import io.jumpmq.ring.hash.HashAlgorithm;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.UserLimits;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commands as bytes, for a log whose readers decide for themselves: a kind, then the parts in their order, as {@link ChangeCodec}
 * writes those of changes. A kind keeps its parts for good; other parts make another kind.
 */
public final class CommandCodec {
    private static final int DECLARE_EXCHANGE = 1;
    private static final int DELETE_EXCHANGE = 2;
    private static final int DECLARE_QUEUE = 3;
    private static final int DELETE_QUEUE = 4;
    private static final int BIND = 5;
    private static final int UNBIND = 6;
    private static final int RELEASE_CONNECTION = 7;
    private static final int RELEASE_NODE = 8;
    private static final int CREATE_VHOST = 9;
    private static final int DELETE_VHOST = 10;
    private static final int SET_VHOST_LIMITS = 11;
    private static final int PUT_USER = 12;
    private static final int DELETE_USER = 13;
    private static final int SET_PERMISSION = 14;
    private static final int CLEAR_PERMISSION = 15;
    private static final int SET_TOPIC_PERMISSION = 16;
    private static final int CLEAR_TOPIC_PERMISSIONS = 17;
    private static final int SET_USER_LIMITS = 18;
    private static final int SET_GLOBAL_PARAMETER = 19;
    private static final int CLEAR_GLOBAL_PARAMETER = 20;
    private static final int SET_POLICY = 21;
    private static final int DELETE_POLICY = 22;
    private static final int SET_WEIGHTS = 23;
    private static final int RESTORE_RING = 24;

    private CommandCodec() {}

    /**
     * The bytes of a command.
     *
     * @throws io.jumpmq.value.AmqpException PRECONDITION_FAILED when one of its texts is not Unicode: it would come back as another
     */
    public static byte[] encode(Command command) {
        return command.accept(new Encoder()).bytes();
    }

    private static final class Encoder implements Command.Visitor<ChangeWriter> {
        private final ChangeWriter out = new ChangeWriter();

        @Override
        public ChangeWriter declareExchange(Command.DeclareExchange command) {
            return out.kind(DECLARE_EXCHANGE)
                    .text(command.vhost())
                    .text(command.name())
                    .text(command.type())
                    .flag(command.durable())
                    .flag(command.autoDelete())
                    .flag(command.internal())
                    .table(command.arguments())
                    .connection(command.connection());
        }

        @Override
        public ChangeWriter deleteExchange(Command.DeleteExchange command) {
            return out.kind(DELETE_EXCHANGE)
                    .text(command.vhost())
                    .text(command.name())
                    .flag(command.ifUnused());
        }

        @Override
        public ChangeWriter declareQueue(Command.DeclareQueue command) {
            return out.kind(DECLARE_QUEUE)
                    .text(command.vhost())
                    .text(command.name())
                    .flag(command.durable())
                    .flag(command.exclusive())
                    .flag(command.autoDelete())
                    .table(command.arguments())
                    .connection(command.connection());
        }

        @Override
        public ChangeWriter deleteQueue(Command.DeleteQueue command) {
            return out.kind(DELETE_QUEUE)
                    .text(command.vhost())
                    .text(command.name())
                    .number(command.id());
        }

        @Override
        public ChangeWriter bind(Command.Bind command) {
            return out.kind(BIND)
                    .binding(
                            command.vhost(),
                            command.source(),
                            command.kind(),
                            command.destination(),
                            command.key(),
                            command.arguments())
                    .connection(command.connection());
        }

        @Override
        public ChangeWriter unbind(Command.Unbind command) {
            return out.kind(UNBIND)
                    .binding(
                            command.vhost(),
                            command.source(),
                            command.kind(),
                            command.destination(),
                            command.key(),
                            command.arguments())
                    .connection(command.connection());
        }

        @Override
        public ChangeWriter releaseConnection(Command.ReleaseConnection command) {
            return out.kind(RELEASE_CONNECTION).connection(command.connection());
        }

        @Override
        public ChangeWriter releaseNode(Command.ReleaseNode command) {
            return out.kind(RELEASE_NODE).incarnation(command.node());
        }

        @Override
        public ChangeWriter createVhost(Command.CreateVhost command) {
            return out.kind(CREATE_VHOST)
                    .text(command.name())
                    .text(command.description())
                    .texts(command.tags())
                    .text(command.defaultQueueType());
        }

        @Override
        public ChangeWriter deleteVhost(Command.DeleteVhost command) {
            return out.kind(DELETE_VHOST).text(command.name());
        }

        @Override
        public ChangeWriter setVhostLimits(Command.SetVhostLimits command) {
            return out.kind(SET_VHOST_LIMITS)
                    .text(command.vhost())
                    .limit(command.limits().maxConnections())
                    .limit(command.limits().maxQueues());
        }

        @Override
        public ChangeWriter putUser(Command.PutUser command) {
            return out.kind(PUT_USER)
                    .text(command.name())
                    .text(command.password().export())
                    .texts(command.tags());
        }

        @Override
        public ChangeWriter deleteUser(Command.DeleteUser command) {
            return out.kind(DELETE_USER).text(command.name());
        }

        @Override
        public ChangeWriter setPermission(Command.SetPermission command) {
            return out.kind(SET_PERMISSION)
                    .text(command.vhost())
                    .text(command.user())
                    .permission(command.permission());
        }

        @Override
        public ChangeWriter clearPermission(Command.ClearPermission command) {
            return out.kind(CLEAR_PERMISSION).text(command.vhost()).text(command.user());
        }

        @Override
        public ChangeWriter setTopicPermission(Command.SetTopicPermission command) {
            return out.kind(SET_TOPIC_PERMISSION)
                    .text(command.vhost())
                    .text(command.user())
                    .text(command.exchange())
                    .text(command.permission().write())
                    .text(command.permission().read());
        }

        @Override
        public ChangeWriter clearTopicPermissions(Command.ClearTopicPermissions command) {
            String exchange = command.exchange();
            out.kind(CLEAR_TOPIC_PERMISSIONS)
                    .text(command.vhost())
                    .text(command.user())
                    .flag(exchange != null);
            return exchange == null ? out : out.text(exchange);
        }

        @Override
        public ChangeWriter setUserLimits(Command.SetUserLimits command) {
            return out.kind(SET_USER_LIMITS)
                    .text(command.user())
                    .limit(command.limits().maxConnections())
                    .limit(command.limits().maxChannels());
        }

        @Override
        public ChangeWriter setGlobalParameter(Command.SetGlobalParameter command) {
            return out.kind(SET_GLOBAL_PARAMETER).text(command.name()).text(command.value());
        }

        @Override
        public ChangeWriter clearGlobalParameter(Command.ClearGlobalParameter command) {
            return out.kind(CLEAR_GLOBAL_PARAMETER).text(command.name());
        }

        @Override
        public ChangeWriter setPolicy(Command.SetPolicy command) {
            return out.kind(SET_POLICY).text(command.vhost()).policy(command.policy());
        }

        @Override
        public ChangeWriter deletePolicy(Command.DeletePolicy command) {
            return out.kind(DELETE_POLICY)
                    .text(command.vhost())
                    .text(command.name())
                    .flag(command.operator());
        }

        @Override
        public ChangeWriter setWeights(Command.SetWeights command) {
            return out.kind(SET_WEIGHTS)
                    .text(command.vhost())
                    .text(command.exchange())
                    .weights(command.weights())
                    .epoch(command.ifEpoch());
        }

        @Override
        public ChangeWriter restoreRing(Command.RestoreRing command) {
            return out.kind(RESTORE_RING)
                    .text(command.vhost())
                    .text(command.exchange())
                    .text(command.array().algorithm().toString())
                    .number(command.array().epoch())
                    .weights(command.array().runs())
                    .epoch(command.ifEpoch());
        }
    }

    /**
     * The command with these bytes.
     *
     * @return null when they are none's that is known here
     */
    public static @Nullable Command decode(ByteBuffer bytes) {
        try {
            ChangeReader in = new ChangeReader(Unpooled.wrappedBuffer(bytes));
            int kind = in.kind();
            Command command = kind < CREATE_VHOST ? topology(kind, in) : administration(kind, in);
            return in.isAtEnd() ? command : null;
        } catch (RuntimeException e) {
            return null; // Whatever was wrong with them.
        }
    }

    private static @Nullable Command topology(int kind, ChangeReader in) {
        return switch (kind) {
            case DECLARE_EXCHANGE ->
                new Command.DeclareExchange(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.flag(),
                        in.flag(),
                        in.flag(),
                        in.table(),
                        in.requiredConnection());
            case DELETE_EXCHANGE -> new Command.DeleteExchange(in.text(), in.text(), in.flag());
            case DECLARE_QUEUE ->
                new Command.DeclareQueue(
                        in.text(), in.text(), in.flag(), in.flag(), in.flag(), in.table(), in.requiredConnection());
            case DELETE_QUEUE -> new Command.DeleteQueue(in.text(), in.text(), in.number());
            case BIND ->
                new Command.Bind(
                        in.text(),
                        in.text(),
                        in.destination(),
                        in.text(),
                        in.text(),
                        in.table(),
                        in.requiredConnection());
            case UNBIND ->
                new Command.Unbind(
                        in.text(),
                        in.text(),
                        in.destination(),
                        in.text(),
                        in.text(),
                        in.table(),
                        in.requiredConnection());
            case RELEASE_CONNECTION -> new Command.ReleaseConnection(in.requiredConnection());
            case RELEASE_NODE -> new Command.ReleaseNode(in.incarnation());
            default -> null;
        };
    }

    private static @Nullable Command administration(int kind, ChangeReader in) {
        return switch (kind) {
            case CREATE_VHOST -> new Command.CreateVhost(in.text(), in.text(), in.texts(), in.text());
            case DELETE_VHOST -> new Command.DeleteVhost(in.text());
            case SET_VHOST_LIMITS -> new Command.SetVhostLimits(in.text(), new VhostLimits(in.limit(), in.limit()));
            case PUT_USER -> new Command.PutUser(in.text(), PasswordHash.parse(in.text()), in.texts());
            case DELETE_USER -> new Command.DeleteUser(in.text());
            case SET_PERMISSION -> new Command.SetPermission(in.text(), in.text(), in.permission());
            case CLEAR_PERMISSION -> new Command.ClearPermission(in.text(), in.text());
            case SET_TOPIC_PERMISSION -> topicPermission(in);
            case CLEAR_TOPIC_PERMISSIONS ->
                new Command.ClearTopicPermissions(in.text(), in.text(), in.flag() ? in.text() : null);
            case SET_USER_LIMITS -> new Command.SetUserLimits(in.text(), new UserLimits(in.limit(), in.limit()));
            case SET_GLOBAL_PARAMETER -> new Command.SetGlobalParameter(in.text(), in.text());
            case CLEAR_GLOBAL_PARAMETER -> new Command.ClearGlobalParameter(in.text());
            case SET_POLICY -> new Command.SetPolicy(in.text(), in.policy());
            case DELETE_POLICY -> new Command.DeletePolicy(in.text(), in.text(), in.flag());
            case SET_WEIGHTS -> new Command.SetWeights(in.text(), in.text(), in.weights(), in.epoch());
            case RESTORE_RING ->
                new Command.RestoreRing(
                        in.text(),
                        in.text(),
                        new Command.RingArray(HashAlgorithm.named(in.text()), in.number(), List.copyOf(in.weights())),
                        in.epoch());
            default -> null;
        };
    }

    private static Command topicPermission(ChangeReader in) {
        Change.TopicPermissionSet set = in.topicPermission();
        return new Command.SetTopicPermission(set.vhost(), set.user(), set.exchange(), set.permission());
    }
}
