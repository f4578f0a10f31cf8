package io.jumpmq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.RpcClient;
import com.rabbitmq.client.RpcClientParams;
import com.rabbitmq.client.RpcServer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Replies that come straight to the requester's channel. */
class DirectReplyToTest {
    private static final String REPLY_TO = "amq.rabbitmq.reply-to";

    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private static BasicProperties wantingReplies() {
        return new BasicProperties.Builder().replyTo(REPLY_TO).build();
    }

    /** Publishes a request and returns the address that the server sees. */
    private String request(Channel client, @Nullable String queueName) throws Exception {
        String queue = queueName == null ? client.queueDeclare().getQueue() : queueName;
        client.basicPublish("", queue, wantingReplies(), "request".getBytes(UTF_8));
        return client.basicGet(queue, true).getProps().getReplyTo();
    }

    @Test
    void aReplyComesStraightToTheChannelThatAsked() throws Exception {
        Channel client = broker.channel();
        Inbox replies = new Inbox(client);
        client.basicConsume(REPLY_TO, true, replies);
        String address = request(client, null);
        assertThat(address).startsWith(REPLY_TO + ".");
        Channel server = broker.connect().createChannel();
        server.basicPublish("", address, null, "one".getBytes(UTF_8));
        server.basicPublish("", address, null, "two".getBytes(UTF_8));
        Delivery first = replies.next();
        assertThat(first.getBody()).asString(UTF_8).isEqualTo("one");
        assertThat(first.getEnvelope().getExchange()).isEmpty();
        assertThat(first.getEnvelope().getRoutingKey()).isEqualTo(address);
        assertThat(first.getEnvelope().isRedeliver()).isFalse();
        assertThat(replies.next().getBody()).asString(UTF_8).isEqualTo("two");
    }

    @Test
    void theClientLibrarysRpcWorks() throws Exception {
        String queue = broker.channel().queueDeclare().getQueue();
        Channel serverChannel = broker.anotherChannel();
        RpcServer server = new RpcServer(serverChannel, queue) {
            @Override
            public byte[] handleCall(byte[] request, BasicProperties replyProperties) {
                return ("re: " + new String(request, UTF_8)).getBytes(UTF_8);
            }
        };
        Thread serving = new Thread(() -> {
            try {
                server.mainloop();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        serving.start();
        try (RpcClient client = new RpcClient(new RpcClientParams()
                .channel(broker.channel())
                .exchange("")
                .routingKey(queue)
                .replyTo(REPLY_TO)
                .timeout(10_000))) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.stringCall("call " + i)).isEqualTo("re: call " + i);
            }
        }
        serverChannel.close();
        serving.join(10_000);
    }

    @Test
    void declaringAnAddressTellsWhetherSomebodyStillWaits() throws Exception {
        Channel client = broker.anotherChannel();
        String tag = client.basicConsume(REPLY_TO, true, new Inbox(client));
        String address = request(client, null);
        Channel server = broker.connect().createChannel();
        assertThat(server.queueDeclarePassive(address).getConsumerCount()).isEqualTo(1);
        client.basicCancel(tag);
        client.close();
        assertThat(BrokerUnderTest.replyTo(() -> server.queueDeclarePassive(address)))
                .isEqualTo("channel 404 NOT_FOUND - no queue '" + address + "' in vhost '/'");
    }

    @Test
    void aRequestNeedsAConsumerFirst() throws Exception {
        Channel client = broker.channel();
        assertThat(BrokerUnderTest.replyTo(() -> {
                    client.basicPublish("", "anywhere", wantingReplies(), new byte[0]);
                    client.queueDeclare();
                }))
                .isEqualTo("channel 406 PRECONDITION_FAILED - fast reply consumer does not exist");
    }

    @Test
    void repliesAreNotAcknowledged() throws Exception {
        Channel client = broker.channel();
        assertThat(BrokerUnderTest.replyTo(() -> client.basicConsume(REPLY_TO, false, new Inbox(client))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - reply consumer cannot acknowledge");
    }

    @Test
    void aChannelHasOneReplyConsumer() throws Exception {
        Channel client = broker.channel();
        client.basicConsume(REPLY_TO, true, new Inbox(client));
        assertThat(BrokerUnderTest.replyTo(() -> client.basicConsume(REPLY_TO, true, new Inbox(client))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - reply consumer already set");
    }

    @Test
    void afterACancelAnotherMayConsume() throws Exception {
        Channel client = broker.channel();
        client.basicCancel(client.basicConsume(REPLY_TO, true, new Inbox(client)));
        Inbox second = new Inbox(client);
        client.basicConsume(REPLY_TO, true, second);
        client.basicPublish("", request(client, null), null, "me".getBytes(UTF_8));
        assertThat(second.next().getBody()).asString(UTF_8).isEqualTo("me");
    }

    @Test
    void aMandatoryReplyToAnAddressIsDeliveredAndReturned() throws Exception {
        Channel client = broker.channel();
        Inbox replies = new Inbox(client);
        client.basicConsume(REPLY_TO, true, replies);
        String address = request(client, null);
        BlockingQueue<String> returned = new LinkedBlockingQueue<>();
        client.addReturnListener((code, text, exchange, key, properties, body) -> returned.add(code + " " + text));
        client.basicPublish("", address, true, null, "reply".getBytes(UTF_8));
        assertThat(returned.poll(10, TimeUnit.SECONDS)).isEqualTo("312 NO_ROUTE");
        assertThat(replies.next().getBody()).asString(UTF_8).isEqualTo("reply");
    }
}
