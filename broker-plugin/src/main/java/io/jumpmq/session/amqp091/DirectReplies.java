package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.ReplyAddresses;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import org.jspecify.annotations.Nullable;

/** A channel's consumer of direct replies, if it has one. */
final class DirectReplies {
    private final ReplyAddresses addresses;
    private @Nullable Consumer consumer;

    /**
     * Who waits for replies.
     *
     * @param tag in UTF-8
     * @param address what its requests give as reply-to
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Consumer(String name, byte[] tag, String address) {}

    DirectReplies(ReplyAddresses addresses) {
        this.addresses = addresses;
    }

    ReplyAddresses addresses() {
        return addresses;
    }

    @Nullable Consumer consumer() {
        return consumer;
    }

    boolean hasTag(String tag) {
        return consumer != null && consumer.name.equals(tag);
    }

    /** Where replies are to go. */
    String address() {
        if (consumer == null) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "fast reply consumer does not exist");
        }
        return consumer.address;
    }

    /** Begins to consume. */
    void open(Method.BasicConsume consume, String tag, ChannelMachine channel, Receiver<Message> replies) {
        if (consumer != null) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "reply consumer already set");
        } else if (!consume.noAck()) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "reply consumer cannot acknowledge");
        }
        consumer = new Consumer(
                tag,
                tag.getBytes(UTF_8),
                addresses.open(ChannelMachine.generated(""), channel.loop(), channel.guarded(replies)));
    }

    void close() {
        if (consumer != null) {
            addresses.close(consumer.address);
            consumer = null;
        }
    }
}
