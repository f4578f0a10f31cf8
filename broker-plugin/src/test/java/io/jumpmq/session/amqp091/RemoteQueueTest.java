package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.broker.OperatorChannel;
import io.jumpmq.broker.QueuePlacement;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.broker.queue.QueueFigures;
import io.jumpmq.broker.queue.QueueUnreachableException;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.remote.Link;
import io.jumpmq.remote.QueueHost;
import io.jumpmq.remote.RemoteQueue;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.simulation.SimulatedNetwork;
import io.jumpmq.simulation.Simulation;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client of one broker whose queue "far" runs in another, over a link of bytes that can be cut. It notices nothing while
 * the link is there; afterwards it is told of everything that it waits for.
 */
class RemoteQueueTest {
    private static final int NEAR = 1;
    private static final int FAR = 2;

    private final Simulation simulation = SteppedBroker.alone();
    private final SimulatedNetwork network = new SimulatedNetwork(simulation, new SplittableRandom(1));
    private final Link link = new Link(network, NEAR, FAR);
    private final SteppedBroker far = new SteppedBroker(simulation, QueuePlacement.HERE);
    private final SteppedBroker near = new SteppedBroker(
            simulation,
            (queue, here) -> queue.name().equals("far") ? new RemoteQueue(queue.name(), nearLoop(), link) : here.get());
    private final Peer peer = new Peer();

    /** Another loop than the connections'. */
    private Loop nearLoop() {
        return near.broker().catalogLoop();
    }

    @BeforeEach
    void declare() {
        Command declare = new Command.DeclareQueue(
                SteppedBroker.VHOST, "far", false, false, false, FieldTable.EMPTY, TestIds.CLIENT);
        far.broker().prepare(List.of(declare));
        new QueueHost(far.vhost().requireQueue("far").port(), far.loop(), link);
        near.broker().prepare(List.of(declare));
        near.settle();
    }

    @AfterEach
    void nothingFailed() {
        assertThat(near.failures()).isEmpty();
        assertThat(far.failures()).isEmpty();
    }

    private QueueFigures figures() {
        return far.vhost().requireQueue("far").port().figures();
    }

    /** Talks to the broker near by. */
    private final class Peer implements Conversation.Peer {
        private final SteppedClient client = near.connect(ConnectionSettings.DEFAULT);
        private final FrameReader reader = new FrameReader(0);

        @Override
        public void send(byte[] bytes) {
            client.receive(bytes);
        }

        @Override
        public byte @Nullable [] next() {
            ByteBuf in = client.written();
            int start = in.readerIndex();
            if (in.readableBytes() >= 8 && in.getByte(start) == 'A') {
                return ByteBufUtil.getBytes(in.readSlice(8));
            }
            return reader.next(in) ? ByteBufUtil.getBytes(in, start, in.readerIndex() - start) : null;
        }

        @Override
        public byte @Nullable [] pending() {
            return next();
        }

        @Override
        public boolean isClosed() {
            return client.isClosed();
        }

        @Override
        public void advance(long millis) {
            near.advance(millis);
        }

        @Override
        public void hangUp() {
            client.hangUp();
        }
    }

    private void play(String script) throws IOException {
        new Conversation("script", peer).play(script.lines().toList());
    }

    /** Nothing arrives for now. */
    private void stall() {
        network.cut(NEAR, FAR);
        network.cut(FAR, NEAR);
    }

    private void cut() {
        link.cut();
        network.heal(NEAR, FAR);
        network.heal(FAR, NEAR);
        near.settle();
    }

    private void open(String capabilities) throws IOException {
        play("""
                > open capabilities=%s
                > 1 channel.open
                < 1 channel.open-ok
                """.formatted(capabilities));
    }

    private void confirms() throws IOException {
        play("""
                > 1 confirm.select
                < 1 confirm.select-ok
                """);
    }

    private static String publish(String body) {
        return """
                > 1 basic.publish routing-key=far
                > 1 header size=%d
                > 1 body %s
                """.formatted(body.length(), body);
    }

