package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.next;
import static io.jumpmq.conformance.BrokerUnderTest.take;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is special about quorum queues. */
class QuorumQueueTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private String quorum(Object... more) throws Exception {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-queue-type", "quorum");
        for (int i = 0; i < more.length; i += 2) {
            arguments.put((String) more[i], more[i + 1]);
        }
        return broker.channel()
                .queueDeclare(broker.newQueueName(), true, false, false, arguments)
                .getQueue();
    }

    @Test
    void messagesGoThrough() throws Exception {
        String queue = quorum();
        broker.channel().confirmSelect();
        broker.publish(queue, "1", "2", "3");
        broker.channel().waitForConfirmsOrDie(5_000);
        assertThat(broker.drain(queue, 3)).containsExactly("1", "2", "3");
    }

    @Test
    void itIsDurableAndShared() throws Exception {
        String queue = unique("q");
        Map<String, Object> arguments = Map.of("x-queue-type", "quorum");
        String refused =
                "channel 406 PRECONDITION_FAILED - invalid property '%s' for queue '" + queue + "' in vhost '/'";
        assertThat(broker.reply(c -> c.queueDeclare(queue, false, false, false, arguments)))
                .isEqualTo(refused.formatted("non-durable"));
        assertThat(broker.reply(c -> c.queueDeclare(queue, true, true, false, arguments)))
                .isEqualTo(refused.formatted("exclusive-owner"));
        assertThat(broker.reply(c -> c.queueDeclare(queue, true, false, true, arguments)))
                .isEqualTo(refused.formatted("auto-delete"));
    }

    @Test
    void whatComesBackIsCounted() throws Exception {
        String queue = quorum();
        broker.publish(queue, "m");
        Channel channel = broker.channel();
        GetResponse first = next(channel, queue, false);
        assertThat(first.getProps().getHeaders()).containsEntry("x-delivery-count", 0L);
        channel.basicReject(first.getEnvelope().getDeliveryTag(), true);
        GetResponse second = next(channel, queue, false);
        assertThat(second.getProps().getHeaders()).containsEntry("x-delivery-count", 1L);
        assertThat(second.getEnvelope().isRedeliver()).isTrue();
    }

    @Test
    void whatComesBackTooOftenIsADeadLetter() throws Exception {
        String dead = broker.queue();
        String queue = quorum("x-delivery-limit", 2, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead);
        broker.publish(queue, "poison");
        Channel channel = broker.channel();
        for (int i = 0; i < 3; i++) {
            channel.basicReject(take(channel, queue), true);
        }
        GetResponse response = broker.next(dead);
        assertThat(response.getProps().getHeaders().get("x-first-death-reason")).hasToString("delivery_limit");
        await().until(() -> channel.messageCount(queue) == 0);
    }

    @Test
    void aChannelsOwnPrefetchIsNotForIt() throws Exception {
        String queue = quorum();
        assertThat(broker.reply(c -> {
                    c.basicQos(1, true);
                    Inbox.of(c, queue);
                }))
                .isEqualTo("connection 540 NOT_IMPLEMENTED - queue '" + queue
                        + "' in vhost '/' does not support global qos");
    }
}
