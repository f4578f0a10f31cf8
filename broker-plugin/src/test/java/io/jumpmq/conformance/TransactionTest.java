package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.bytes;
import static io.jumpmq.conformance.BrokerUnderTest.next;
import static io.jumpmq.conformance.BrokerUnderTest.reply;
import static io.jumpmq.conformance.BrokerUnderTest.replyTo;
import static io.jumpmq.conformance.BrokerUnderTest.take;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a channel publishes and settles in a transaction counts when it commits. */
class TransactionTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private Channel transactional() throws Exception {
        Channel channel = broker.anotherChannel();
        channel.txSelect();
        return channel;
    }

    private static void publish(Channel channel, String queue, String body) throws Exception {
        channel.basicPublish("", queue, null, bytes(body));
    }

    @Test
    void publishedMessagesAreThereAfterTheCommit() throws Exception {
        String queue = broker.queue();
        Channel channel = transactional();
        publish(channel, queue, "1");
        publish(channel, queue, "2");
        assertThat(channel.messageCount(queue)).isZero();
        channel.txCommit();
        assertThat(broker.drain(queue)).containsExactly("1", "2");
    }

    @Test
    void whereAMessageGoesIsFoundWhenItIsPublished() throws Exception {
        String exchange = broker.exchange("fanout");
        String queue = broker.bound(exchange, "");
        Channel channel = transactional();
        channel.basicPublish(exchange, "", null, bytes("1"));
        assertThat(channel.messageCount(queue)).isZero(); // The broker has it by now.
        broker.channel().exchangeDelete(exchange);
        channel.txCommit();
        assertThat(broker.drain(queue, 1)).containsExactly("1");
    }

    @Test
    void aQueueThatIsGoneAtTheCommitGetsNothing() throws Exception {
        String exchange = broker.exchange("fanout");
        String gone = broker.bound(exchange, "");
        String queue = broker.bound(exchange, "");
        Channel channel = transactional();
        channel.basicPublish(exchange, "", null, bytes("1"));
        channel.messageCount(queue);
        broker.channel().queueDelete(gone);
        channel.txCommit();
        assertThat(broker.drain(queue, 1)).containsExactly("1");
    }

    @Test
    void aMissingExchangeIsMissedWhenSomethingIsPublishedToIt() throws Exception {
        Channel channel = transactional();
        assertThat(reply(channel, asked -> asked.basicPublish("none", "", null, bytes("1"))))
                .isEqualTo("channel 404 NOT_FOUND - no exchange 'none' in vhost '/'");
    }

    @Test
    void publishedMessagesOfARollbackAreNot() throws Exception {
        String queue = broker.queue();
        Channel channel = transactional();
        publish(channel, queue, "1");
        channel.txRollback();
        publish(channel, queue, "2");
        channel.txCommit();
        assertThat(broker.drain(queue)).containsExactly("2");
    }

    @Test
    void closingTheChannelRollsBack() throws Exception {
        String queue = broker.queue();
        Channel channel = transactional();
        publish(channel, queue, "1");
        channel.close();
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void acknowledgementsCountAfterTheCommit() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1", "2");
        Channel channel = transactional();
        channel.basicAck(take(channel, queue), false);
        channel.txCommit();
        channel.basicAck(take(channel, queue), false);
        channel.close();
        assertThat(broker.drain(queue, 1)).containsExactly("2");
    }

    @Test
    void acknowledgementsOfARollbackMayBeRepeated() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1", "2");
        Channel channel = transactional();
        long one = take(channel, queue);
        long two = take(channel, queue);
        channel.basicAck(two, true);
        channel.txRollback();
        channel.basicAck(one, false);
        channel.txCommit();
        channel.close();
        assertThat(broker.drain(queue, 1)).containsExactly("2");
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void aRollbackRequeuesNothing() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1");
        Channel channel = transactional();
        take(channel, queue);
        channel.txRollback();
        assertThat(channel.basicGet(queue, true)).isNull();
    }

    @Test
    void requeuingCountsAfterTheCommit() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1", "2", "3");
        Channel channel = transactional();
        channel.basicReject(take(channel, queue), true);
        channel.basicNack(take(channel, queue), false, true);
        take(channel, queue);
        assertThat(channel.messageCount(queue)).isZero();
        channel.txCommit();
        assertThat(broker.drain(queue, 2)).containsExactly("1", "2");
    }

    @Test
    void refusalsCountAfterTheCommit() throws Exception {
        String dead = broker.queue();
        String queue = broker.queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
        broker.publish(queue, "1", "2");
        Channel channel = transactional();
        channel.basicReject(take(channel, queue), false);
        channel.txRollback();
        channel.basicNack(take(channel, queue), false, false);
        channel.txCommit();
        assertThat(broker.drain(dead, 1)).containsExactly("2");
        assertThat(broker.drain(dead)).isEmpty();
    }

    @Test
    void aTagIsKnownOnlyOnceInATransactionToo() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1");
        Channel channel = transactional();
        long tag = take(channel, queue);
        channel.basicAck(tag, false);
        assertThat(reply(channel, c -> c.basicAck(tag, false)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - unknown delivery tag 1");
        assertThat(broker.drain(queue, 1)).containsExactly("1");
    }

    @Test
    void anUnknownTagEndsTheChannelBeforeTheCommit() throws Exception {
        Channel channel = transactional();
        assertThat(reply(channel, c -> c.basicAck(7, false)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - unknown delivery tag 7");
    }

    @Test
    void anUnknownExchangeEndsTheChannelBeforeTheCommit() throws Exception {
        String exchange = unique("none");
        Channel channel = transactional();
        assertThat(reply(channel, c -> c.basicPublish(exchange, "", null, new byte[1])))
                .isEqualTo("channel 404 NOT_FOUND - no exchange '" + exchange + "' in vhost '/'");
    }

    @Test
    void prefetchedRoomIsFreeAfterTheCommit() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1", "2");
        broker.awaitReady(queue, 2);
        Channel channel = transactional();
        channel.basicQos(1);
        Inbox inbox = Inbox.of(channel, queue);
        assertThat(inbox.nextText()).isEqualTo("1");
        channel.basicAck(1, false);
        assertThat(broker.channel().messageCount(queue)).isOne();
        assertThat(inbox.size()).isZero();
        channel.txCommit();
        assertThat(inbox.nextText()).isEqualTo("2");
    }

    @Test
    void whatNeedsNoAcknowledgementIsTakenAtOnce() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1");
        Channel channel = transactional();
        next(channel, queue, true);
        channel.txRollback();
        channel.close();
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void mandatoryMessagesComeBackBeforeTheCommitIsAnswered() throws Exception {
        Channel channel = transactional();
        List<String> returned = new CopyOnWriteArrayList<>();
        channel.addReturnListener(message -> returned.add(BrokerUnderTest.text(message.getBody())));
        channel.basicPublish("", unique("nowhere"), true, null, bytes("1"));
        channel.txRollback();
        channel.basicPublish("", unique("nowhere"), true, null, bytes("2"));
        channel.txCommit();
        await().until(() -> !returned.isEmpty());
        assertThat(returned).containsExactly("2");
    }

    @Test
    void manyQueuesHaveTheirMessagesWhenTheCommitIsAnswered() throws Exception {
        String exchange = broker.exchange("fanout");
        List<String> queues =
                List.of(broker.bound(exchange, ""), broker.bound(exchange, ""), broker.bound(exchange, ""));
        Channel channel = transactional();
        for (int i = 0; i < 100; i++) {
            channel.basicPublish(exchange, "", null, new byte[1]);
        }
        channel.txCommit();
        for (String queue : queues) {
            assertThat(broker.channel().messageCount(queue)).isEqualTo(100);
        }
    }

    @Test
    void aQueueThatRefusesMakesTheCommitFail() throws Exception {
        String full = broker.queue(Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        String queue = broker.queue();
        Channel channel = transactional();
        publish(channel, full, "1");
        publish(channel, full, "2");
        publish(channel, queue, "3");
        assertThat(reply(channel, Channel::txCommit))
                .isEqualTo("channel 406 PRECONDITION_FAILED - partial tx completion");
        assertThat(broker.drain(full)).containsExactly("1");
        assertThat(broker.drain(queue)).containsExactly("3");
    }

    @Test
    void selectingAgainChangesNothing() throws Exception {
        String queue = broker.queue();
        Channel channel = transactional();
        publish(channel, queue, "1");
        channel.txSelect();
        channel.txCommit();
        assertThat(broker.drain(queue)).containsExactly("1");
    }

    @Test
    void withoutATransactionThereIsNothingToEnd() throws Exception {
        String expected = "channel 406 PRECONDITION_FAILED - channel is not transactional";
        assertThat(broker.reply(Channel::txCommit)).isEqualTo(expected);
        assertThat(broker.reply(Channel::txRollback)).isEqualTo(expected);
    }

    /** It is found before the commit, and leaves the connection's other channels at work. */
    @Test
    void aMessageThatNobodyCanRouteIsRefusedWhenItIsPublished() throws Exception {
        String queue = broker.queue();
        Channel channel = transactional();
        Channel other = channel.getConnection().createChannel();
        AMQP.BasicProperties wrong = new AMQP.BasicProperties.Builder()
                .headers(Map.of("CC", "no array"))
                .build();
        channel.basicPublish("", queue, wrong, bytes("1"));
        assertThat(replyTo(channel::txCommit)).startsWith("channel 406 PRECONDITION_FAILED - invalid message");
        assertThat(other.messageCount(queue)).isZero();
    }
}