    @Test
    void aClientNoticesNoDifference() throws IOException {
        open("cancels");
        confirms();
        play(publish("one") + "< 1 basic.ack delivery-tag=1");
        play(publish("two") + """
                < 1 basic.ack delivery-tag=2
                > 1 queue.declare queue=far passive=true
                < 1 queue.declare-ok queue=far message-count=2 consumer-count=0
                > 1 basic.qos prefetch-count=1
                < 1 basic.qos-ok
                > 1 basic.consume queue=far consumer-tag=c
                < 1 basic.consume-ok consumer-tag=c
                < 1 basic.deliver consumer-tag=c delivery-tag=1 redelivered=false routing-key=far
                < 1 header size=3
                < 1 body one
                > 1 basic.nack delivery-tag=1 requeue=true
                < 1 basic.deliver consumer-tag=c delivery-tag=2 redelivered=true
                < 1 header size=3
                < 1 body one
                > 1 basic.ack delivery-tag=2
                < 1 basic.deliver consumer-tag=c delivery-tag=3 redelivered=false
                < 1 header size=3
                < 1 body two
                > 1 basic.cancel consumer-tag=c
                < 1 basic.cancel-ok consumer-tag=c
                > 1 basic.reject delivery-tag=3
                """);
        assertThat(figures().ready() + figures().unacknowledged()).isZero();
        play(publish("three") + "< 1 basic.ack delivery-tag=3");
        play(publish("four") + """
                < 1 basic.ack delivery-tag=4
                > 1 basic.get queue=far
                < 1 basic.get-ok delivery-tag=4 message-count=1
                < 1 header size=5
                < 1 body three
                > 1 basic.ack delivery-tag=4
                > 1 queue.purge queue=far
                < 1 queue.purge-ok message-count=1
                > 1 basic.get queue=far
                < 1 basic.get-empty
                > 1 tx.select
                < 1 channel.close reply-code=406
                > 1 channel.close-ok
                """);
        assertThat(figures().counters().acknowledged()).isEqualTo(2);
        assertThat(link.carriedBytes()).isPositive();
    }

    @Test
    void theLimitOfAChannelHoldsThereToo() throws IOException {
        open("cancels");
        play(publish("one"));
        play(publish("two"));
        play("""
                > 1 basic.qos prefetch-count=1 global=true
                < 1 basic.qos-ok
                > 1 basic.consume queue=far consumer-tag=c
                < 1 basic.consume-ok
                < 1 basic.deliver delivery-tag=1
                < 1 header
                < 1 body one
                > 1 basic.ack delivery-tag=1
                < 1 basic.deliver delivery-tag=2
                < 1 header
                < 1 body two
                """);
        assertThat(figures().unacknowledged()).isEqualTo(1);
    }

    @Test
    void aClosedChannelGivesBackWhatItHeld() throws IOException {
        open("cancels");
        play(publish("one"));
        play("""
                > 1 basic.consume queue=far consumer-tag=c
                < 1 basic.consume-ok
                < 1 basic.deliver delivery-tag=1
                < 1 header
                < 1 body one
                > 1 channel.close
                < 1 channel.close-ok
                """);
        assertThat(figures().ready()).isEqualTo(1);
        assertThat(figures().consumers()).isZero();
    }

