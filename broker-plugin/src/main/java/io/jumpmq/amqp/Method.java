package io.jumpmq.amqp;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import io.jumpmq.value.ShortString;
import io.netty.buffer.ByteBuf;
import java.util.Locale;

/**
 * The methods of AMQP 0-9-1 and of RabbitMQ's extensions to it, one record each, with the fields of the specification in
 * their order; reserved fields are left out.
 *
 * <p>A method is identified by {@link #id}: its class's number times 65,536 plus its own, which is how it stands at the
 * beginning of a method frame.
 */
public sealed interface Method {
    /** Class and method number as one. */
    int id();

    /** Writes the arguments, without the numbers before them. */
    void writeArguments(ByteBuf out);

    default int classId() {
        return id() >>> 16;
    }

    default int methodId() {
        return id() & 0xffff;
    }

    /** As the specification calls it, such as {@code queue.declare-ok}. */
    default String dottedName() {
        String words =
                getClass().getSimpleName().replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return words.replaceFirst("-", ".");
    }

    /**
     * Reads a method frame's payload.
     *
     * @throws AmqpException when there is no such method, or its arguments are malformed
     */
    static Method read(ByteBuf in) {
        if (in.readableBytes() < Integer.BYTES) {
            throw cannotDecode(in);
        }
        int id = in.readInt();
        ByteBuf arguments = in.slice();
        try {
            Method method = switch (id) {
                case ConnectionStart.ID -> ConnectionStart.readArguments(in);
                case ConnectionStartOk.ID -> ConnectionStartOk.readArguments(in);
                case ConnectionSecure.ID -> ConnectionSecure.readArguments(in);
                case ConnectionSecureOk.ID -> ConnectionSecureOk.readArguments(in);
                case ConnectionTune.ID -> ConnectionTune.readArguments(in);
                case ConnectionTuneOk.ID -> ConnectionTuneOk.readArguments(in);
                case ConnectionOpen.ID -> ConnectionOpen.readArguments(in);
                case ConnectionOpenOk.ID -> ConnectionOpenOk.readArguments(in);
                case ConnectionClose.ID -> ConnectionClose.readArguments(in);
                case ConnectionCloseOk.ID -> ConnectionCloseOk.readArguments(in);
                case ConnectionBlocked.ID -> ConnectionBlocked.readArguments(in);
                case ConnectionUnblocked.ID -> ConnectionUnblocked.readArguments(in);
                case ConnectionUpdateSecret.ID -> ConnectionUpdateSecret.readArguments(in);
                case ConnectionUpdateSecretOk.ID -> ConnectionUpdateSecretOk.readArguments(in);
                case ChannelOpen.ID -> ChannelOpen.readArguments(in);
                case ChannelOpenOk.ID -> ChannelOpenOk.readArguments(in);
                case ChannelFlow.ID -> ChannelFlow.readArguments(in);
                case ChannelFlowOk.ID -> ChannelFlowOk.readArguments(in);
                case ChannelClose.ID -> ChannelClose.readArguments(in);
                case ChannelCloseOk.ID -> ChannelCloseOk.readArguments(in);
                case AccessRequest.ID -> AccessRequest.readArguments(in);
                case AccessRequestOk.ID -> AccessRequestOk.readArguments(in);
                case ExchangeDeclare.ID -> ExchangeDeclare.readArguments(in);
                case ExchangeDeclareOk.ID -> ExchangeDeclareOk.readArguments(in);
                case ExchangeDelete.ID -> ExchangeDelete.readArguments(in);
                case ExchangeDeleteOk.ID -> ExchangeDeleteOk.readArguments(in);
                case ExchangeBind.ID -> ExchangeBind.readArguments(in);
                case ExchangeBindOk.ID -> ExchangeBindOk.readArguments(in);
                case ExchangeUnbind.ID -> ExchangeUnbind.readArguments(in);
                case ExchangeUnbindOk.ID -> ExchangeUnbindOk.readArguments(in);
                case QueueDeclare.ID -> QueueDeclare.readArguments(in);
                case QueueDeclareOk.ID -> QueueDeclareOk.readArguments(in);
                case QueueBind.ID -> QueueBind.readArguments(in);
                case QueueBindOk.ID -> QueueBindOk.readArguments(in);
                case QueuePurge.ID -> QueuePurge.readArguments(in);
                case QueuePurgeOk.ID -> QueuePurgeOk.readArguments(in);
                case QueueDelete.ID -> QueueDelete.readArguments(in);
                case QueueDeleteOk.ID -> QueueDeleteOk.readArguments(in);
                case QueueUnbind.ID -> QueueUnbind.readArguments(in);
                case QueueUnbindOk.ID -> QueueUnbindOk.readArguments(in);
                case BasicQos.ID -> BasicQos.readArguments(in);
                case BasicQosOk.ID -> BasicQosOk.readArguments(in);
                case BasicConsume.ID -> BasicConsume.readArguments(in);
                case BasicConsumeOk.ID -> BasicConsumeOk.readArguments(in);
                case BasicCancel.ID -> BasicCancel.readArguments(in);
                case BasicCancelOk.ID -> BasicCancelOk.readArguments(in);
                case BasicPublish.ID -> BasicPublish.readArguments(in);
                case BasicReturn.ID -> BasicReturn.readArguments(in);
                case BasicDeliver.ID -> BasicDeliver.readArguments(in);
                case BasicGet.ID -> BasicGet.readArguments(in);
                case BasicGetOk.ID -> BasicGetOk.readArguments(in);
                case BasicGetEmpty.ID -> BasicGetEmpty.readArguments(in);
                case BasicAck.ID -> BasicAck.readArguments(in);
                case BasicReject.ID -> BasicReject.readArguments(in);
                case BasicRecoverAsync.ID -> BasicRecoverAsync.readArguments(in);
                case BasicRecover.ID -> BasicRecover.readArguments(in);
                case BasicRecoverOk.ID -> BasicRecoverOk.readArguments(in);
                case BasicNack.ID -> BasicNack.readArguments(in);
                case ConfirmSelect.ID -> ConfirmSelect.readArguments(in);
                case ConfirmSelectOk.ID -> ConfirmSelectOk.readArguments(in);
                case TxSelect.ID -> TxSelect.readArguments(in);
                case TxSelectOk.ID -> TxSelectOk.readArguments(in);
                case TxCommit.ID -> TxCommit.readArguments(in);
                case TxCommitOk.ID -> TxCommitOk.readArguments(in);
                case TxRollback.ID -> TxRollback.readArguments(in);
                case TxRollbackOk.ID -> TxRollbackOk.readArguments(in);
                default ->
                    throw new AmqpException(
                            ReplyCode.NOT_IMPLEMENTED, "there is no method " + (id >>> 16) + "." + (id & 0xffff));
            };
            if (in.isReadable()) {
                throw cannotDecode(arguments);
            }
            return method;
        } catch (IndexOutOfBoundsException e) {
            throw cannotDecode(arguments);
        }
    }

