package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.next;
import static io.jumpmq.conformance.BrokerUnderTest.reply;
import static io.jumpmq.conformance.BrokerUnderTest.take;
import static io.jumpmq.conformance.BrokerUnderTest.text;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Channels come and go, and fail alone. */
class ChannelTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    @Test
    void aNumberIsUsedAgainAfterTheChannelWasClosed() throws Exception {
        Connection connection = broker.channel().getConnection();
        for (int i = 0; i < 50; i++) {
            Channel channel = connection.createChannel(77);
            channel.queueDeclare();
            channel.close();
        }
    }

    @Test
    void aNumberIsUsedAgainAfterTheChannelFailed() throws Exception {
        Connection connection = broker.channel().getConnection();
        for (int i = 0; i < 20; i++) {
            Channel channel = connection.createChannel(77);
            assertThat(reply(channel, c -> c.queueDeclarePassive(unique("none"))))
                    .startsWith("channel 404");
        }
        assertThat(connection.createChannel(77).queueDeclare().getQueue()).isNotEmpty();
    }

    /** Whoever hears that a channel, or a connection, is closed finds what it held in its place, whatever comes behind it. */
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void whatAClosedChannelHeldIsBackWhenItsClientIsTold(boolean consumes, boolean connection) throws Exception {
        String queue = broker.sharedQueue(Map.of());
        Channel other = broker.channel();
        for (int i = 0; i < 30; i++) {
            broker.publish(queue, "first" + i);
            Channel holder = Objects.requireNonNull(broker.connect().createChannel());
            if (consumes) {
                assertThat(Inbox.of(holder, queue).nextText()).isEqualTo("first" + i);
            } else {
                take(holder, queue);
            }
            if (connection) {
                holder.getConnection().close();
            } else {
                holder.close();
            }
            GetResponse found = other.basicGet(queue, true);
            assertThat(found).as("in round %d", i).isNotNull();
            assertThat(text(found.getBody())).isEqualTo("first" + i);
        }
    }

    @Test
    void manyChannelsAreOpenAtOnce() throws Exception {
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            channels.add(broker.anotherChannel());
        }
        for (Channel channel : channels) {
            channel.basicQos(1);
        }
        for (Channel channel : channels) {
            channel.close();
        }
    }

    @Test
    void anErrorOnOneChannelLeavesTheOthersAlone() throws Exception {
        String queue = broker.queue();
        Inbox inbox = Inbox.automatic(broker.channel(), queue);
        assertThat(broker.reply(c -> c.queueDeclarePassive(unique("none")))).startsWith("channel 404");
        assertThat(broker.reply(c -> c.basicAck(9, false))).startsWith("channel 406");
        broker.publish(queue, "still here");
        assertThat(inbox.nextText()).isEqualTo("still here");
    }

    @Test
    void anErrorOfTheConnectionEndsAllItsChannels() throws Exception {
        Connection connection = broker.connect();
        Channel one = connection.createChannel();
        Channel two = connection.createChannel();
        assertThat(reply(one, c -> c.exchangeDeclare(unique("x"), "nonsense"))).startsWith("connection 503");
        await().until(() -> !two.isOpen() && !connection.isOpen());
        assertThat(broker.channel().isOpen()).isTrue();
    }

    @Test
    void closingAChannelEndsItsConsumers() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.anotherChannel();
        Inbox.of(channel, queue);
        assertThat(broker.channel().queueDeclarePassive(queue).getConsumerCount())
                .isOne();
        channel.close();
        await().until(() -> broker.channel().consumerCount(queue) == 0);
    }

    @Test
    void anErrorEndsTheConsumersOfTheChannel() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.anotherChannel();
        Inbox.of(channel, queue);
        assertThat(reply(channel, c -> c.basicAck(9, false))).startsWith("channel 406");
        await().until(() -> broker.channel().consumerCount(queue) == 0);
    }

    @Test
    void whatAFailedChannelHeldIsRequeued() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a", "b");
        Channel channel = broker.anotherChannel();
        take(channel, queue);
        take(channel, queue);
        assertThat(reply(channel, c -> c.queueDeclarePassive(unique("none")))).startsWith("channel 404");
        assertThat(broker.drain(queue, 2)).containsExactly("a", "b");
    }

    @Test
    void whatAClosedConnectionHeldIsRequeued() throws Exception {
        String queue = broker.sharedQueue(java.util.Map.of());
        broker.publish(queue, "a", "b");
        Connection connection = broker.connect();
        Channel channel = connection.createChannel();
        take(channel, queue);
        take(channel, queue);
        connection.close();
        assertThat(next(broker.channel(), queue, true).getEnvelope().isRedeliver())
                .isTrue();
        assertThat(broker.drain(queue, 1)).containsExactly("b");
    }

    @Test
    void whatALostConnectionHeldIsRequeued() throws Exception {
        String queue = broker.sharedQueue(java.util.Map.of());
        broker.publish(queue, "a");
        Connection connection = broker.connect();
        take(connection.createChannel(), queue);
        connection.abort();
        assertThat(broker.drain(queue, 1)).containsExactly("a");
    }

    @Test
    void deliveryTagsBelongToTheirChannel() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a", "b");
        Channel one = broker.anotherChannel();
        Channel two = broker.anotherChannel();
        assertThat(take(one, queue)).isOne();
        assertThat(take(two, queue)).isOne();
        two.basicAck(1, false);
        one.basicAck(1, false);
        two.close();
        one.close();
        assertThat(broker.drain(queue)).isEmpty();
    }
}