    @Test
    void aPublisherIsToldThatNobodyKnowsWhatBecameOfItsMessage() throws IOException {
        open("cancels");
        confirms();
        stall();
        play(publish("lost") + publish("lost"));
        cut();
        play("""
                < 1 basic.nack delivery-tag=1
                < 1 basic.nack delivery-tag=2
                """);
        play(publish("refused") + "< 1 basic.nack delivery-tag=3");
        link.restore();
        play(publish("taken") + "< 1 basic.ack delivery-tag=4");
        assertThat(figures().ready()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMandatoryMessageComesBack(boolean confirmed) throws IOException {
        open("cancels");
        if (confirmed) {
            confirms();
        }
        cut();
        play("""
                > 1 basic.publish routing-key=far mandatory=true
                > 1 header size=2
                > 1 body hi
                < 1 basic.return reply-code=312 routing-key=far
                < 1 header size=2
                < 1 body hi
                """ + (confirmed ? "< 1 basic.nack delivery-tag=1" : ""));
    }

    @Test
    void aTransactionFails() throws IOException {
        open("cancels");
        play("""
                > 1 tx.select
                < 1 tx.select-ok
                """);
        play(publish("a"));
        cut();
        play("""
                > 1 tx.commit
                < 1 channel.close reply-code=406 reply-text="PRECONDITION_FAILED - partial tx completion"
                """);
    }

    @Test
    void aConsumerIsCancelledAndWhatItSaysAfterwardsHitsNothing() throws IOException {
        open("cancels");
        play(publish("one"));
        play("""
                > 1 basic.consume queue=far consumer-tag=c
                < 1 basic.consume-ok consumer-tag=c
                < 1 basic.deliver delivery-tag=1
                < 1 header
                < 1 body one
                """);
        cut();
        play("< 1 basic.cancel consumer-tag=c nowait=true");
        assertThat(figures().ready()).isEqualTo(1);
        link.restore();
        play("""
                > 1 basic.consume queue=far consumer-tag=d
                < 1 basic.consume-ok consumer-tag=d
                < 1 basic.deliver consumer-tag=d delivery-tag=2 redelivered=true
                < 1 header
                < 1 body one
                > 1 basic.ack delivery-tag=1
                """);
        assertThat(figures().unacknowledged()).isEqualTo(1);
        play("> 1 basic.ack delivery-tag=2");
        assertThat(figures().unacknowledged()).isZero();
        assertThat(figures().counters().acknowledged()).isEqualTo(1);
    }

    @Test
    void aClientThatCannotBeToldOfACancelLosesItsChannel() throws IOException {
        open("refusals");
        play("""
                > 1 basic.consume queue=far consumer-tag=c
                < 1 basic.consume-ok consumer-tag=c
                """);
        cut();
        play("< 1 channel.close reply-code=404");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "basic.get queue=far",
                "basic.consume queue=far",
                "queue.purge queue=far",
                "queue.declare queue=far passive=true",
                "queue.declare queue=far",
                "queue.delete queue=far"
            })
    void aQuestionIsAnsweredThough(String question) throws IOException {
        open("cancels");
        stall();
        play("> 1 " + question);
        cut();
        play("< 1 channel.close reply-code=404 reply-text=\"NOT_FOUND - queue 'far' in vhost '/' cannot be reached: its"
                + " home node does not answer\"");
        play("""
                > 1 channel.close-ok
                > 2 channel.open
                < 2 channel.open-ok
                """);
        play("> 2 " + question + "\n< 2 channel.close reply-code=404");
    }

    @Test
    void aCancelIsAnsweredThough() throws IOException {
        open("cancels");
        play("""
                > 1 basic.consume queue=far consumer-tag=c
                < 1 basic.consume-ok consumer-tag=c
                """);
        stall();
        play("> 1 basic.cancel consumer-tag=c");
        cut();
        play("< 1 basic.cancel-ok consumer-tag=c");
    }

    @Test
    void operatorsAreTold() {
        OperatorChannel channel = new OperatorChannel(near.broker());
        Message message = new Message(
                "", "far".getBytes(UTF_8), BasicFormat.INSTANCE.header(MessageProperties.NONE), new byte[3]);
        CompletableFuture<Boolean> published =
                channel.publish(near.vhost(), near.vhost().requireExchange(""), message, "guest");
        near.settle();
        assertThat(published).isCompletedWithValue(true);
        cut();
        CompletableFuture<Boolean> lost =
                channel.publish(near.vhost(), near.vhost().requireExchange(""), message, "guest");
        CompletableFuture<?> got =
                channel.get(near.vhost(), near.vhost().requireQueue("far"), 1, Settlement.ACK, "guest");
        CompletableFuture<?> purged = channel.purge(near.vhost().requireQueue("far"));
        near.settle();
        for (CompletableFuture<?> future : List.of(lost, got, purged)) {
            assertThat(future)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withCauseInstanceOf(QueueUnreachableException.class);
        }
        assertThat(channel.stat(List.of(near.vhost().requireQueue("far")))).isNotNull();
    }
}