    /** Arguments that end too early or too late. */
    static AmqpException cannotDecode(ByteBuf arguments) {
        // More would not fit into the answer.
        int count = Math.min(arguments.readableBytes(), ShortString.MAX_BYTES / 2);
        return new AmqpException(
                ReplyCode.FRAME_ERROR, "cannot decode " + OctetText.numbers(arguments, arguments.readerIndex(), count));
    }

    private static int bit(boolean value, int place) {
        return value ? 1 << place : 0;
    }

    /** connection.start, 10.10. */
    record ConnectionStart(
            int versionMajor, int versionMinor, FieldTable serverProperties, String mechanisms, String locales)
            implements Method {
        public static final int ID = 10 << 16 | 10;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(versionMajor);
            out.writeByte(versionMinor);
            serverProperties.write(out);
            LongText.write(out, mechanisms);
            LongText.write(out, locales);
        }

        static ConnectionStart readArguments(ByteBuf in) {
            int versionMajor = in.readUnsignedByte();
            int versionMinor = in.readUnsignedByte();
            FieldTable serverProperties = FieldTable.read(in);
            String mechanisms = LongText.read(in);
            String locales = LongText.read(in);
            return new ConnectionStart(versionMajor, versionMinor, serverProperties, mechanisms, locales);
        }
    }

    /** connection.start-ok, 10.11. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record ConnectionStartOk(FieldTable clientProperties, String mechanism, byte[] response, String locale)
            implements Method {
        public static final int ID = 10 << 16 | 11;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            clientProperties.write(out);
            ShortString.write(out, mechanism);
            LongText.write(out, response);
            ShortString.write(out, locale);
        }

        static ConnectionStartOk readArguments(ByteBuf in) {
            FieldTable clientProperties = FieldTable.read(in);
            String mechanism = ShortString.read(in);
            byte[] response = LongText.readBytes(in);
            String locale = ShortString.read(in);
            return new ConnectionStartOk(clientProperties, mechanism, response, locale);
        }
    }

    /** connection.secure, 10.20. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record ConnectionSecure(byte[] challenge) implements Method {
        public static final int ID = 10 << 16 | 20;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            LongText.write(out, challenge);
        }

        static ConnectionSecure readArguments(ByteBuf in) {
            byte[] challenge = LongText.readBytes(in);
            return new ConnectionSecure(challenge);
        }
    }

    /** connection.secure-ok, 10.21. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record ConnectionSecureOk(byte[] response) implements Method {
        public static final int ID = 10 << 16 | 21;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            LongText.write(out, response);
        }

        static ConnectionSecureOk readArguments(ByteBuf in) {
            byte[] response = LongText.readBytes(in);
            return new ConnectionSecureOk(response);
        }
    }

    /** connection.tune, 10.30. */
    record ConnectionTune(int channelMax, long frameMax, int heartbeat) implements Method {
        public static final int ID = 10 << 16 | 30;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(channelMax);
            out.writeInt((int) frameMax);
            out.writeShort(heartbeat);
        }

        static ConnectionTune readArguments(ByteBuf in) {
            int channelMax = in.readUnsignedShort();
            long frameMax = in.readUnsignedInt();
            int heartbeat = in.readUnsignedShort();
            return new ConnectionTune(channelMax, frameMax, heartbeat);
        }
    }

    /** connection.tune-ok, 10.31. */
    record ConnectionTuneOk(int channelMax, long frameMax, int heartbeat) implements Method {
        public static final int ID = 10 << 16 | 31;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(channelMax);
            out.writeInt((int) frameMax);
            out.writeShort(heartbeat);
        }

        static ConnectionTuneOk readArguments(ByteBuf in) {
            int channelMax = in.readUnsignedShort();
            long frameMax = in.readUnsignedInt();
            int heartbeat = in.readUnsignedShort();
            return new ConnectionTuneOk(channelMax, frameMax, heartbeat);
        }
    }

    /** connection.open, 10.40. */
    record ConnectionOpen(String virtualHost) implements Method {
        public static final int ID = 10 << 16 | 40;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            ShortString.write(out, virtualHost);
            out.writeByte(0);
            out.writeByte(0);
        }

        static ConnectionOpen readArguments(ByteBuf in) {
            String virtualHost = ShortString.read(in);
            ShortString.readBytes(in);
            in.skipBytes(1);
            return new ConnectionOpen(virtualHost);
        }
    }

    /** connection.open-ok, 10.41. */
    record ConnectionOpenOk() implements Method {
        public static final int ID = 10 << 16 | 41;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(0);
        }

        static ConnectionOpenOk readArguments(ByteBuf in) {
            ShortString.readBytes(in);
            return new ConnectionOpenOk();
        }
    }

    /** connection.close, 10.50. */
    record ConnectionClose(int replyCode, String replyText, int failedClassId, int failedMethodId) implements Method {
        public static final int ID = 10 << 16 | 50;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(replyCode);
            ShortString.write(out, replyText);
            out.writeShort(failedClassId);
            out.writeShort(failedMethodId);
        }

        static ConnectionClose readArguments(ByteBuf in) {
            int replyCode = in.readUnsignedShort();
            String replyText = ShortString.read(in);
            int failedClassId = in.readUnsignedShort();
            int failedMethodId = in.readUnsignedShort();
            return new ConnectionClose(replyCode, replyText, failedClassId, failedMethodId);
        }
    }

    /** connection.close-ok, 10.51. */
    record ConnectionCloseOk() implements Method {
        public static final int ID = 10 << 16 | 51;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ConnectionCloseOk readArguments(ByteBuf in) {
            return new ConnectionCloseOk();
        }
    }

    /** connection.blocked, 10.60. */
    record ConnectionBlocked(String reason) implements Method {
        public static final int ID = 10 << 16 | 60;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            ShortString.write(out, reason);
        }

        static ConnectionBlocked readArguments(ByteBuf in) {
            String reason = ShortString.read(in);
            return new ConnectionBlocked(reason);
        }
    }

    /** connection.unblocked, 10.61. */
    record ConnectionUnblocked() implements Method {
        public static final int ID = 10 << 16 | 61;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ConnectionUnblocked readArguments(ByteBuf in) {
            return new ConnectionUnblocked();
        }
    }

    /** connection.update-secret, 10.70. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    record ConnectionUpdateSecret(byte[] newSecret, String reason) implements Method {
        public static final int ID = 10 << 16 | 70;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            LongText.write(out, newSecret);
            ShortString.write(out, reason);
        }

        static ConnectionUpdateSecret readArguments(ByteBuf in) {
            byte[] newSecret = LongText.readBytes(in);
            String reason = ShortString.read(in);
            return new ConnectionUpdateSecret(newSecret, reason);
        }
    }

    /** connection.update-secret-ok, 10.71. */
    record ConnectionUpdateSecretOk() implements Method {
        public static final int ID = 10 << 16 | 71;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ConnectionUpdateSecretOk readArguments(ByteBuf in) {
            return new ConnectionUpdateSecretOk();
        }
    }

    /** channel.open, 20.10. */
    record ChannelOpen() implements Method {
        public static final int ID = 20 << 16 | 10;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(0);
        }

        static ChannelOpen readArguments(ByteBuf in) {
            ShortString.readBytes(in);
            return new ChannelOpen();
        }
    }

    /** channel.open-ok, 20.11. */
    record ChannelOpenOk() implements Method {
        public static final int ID = 20 << 16 | 11;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeInt(0);
        }

        static ChannelOpenOk readArguments(ByteBuf in) {
            LongText.readBytes(in);
            return new ChannelOpenOk();
        }
    }

    /** channel.flow, 20.20. */
    record ChannelFlow(boolean active) implements Method {
        public static final int ID = 20 << 16 | 20;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(bit(active, 0));
        }

        static ChannelFlow readArguments(ByteBuf in) {
            int bits = in.readUnsignedByte();
            return new ChannelFlow((bits & 1) != 0);
        }
    }

    /** channel.flow-ok, 20.21. */
    record ChannelFlowOk(boolean active) implements Method {
        public static final int ID = 20 << 16 | 21;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(bit(active, 0));
        }

        static ChannelFlowOk readArguments(ByteBuf in) {
            int bits = in.readUnsignedByte();
            return new ChannelFlowOk((bits & 1) != 0);
        }
    }

    /** channel.close, 20.40. */
    record ChannelClose(int replyCode, String replyText, int failedClassId, int failedMethodId) implements Method {
        public static final int ID = 20 << 16 | 40;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(replyCode);
            ShortString.write(out, replyText);
            out.writeShort(failedClassId);
            out.writeShort(failedMethodId);
        }

        static ChannelClose readArguments(ByteBuf in) {
            int replyCode = in.readUnsignedShort();
            String replyText = ShortString.read(in);
            int failedClassId = in.readUnsignedShort();
            int failedMethodId = in.readUnsignedShort();
            return new ChannelClose(replyCode, replyText, failedClassId, failedMethodId);
        }
    }

    /** channel.close-ok, 20.41. */
    record ChannelCloseOk() implements Method {
        public static final int ID = 20 << 16 | 41;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ChannelCloseOk readArguments(ByteBuf in) {
            return new ChannelCloseOk();
        }
    }

    /** access.request, 30.10: of AMQP 0-8; old clients still ask, and anything is granted. */
    record AccessRequest(String realm, boolean exclusive, boolean passive, boolean active, boolean write, boolean read)
            implements Method {
        public static final int ID = 30 << 16 | 10;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            ShortString.write(out, realm);
            out.writeByte(bit(exclusive, 0) | bit(passive, 1) | bit(active, 2) | bit(write, 3) | bit(read, 4));
        }

        static AccessRequest readArguments(ByteBuf in) {
            String realm = ShortString.read(in);
            int bits = in.readByte();
            return new AccessRequest(
                    realm, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
        }
    }

    /** access.request-ok, 30.11. */
    record AccessRequestOk(int ticket) implements Method {
        public static final int ID = 30 << 16 | 11;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(ticket);
        }

        static AccessRequestOk readArguments(ByteBuf in) {
            return new AccessRequestOk(in.readUnsignedShort());
        }
    }

    /** exchange.declare, 40.10. */
    record ExchangeDeclare(
            String exchange,
            String type,
            boolean passive,
            boolean durable,
            boolean autoDelete,
            boolean internal,
            boolean nowait,
            FieldTable arguments)
            implements Method {
        public static final int ID = 40 << 16 | 10;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, exchange);
            ShortString.write(out, type);
            out.writeByte(bit(passive, 0) | bit(durable, 1) | bit(autoDelete, 2) | bit(internal, 3) | bit(nowait, 4));
            arguments.write(out);
        }

        static ExchangeDeclare readArguments(ByteBuf in) {
            in.skipBytes(2);
            String exchange = ShortString.read(in);
            String type = ShortString.read(in);
            int bits = in.readUnsignedByte();
            FieldTable arguments = FieldTable.read(in);
            return new ExchangeDeclare(
                    exchange,
                    type,
                    (bits & 1) != 0,
                    (bits & 2) != 0,
                    (bits & 4) != 0,
                    (bits & 8) != 0,
                    (bits & 16) != 0,
                    arguments);
        }
    }

    /** exchange.declare-ok, 40.11. */
    record ExchangeDeclareOk() implements Method {
        public static final int ID = 40 << 16 | 11;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ExchangeDeclareOk readArguments(ByteBuf in) {
            return new ExchangeDeclareOk();
        }
    }

    /** exchange.delete, 40.20. */
    record ExchangeDelete(String exchange, boolean ifUnused, boolean nowait) implements Method {
        public static final int ID = 40 << 16 | 20;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, exchange);
            out.writeByte(bit(ifUnused, 0) | bit(nowait, 1));
        }

        static ExchangeDelete readArguments(ByteBuf in) {
            in.skipBytes(2);
            String exchange = ShortString.read(in);
            int bits = in.readUnsignedByte();
            return new ExchangeDelete(exchange, (bits & 1) != 0, (bits & 2) != 0);
        }
    }

    /** exchange.delete-ok, 40.21. */
    record ExchangeDeleteOk() implements Method {
        public static final int ID = 40 << 16 | 21;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ExchangeDeleteOk readArguments(ByteBuf in) {
            return new ExchangeDeleteOk();
        }
    }

    /** exchange.bind, 40.30. */
    record ExchangeBind(String destination, String source, String routingKey, boolean nowait, FieldTable arguments)
            implements Method {
        public static final int ID = 40 << 16 | 30;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, destination);
            ShortString.write(out, source);
            ShortString.write(out, routingKey);
            out.writeByte(bit(nowait, 0));
            arguments.write(out);
        }

        static ExchangeBind readArguments(ByteBuf in) {
            in.skipBytes(2);
            String destination = ShortString.read(in);
            String source = ShortString.read(in);
            String routingKey = ShortString.read(in);
            int bits = in.readUnsignedByte();
            FieldTable arguments = FieldTable.read(in);
            return new ExchangeBind(destination, source, routingKey, (bits & 1) != 0, arguments);
        }
    }

    /** exchange.bind-ok, 40.31. */
    record ExchangeBindOk() implements Method {
        public static final int ID = 40 << 16 | 31;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ExchangeBindOk readArguments(ByteBuf in) {
            return new ExchangeBindOk();
        }
    }

    /** exchange.unbind, 40.40. */
    record ExchangeUnbind(String destination, String source, String routingKey, boolean nowait, FieldTable arguments)
            implements Method {
        public static final int ID = 40 << 16 | 40;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, destination);
            ShortString.write(out, source);
            ShortString.write(out, routingKey);
            out.writeByte(bit(nowait, 0));
            arguments.write(out);
        }

        static ExchangeUnbind readArguments(ByteBuf in) {
            in.skipBytes(2);
            String destination = ShortString.read(in);
            String source = ShortString.read(in);
            String routingKey = ShortString.read(in);
            int bits = in.readUnsignedByte();
            FieldTable arguments = FieldTable.read(in);
            return new ExchangeUnbind(destination, source, routingKey, (bits & 1) != 0, arguments);
        }
    }

    /** exchange.unbind-ok, 40.51. */
    record ExchangeUnbindOk() implements Method {
        public static final int ID = 40 << 16 | 51;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ExchangeUnbindOk readArguments(ByteBuf in) {
            return new ExchangeUnbindOk();
        }
    }

    /** queue.declare, 50.10. */
    record QueueDeclare(
            String queue,
            boolean passive,
            boolean durable,
            boolean exclusive,
            boolean autoDelete,
            boolean nowait,
            FieldTable arguments)
            implements Method {
        public static final int ID = 50 << 16 | 10;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, queue);
            out.writeByte(bit(passive, 0) | bit(durable, 1) | bit(exclusive, 2) | bit(autoDelete, 3) | bit(nowait, 4));
            arguments.write(out);
        }

        static QueueDeclare readArguments(ByteBuf in) {
            in.skipBytes(2);
            String queue = ShortString.read(in);
            int bits = in.readUnsignedByte();
            FieldTable arguments = FieldTable.read(in);
            return new QueueDeclare(
                    queue,
                    (bits & 1) != 0,
                    (bits & 2) != 0,
                    (bits & 4) != 0,
                    (bits & 8) != 0,
                    (bits & 16) != 0,
                    arguments);
        }
    }

    /** queue.declare-ok, 50.11. */
    record QueueDeclareOk(String queue, long messageCount, long consumerCount) implements Method {
        public static final int ID = 50 << 16 | 11;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            ShortString.write(out, queue);
            out.writeInt((int) messageCount);
            out.writeInt((int) consumerCount);
        }

        static QueueDeclareOk readArguments(ByteBuf in) {
            String queue = ShortString.read(in);
            long messageCount = in.readUnsignedInt();
            long consumerCount = in.readUnsignedInt();
            return new QueueDeclareOk(queue, messageCount, consumerCount);
        }
    }

    /** queue.bind, 50.20. */
    record QueueBind(String queue, String exchange, String routingKey, boolean nowait, FieldTable arguments)
            implements Method {
        public static final int ID = 50 << 16 | 20;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, queue);
            ShortString.write(out, exchange);
            ShortString.write(out, routingKey);
            out.writeByte(bit(nowait, 0));
            arguments.write(out);
        }

        static QueueBind readArguments(ByteBuf in) {
            in.skipBytes(2);
            String queue = ShortString.read(in);
            String exchange = ShortString.read(in);
            String routingKey = ShortString.read(in);
            int bits = in.readUnsignedByte();
            FieldTable arguments = FieldTable.read(in);
            return new QueueBind(queue, exchange, routingKey, (bits & 1) != 0, arguments);
        }
    }

    /** queue.bind-ok, 50.21. */
    record QueueBindOk() implements Method {
        public static final int ID = 50 << 16 | 21;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static QueueBindOk readArguments(ByteBuf in) {
            return new QueueBindOk();
        }
    }

    /** queue.purge, 50.30. */
    record QueuePurge(String queue, boolean nowait) implements Method {
        public static final int ID = 50 << 16 | 30;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, queue);
            out.writeByte(bit(nowait, 0));
        }

        static QueuePurge readArguments(ByteBuf in) {
            in.skipBytes(2);
            String queue = ShortString.read(in);
            int bits = in.readUnsignedByte();
            return new QueuePurge(queue, (bits & 1) != 0);
        }
    }

    /** queue.purge-ok, 50.31. */
    record QueuePurgeOk(long messageCount) implements Method {
        public static final int ID = 50 << 16 | 31;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeInt((int) messageCount);
        }

        static QueuePurgeOk readArguments(ByteBuf in) {
            long messageCount = in.readUnsignedInt();
            return new QueuePurgeOk(messageCount);
        }
    }

    /** queue.delete, 50.40. */
    record QueueDelete(String queue, boolean ifUnused, boolean ifEmpty, boolean nowait) implements Method {
        public static final int ID = 50 << 16 | 40;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, queue);
            out.writeByte(bit(ifUnused, 0) | bit(ifEmpty, 1) | bit(nowait, 2));
        }

        static QueueDelete readArguments(ByteBuf in) {
            in.skipBytes(2);
            String queue = ShortString.read(in);
            int bits = in.readUnsignedByte();
            return new QueueDelete(queue, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
        }
    }

    /** queue.delete-ok, 50.41. */
    record QueueDeleteOk(long messageCount) implements Method {
        public static final int ID = 50 << 16 | 41;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeInt((int) messageCount);
        }

        static QueueDeleteOk readArguments(ByteBuf in) {
            long messageCount = in.readUnsignedInt();
            return new QueueDeleteOk(messageCount);
        }
    }

    /** queue.unbind, 50.50. */
    record QueueUnbind(String queue, String exchange, String routingKey, FieldTable arguments) implements Method {
        public static final int ID = 50 << 16 | 50;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, queue);
            ShortString.write(out, exchange);
            ShortString.write(out, routingKey);
            arguments.write(out);
        }

        static QueueUnbind readArguments(ByteBuf in) {
            in.skipBytes(2);
            String queue = ShortString.read(in);
            String exchange = ShortString.read(in);
            String routingKey = ShortString.read(in);
            FieldTable arguments = FieldTable.read(in);
            return new QueueUnbind(queue, exchange, routingKey, arguments);
        }
    }

    /** queue.unbind-ok, 50.51. */
    record QueueUnbindOk() implements Method {
        public static final int ID = 50 << 16 | 51;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static QueueUnbindOk readArguments(ByteBuf in) {
            return new QueueUnbindOk();
        }
    }

    /** basic.qos, 60.10. */
    record BasicQos(long prefetchSize, int prefetchCount, boolean global) implements Method {
        public static final int ID = 60 << 16 | 10;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeInt((int) prefetchSize);
            out.writeShort(prefetchCount);
            out.writeByte(bit(global, 0));
        }

        static BasicQos readArguments(ByteBuf in) {
            long prefetchSize = in.readUnsignedInt();
            int prefetchCount = in.readUnsignedShort();
            int bits = in.readUnsignedByte();
            return new BasicQos(prefetchSize, prefetchCount, (bits & 1) != 0);
        }
    }

    /** basic.qos-ok, 60.11. */
    record BasicQosOk() implements Method {
        public static final int ID = 60 << 16 | 11;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static BasicQosOk readArguments(ByteBuf in) {
            return new BasicQosOk();
        }
    }

    /** basic.consume, 60.20. */
    record BasicConsume(
            String queue,
            String consumerTag,
            boolean noLocal,
            boolean noAck,
            boolean exclusive,
            boolean nowait,
            FieldTable arguments)
            implements Method {
        public static final int ID = 60 << 16 | 20;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, queue);
            ShortString.write(out, consumerTag);
            out.writeByte(bit(noLocal, 0) | bit(noAck, 1) | bit(exclusive, 2) | bit(nowait, 3));
            arguments.write(out);
        }

        static BasicConsume readArguments(ByteBuf in) {
            in.skipBytes(2);
            String queue = ShortString.read(in);
            String consumerTag = ShortString.read(in);
            int bits = in.readUnsignedByte();
            FieldTable arguments = FieldTable.read(in);
            return new BasicConsume(
                    queue, consumerTag, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, arguments);
        }
    }

    /** basic.consume-ok, 60.21. */
    record BasicConsumeOk(String consumerTag) implements Method {
        public static final int ID = 60 << 16 | 21;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            ShortString.write(out, consumerTag);
        }

        static BasicConsumeOk readArguments(ByteBuf in) {
            String consumerTag = ShortString.read(in);
            return new BasicConsumeOk(consumerTag);
        }
    }

    /** basic.cancel, 60.30. */
    record BasicCancel(String consumerTag, boolean nowait) implements Method {
        public static final int ID = 60 << 16 | 30;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            ShortString.write(out, consumerTag);
            out.writeByte(bit(nowait, 0));
        }

        static BasicCancel readArguments(ByteBuf in) {
            String consumerTag = ShortString.read(in);
            int bits = in.readUnsignedByte();
            return new BasicCancel(consumerTag, (bits & 1) != 0);
        }
    }

    /** basic.cancel-ok, 60.31. */
    record BasicCancelOk(String consumerTag) implements Method {
        public static final int ID = 60 << 16 | 31;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            ShortString.write(out, consumerTag);
        }

        static BasicCancelOk readArguments(ByteBuf in) {
            String consumerTag = ShortString.read(in);
            return new BasicCancelOk(consumerTag);
        }
    }

    /** basic.publish, 60.40. */
    record BasicPublish(String exchange, String routingKey, boolean mandatory, boolean immediate) implements Method {
        public static final int ID = 60 << 16 | 40;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, exchange);
            ShortString.write(out, routingKey);
            out.writeByte(bit(mandatory, 0) | bit(immediate, 1));
        }

        static BasicPublish readArguments(ByteBuf in) {
            in.skipBytes(2);
            String exchange = ShortString.read(in);
            String routingKey = ShortString.read(in);
            int bits = in.readUnsignedByte();
            return new BasicPublish(exchange, routingKey, (bits & 1) != 0, (bits & 2) != 0);
        }
    }

    /** basic.return, 60.50. */
    record BasicReturn(int replyCode, String replyText, String exchange, String routingKey) implements Method {
        public static final int ID = 60 << 16 | 50;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(replyCode);
            ShortString.write(out, replyText);
            ShortString.write(out, exchange);
            ShortString.write(out, routingKey);
        }

        static BasicReturn readArguments(ByteBuf in) {
            int replyCode = in.readUnsignedShort();
            String replyText = ShortString.read(in);
            String exchange = ShortString.read(in);
            String routingKey = ShortString.read(in);
            return new BasicReturn(replyCode, replyText, exchange, routingKey);
        }
    }

    /** basic.deliver, 60.60. */
    record BasicDeliver(String consumerTag, long deliveryTag, boolean redelivered, String exchange, String routingKey)
            implements Method {
        public static final int ID = 60 << 16 | 60;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            ShortString.write(out, consumerTag);
            out.writeLong(deliveryTag);
            out.writeByte(bit(redelivered, 0));
            ShortString.write(out, exchange);
            ShortString.write(out, routingKey);
        }

        static BasicDeliver readArguments(ByteBuf in) {
            String consumerTag = ShortString.read(in);
            long deliveryTag = in.readLong();
            int bits = in.readUnsignedByte();
            String exchange = ShortString.read(in);
            String routingKey = ShortString.read(in);
            return new BasicDeliver(consumerTag, deliveryTag, (bits & 1) != 0, exchange, routingKey);
        }
    }

    /** basic.get, 60.70. */
    record BasicGet(String queue, boolean noAck) implements Method {
        public static final int ID = 60 << 16 | 70;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeShort(0);
            ShortString.write(out, queue);
            out.writeByte(bit(noAck, 0));
        }

        static BasicGet readArguments(ByteBuf in) {
            in.skipBytes(2);
            String queue = ShortString.read(in);
            int bits = in.readUnsignedByte();
            return new BasicGet(queue, (bits & 1) != 0);
        }
    }

    /** basic.get-ok, 60.71. */
    record BasicGetOk(long deliveryTag, boolean redelivered, String exchange, String routingKey, long messageCount)
            implements Method {
        public static final int ID = 60 << 16 | 71;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeLong(deliveryTag);
            out.writeByte(bit(redelivered, 0));
            ShortString.write(out, exchange);
            ShortString.write(out, routingKey);
            out.writeInt((int) messageCount);
        }

        static BasicGetOk readArguments(ByteBuf in) {
            long deliveryTag = in.readLong();
            int bits = in.readUnsignedByte();
            String exchange = ShortString.read(in);
            String routingKey = ShortString.read(in);
            long messageCount = in.readUnsignedInt();
            return new BasicGetOk(deliveryTag, (bits & 1) != 0, exchange, routingKey, messageCount);
        }
    }

    /** basic.get-empty, 60.72. */
    record BasicGetEmpty() implements Method {
        public static final int ID = 60 << 16 | 72;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(0);
        }

        static BasicGetEmpty readArguments(ByteBuf in) {
            ShortString.readBytes(in);
            return new BasicGetEmpty();
        }
    }

    /** basic.ack, 60.80. */
    record BasicAck(long deliveryTag, boolean multiple) implements Method {
        public static final int ID = 60 << 16 | 80;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeLong(deliveryTag);
            out.writeByte(bit(multiple, 0));
        }

        static BasicAck readArguments(ByteBuf in) {
            long deliveryTag = in.readLong();
            int bits = in.readUnsignedByte();
            return new BasicAck(deliveryTag, (bits & 1) != 0);
        }
    }

    /** basic.reject, 60.90. */
    record BasicReject(long deliveryTag, boolean requeue) implements Method {
        public static final int ID = 60 << 16 | 90;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeLong(deliveryTag);
            out.writeByte(bit(requeue, 0));
        }

        static BasicReject readArguments(ByteBuf in) {
            long deliveryTag = in.readLong();
            int bits = in.readUnsignedByte();
            return new BasicReject(deliveryTag, (bits & 1) != 0);
        }
    }

    /** basic.recover-async, 60.100. */
    record BasicRecoverAsync(boolean requeue) implements Method {
        public static final int ID = 60 << 16 | 100;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(bit(requeue, 0));
        }

        static BasicRecoverAsync readArguments(ByteBuf in) {
            int bits = in.readUnsignedByte();
            return new BasicRecoverAsync((bits & 1) != 0);
        }
    }

    /** basic.recover, 60.110. */
    record BasicRecover(boolean requeue) implements Method {
        public static final int ID = 60 << 16 | 110;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(bit(requeue, 0));
        }

        static BasicRecover readArguments(ByteBuf in) {
            int bits = in.readUnsignedByte();
            return new BasicRecover((bits & 1) != 0);
        }
    }

    /** basic.recover-ok, 60.111. */
    record BasicRecoverOk() implements Method {
        public static final int ID = 60 << 16 | 111;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static BasicRecoverOk readArguments(ByteBuf in) {
            return new BasicRecoverOk();
        }
    }

    /** basic.nack, 60.120. */
    record BasicNack(long deliveryTag, boolean multiple, boolean requeue) implements Method {
        public static final int ID = 60 << 16 | 120;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeLong(deliveryTag);
            out.writeByte(bit(multiple, 0) | bit(requeue, 1));
        }

        static BasicNack readArguments(ByteBuf in) {
            long deliveryTag = in.readLong();
            int bits = in.readUnsignedByte();
            return new BasicNack(deliveryTag, (bits & 1) != 0, (bits & 2) != 0);
        }
    }

    /** confirm.select, 85.10. */
    record ConfirmSelect(boolean nowait) implements Method {
        public static final int ID = 85 << 16 | 10;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {
            out.writeByte(bit(nowait, 0));
        }

        static ConfirmSelect readArguments(ByteBuf in) {
            int bits = in.readUnsignedByte();
            return new ConfirmSelect((bits & 1) != 0);
        }
    }

    /** confirm.select-ok, 85.11. */
    record ConfirmSelectOk() implements Method {
        public static final int ID = 85 << 16 | 11;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static ConfirmSelectOk readArguments(ByteBuf in) {
            return new ConfirmSelectOk();
        }
    }

    /** tx.select, 90.10. */
    record TxSelect() implements Method {
        public static final int ID = 90 << 16 | 10;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static TxSelect readArguments(ByteBuf in) {
            return new TxSelect();
        }
    }

    /** tx.select-ok, 90.11. */
    record TxSelectOk() implements Method {
        public static final int ID = 90 << 16 | 11;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static TxSelectOk readArguments(ByteBuf in) {
            return new TxSelectOk();
        }
    }

    /** tx.commit, 90.20. */
    record TxCommit() implements Method {
        public static final int ID = 90 << 16 | 20;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static TxCommit readArguments(ByteBuf in) {
            return new TxCommit();
        }
    }

    /** tx.commit-ok, 90.21. */
    record TxCommitOk() implements Method {
        public static final int ID = 90 << 16 | 21;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static TxCommitOk readArguments(ByteBuf in) {
            return new TxCommitOk();
        }
    }

    /** tx.rollback, 90.30. */
    record TxRollback() implements Method {
        public static final int ID = 90 << 16 | 30;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static TxRollback readArguments(ByteBuf in) {
            return new TxRollback();
        }
    }

    /** tx.rollback-ok, 90.31. */
    record TxRollbackOk() implements Method {
        public static final int ID = 90 << 16 | 31;

        @Override
        public int id() {
            return ID;
        }

        @Override
        public void writeArguments(ByteBuf out) {}

        static TxRollbackOk readArguments(ByteBuf in) {
            return new TxRollbackOk();
        }
    }
}
