package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.next;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many messages consumers and channels hold before they acknowledge. */
class QosTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private String queueOf(int messages) throws Exception {
        String queue = broker.queue();
        for (int i = 1; i <= messages; i++) {
            broker.publish(queue, String.valueOf(i));
        }
        broker.awaitReady(queue, messages);
        return queue;
    }

    @Test
    void prefetchBoundsWhatAConsumerHolds() throws Exception {
        String queue = queueOf(5);
        Channel channel = broker.anotherChannel();
        channel.basicQos(2);
        Inbox inbox = Inbox.of(channel, queue);
        assertThat(inbox.nextTexts(2)).containsExactly("1", "2");
        broker.awaitReady(queue, 3);
        channel.basicAck(1, false);
        assertThat(inbox.nextText()).isEqualTo("3");
        channel.basicNack(3, true, false);
        assertThat(inbox.nextTexts(2)).containsExactly("4", "5");
    }

    @Test
    void zeroIsNoBound() throws Exception {
        String queue = queueOf(100);
        Channel channel = broker.anotherChannel();
        channel.basicQos(1);
        channel.basicQos(0);
        assertThat(Inbox.of(channel, queue).nextTexts(100)).hasSize(100);
    }

    @Test
    void eachConsumerOfAChannelHasItsOwnPrefetch() throws Exception {
        String queue = queueOf(10);
        Channel channel = broker.anotherChannel();
        channel.basicQos(1);
        Inbox one = Inbox.of(channel, queue);
        channel.basicQos(3);
        Inbox three = Inbox.of(channel, queue);
        channel.basicQos(5);
        await().until(() -> one.size() == 1 && three.size() == 3);
        broker.awaitReady(queue, 6);
    }

    @Test
    void aChannelsOwnPrefetchIsSharedByItsConsumers() throws Exception {
        List<String> queues = List.of(queueOf(3), queueOf(3));
        Channel channel = broker.anotherChannel();
        channel.basicQos(4, true);
        Inbox one = Inbox.of(channel, queues.get(0));
        Inbox two = Inbox.of(channel, queues.get(1));
        await().until(() -> one.size() + two.size() == 4);
        channel.basicAck(0, true);
        await().until(() -> one.size() + two.size() == 6);
    }

    @Test
    void bothBoundsCountTogether() throws Exception {
        String queue = queueOf(10);
        Channel channel = broker.anotherChannel();
        channel.basicQos(2, false);
        channel.basicQos(3, true);
        Inbox one = Inbox.of(channel, queue);
        assertThat(one.nextTexts(2)).containsExactly("1", "2");
        Inbox two = Inbox.of(channel, queue);
        assertThat(two.nextText()).isEqualTo("3");
        broker.awaitReady(queue, 7);
    }

    @Test
    void aBoundForConsumersEndsTheChannelsOwn() throws Exception {
        String queue = queueOf(10);
        Channel channel = broker.anotherChannel();
        channel.basicQos(3, true);
        channel.basicQos(2, false);
        Inbox one = Inbox.of(channel, queue);
        Inbox two = Inbox.of(channel, queue);
        await().until(() -> one.size() == 2 && two.size() == 2);
    }

    @Test
    void aHigherBoundOfTheChannelLetsMoreThrough() throws Exception {
        String queue = queueOf(6);
        Channel channel = broker.anotherChannel();
        channel.basicQos(1, true);
        Inbox inbox = Inbox.of(channel, queue);
        assertThat(inbox.nextText()).isEqualTo("1");
        channel.basicQos(3, true);
        assertThat(inbox.nextTexts(2)).containsExactly("2", "3");
        broker.awaitReady(queue, 3);
        channel.basicQos(0, true);
        assertThat(inbox.nextTexts(3)).containsExactly("4", "5", "6");
    }

    @Test
    void whatACancelledConsumerHoldsCountsForItsChannel() throws Exception {
        String queue = queueOf(4);
        Channel channel = broker.anotherChannel();
        channel.basicQos(2, true);
        Inbox first = new Inbox(channel);
        String tag = channel.basicConsume(queue, false, first);
        assertThat(first.nextTexts(2)).containsExactly("1", "2");
        channel.basicCancel(tag);
        Inbox second = Inbox.of(channel, queue);
        broker.awaitReady(queue, 2);
        assertThat(second.size()).isZero();
        channel.basicAck(1, false);
        assertThat(second.nextText()).isEqualTo("3");
    }

    @Test
    void consumersThatNeedNotAcknowledgeAreNotBound() throws Exception {
        String queue = queueOf(10);
        Channel channel = broker.anotherChannel();
        channel.basicQos(1);
        assertThat(Inbox.automatic(channel, queue).nextTexts(10)).hasSize(10);
    }

    @Test
    void aBoundOfTheChannelCountsWhatIsOutstandingAlready() throws Exception {
        String queue = queueOf(10);
        Channel channel = broker.anotherChannel();
        Inbox inbox = Inbox.of(channel, queue);
        assertThat(inbox.nextTexts(10)).hasSize(10);
        channel.basicQos(5, true);
        broker.publish(queue, "11", "12", "13", "14", "15", "16", "17");
        broker.awaitReady(queue, 7);
        channel.basicAck(6, true);
        assertThat(inbox.nextText()).isEqualTo("11");
        broker.awaitReady(queue, 6);
        channel.basicAck(10, true);
        assertThat(inbox.nextTexts(4)).containsExactly("12", "13", "14", "15");
        broker.awaitReady(queue, 2);
    }

    @Test
    void aBoundOfTheChannelThatComesBackCountsWhatIsOutstanding() throws Exception {
        String queue = queueOf(5);
        Channel channel = broker.anotherChannel();
        channel.basicQos(5, true);
        Inbox inbox = Inbox.of(channel, queue);
        assertThat(inbox.nextTexts(5)).hasSize(5);
        channel.basicQos(0, true);
        broker.publish(queue, "6", "7");
        assertThat(inbox.nextTexts(2)).containsExactly("6", "7");
        channel.basicQos(5, true);
        broker.publish(queue, "8", "9");
        broker.awaitReady(queue, 2);
        channel.basicAck(3, true);
        assertThat(inbox.nextText()).isEqualTo("8");
        broker.awaitReady(queue, 1);
    }

    @Test
    void whatWasFetchedCountsWhenTheBoundOfTheChannelIsSet() throws Exception {
        String queue = queueOf(6);
        Channel channel = broker.anotherChannel();
        for (int i = 0; i < 3; i++) {
            next(channel, queue, false);
        }
        channel.basicQos(4, true);
        Inbox inbox = Inbox.of(channel, queue);
        assertThat(inbox.nextText()).isEqualTo("4");
        broker.awaitReady(queue, 2);
    }

    @Test
    void consumersThatNeedNotAcknowledgeWaitWhileTheBoundOfTheChannelIsReached() throws Exception {
        String bound = queueOf(2);
        Channel channel = broker.anotherChannel();
        channel.basicQos(2, true);
        Inbox busy = Inbox.of(channel, bound);
        assertThat(busy.nextTexts(2)).hasSize(2);
        String queue = queueOf(3);
        Inbox automatic = Inbox.automatic(channel, queue);
        broker.publish(queue, "4");
        broker.awaitReady(queue, 4);
        assertThat(automatic.size()).isZero();
        channel.basicAck(1, false);
        assertThat(automatic.nextTexts(4)).containsExactly("1", "2", "3", "4");
    }

    @Test
    void fetchingIsNotBound() throws Exception {
        String queue = queueOf(3);
        Channel channel = broker.anotherChannel();
        channel.basicQos(1, true);
        for (int i = 1; i <= 3; i++) {
            assertThat(next(channel, queue, false).getEnvelope().getDeliveryTag())
                    .isEqualTo(i);
        }
    }

    @Test
    void theFreeConsumerGetsWhatTheBusyOneHasNoRoomFor() throws Exception {
        String queue = broker.queue();
        Channel busyChannel = broker.anotherChannel();
        busyChannel.basicQos(1);
        Inbox busy = Inbox.of(busyChannel, queue);
        Channel freeChannel = broker.anotherChannel();
        freeChannel.basicQos(3);
        Inbox free = Inbox.of(freeChannel, queue);
        broker.publish(queue, "1", "2", "3", "4");
        await().until(() -> busy.size() == 1 && free.size() == 3);
    }

    @Test
    void requeuedMessagesMakeRoom() throws Exception {
        String queue = queueOf(1);
        Channel channel = broker.anotherChannel();
        channel.basicQos(1);
        Inbox inbox = Inbox.of(channel, queue);
        for (int tag = 1; tag <= 3; tag++) {
            assertThat(inbox.nextText()).isEqualTo("1");
            channel.basicReject(tag, true);
        }
    }

    @Test
    void aBoundInOctetsIsNotThere() throws Exception {
        assertThat(broker.reply(c -> c.basicQos(1_000, 1, false)))
                .isEqualTo("connection 540 NOT_IMPLEMENTED - prefetch_size!=0 (1000)");
    }
}
