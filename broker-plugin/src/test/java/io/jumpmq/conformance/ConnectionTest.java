package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.factory;
import static io.jumpmq.conformance.BrokerUnderTest.replyTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.SaslMechanism;
import com.rabbitmq.client.impl.AMQConnection;
import com.rabbitmq.client.impl.LongStringHelper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections begin, what is agreed on, and how they end. */
class ConnectionTest {
    private static final String LOGIN_REFUSED =
            "ACCESS_REFUSED - Login was refused using authentication mechanism %s. For details see the broker logfile.";

    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "publisher_confirms",
                "exchange_exchange_bindings",
                "basic.nack",
                "consumer_cancel_notify",
                "connection.blocked",
                "consumer_priorities",
                "authentication_failure_close",
                "per_consumer_qos",
                "direct_reply_to"
            })
    void theServerSaysWhatItCanDo(String capability) {
        Object capabilities =
                broker.channel().getConnection().getServerProperties().get("capabilities");
        assertThat(capabilities)
                .isInstanceOfSatisfying(
                        Map.class, map -> assertThat(map.get(capability)).isEqualTo(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"product", "version", "platform", "copyright", "information"})
    void theServerIntroducesItself(String property) {
        Object value = broker.channel().getConnection().getServerProperties().get(property);
        assertThat(value).isInstanceOf(LongString.class);
        assertThat(value.toString()).isNotEmpty();
    }

    @Test
    void mechanismsAndLocalesAreOffered() throws Exception {
        List<String> mechanisms = new ArrayList<>();
        ConnectionFactory factory = factory();
        factory.setSaslConfig(offered -> {
            mechanisms.addAll(List.of(offered));
            return com.rabbitmq.client.DefaultSaslConfig.PLAIN.getSaslMechanism(offered);
        });
        broker.connect(factory);
        assertThat(mechanisms).contains("PLAIN", "AMQPLAIN");
    }

    @Test
    void theProposedLimitsAreTheUsualOnes() throws Exception {
        AMQConnection connection = (AMQConnection) broker.connect();
        assertThat(connection.getFrameMax()).isEqualTo(131_072);
        assertThat(connection.getChannelMax()).isEqualTo(2047);
        assertThat(connection.getHeartbeat()).isEqualTo(60);
    }

    @Test
    void aClientMayAskForLess() throws Exception {
        ConnectionFactory factory = factory();
        factory.setRequestedFrameMax(4_096);
        factory.setRequestedChannelMax(3);
        factory.setRequestedHeartbeat(7);
        AMQConnection connection = (AMQConnection) broker.connect(factory);
        assertThat(connection.getFrameMax()).isEqualTo(4_096);
        assertThat(connection.getChannelMax()).isEqualTo(3);
        assertThat(connection.getHeartbeat()).isEqualTo(7);
    }

    @Test
    void bodiesAreCutToTheAgreedFrameSize() throws Exception {
        ConnectionFactory factory = factory();
        factory.setRequestedFrameMax(4_096);
        Connection connection = broker.connect(factory);
        Channel channel = connection.createChannel();
        String queue = channel.queueDeclare().getQueue();
        byte[] body = new byte[100_000];
        new Random(3).nextBytes(body);
        channel.basicPublish("", queue, null, body);
        GetResponse response = BrokerUnderTest.next(channel, queue, true);
        assertThat(response.getBody()).isEqualTo(body);
    }

    @Test
    void channelNumbersUpToTheAgreedLimitAreUsable() throws Exception {
        ConnectionFactory factory = factory();
        factory.setRequestedChannelMax(3);
        Connection connection = broker.connect(factory);
        for (int i = 1; i <= 3; i++) {
            Channel channel = connection.createChannel(i);
            assertThat(channel).isNotNull();
            assertThat(channel.queueDeclare().getQueue()).isNotEmpty();
        }
        assertThat(connection.createChannel()).isNull();
    }

    @Test
    void anUnknownVirtualHostIsRefused() {
        ConnectionFactory factory = factory();
        factory.setVirtualHost("nowhere");
        assertThat(replyTo(() -> broker.connect(factory)))
                .isEqualTo("connection 530 NOT_ALLOWED - vhost nowhere not found");
    }

    @Test
    void aWrongPasswordIsRefusedAloud() {
        ConnectionFactory factory = factory();
        factory.setPassword("wrong");
        assertThatThrownBy(() -> broker.connect(factory))
                .isInstanceOf(AuthenticationFailureException.class)
                .hasMessage(LOGIN_REFUSED.formatted("PLAIN"));
    }

    @Test
    void anUnknownUserIsRefusedInTheSameWords() {
        ConnectionFactory factory = factory();
        factory.setUsername("nobody");
        assertThatThrownBy(() -> broker.connect(factory))
                .isInstanceOf(AuthenticationFailureException.class)
                .hasMessage(LOGIN_REFUSED.formatted("PLAIN"));
    }

    @Test
    void anEmptyPasswordIsRefused() {
        ConnectionFactory factory = factory();
        factory.setPassword("");
        assertThatThrownBy(() -> broker.connect(factory)).isInstanceOf(AuthenticationFailureException.class);
    }

    private static SaslMechanism mechanism(String name, byte[] response) {
        return new SaslMechanism() {
            @Override
            public String getName() {
                return name;
            }

            @Override
            public LongString handleChallenge(LongString challenge, String username, String password) {
                return LongStringHelper.asLongString(response);
            }
        };
    }

    private static byte[] amqplain(String password) {
        return new RawAmqp.Octets()
                .shortText("LOGIN")
                .u8('S')
                .longText("guest")
                .shortText("PASSWORD")
                .u8('S')
                .longText(password)
                .toBytes();
    }

    @Test
    void amqplainLogsIn() throws Exception {
        ConnectionFactory factory = factory();
        factory.setSaslConfig(offered -> mechanism("AMQPLAIN", amqplain("guest")));
        assertThat(broker.connect(factory).isOpen()).isTrue();
    }

    @Test
    void amqplainRefusesAWrongPassword() {
        ConnectionFactory factory = factory();
        factory.setSaslConfig(offered -> mechanism("AMQPLAIN", amqplain("wrong")));
        assertThatThrownBy(() -> broker.connect(factory))
                .isInstanceOf(AuthenticationFailureException.class)
                .hasMessage(LOGIN_REFUSED.formatted("AMQPLAIN"));
    }

    @Test
    void aClientMayNameItsConnection() throws Exception {
        ConnectionFactory factory = factory();
        try (Connection connection = factory.newConnection("a name")) {
            assertThat(connection.getClientProvidedName()).isEqualTo("a name");
            assertThat(connection.createChannel().queueDeclare().getQueue()).isNotEmpty();
        }
    }

    @Test
    void clientPropertiesOfAllTypesAreTaken() throws Exception {
        ConnectionFactory factory = factory();
        factory.getClientProperties().put("number", 42);
        factory.getClientProperties().put("list", List.of("a", 1L));
        factory.getClientProperties().put("table", Map.of("deep", Map.of("deeper", true)));
        assertThat(broker.connect(factory).isOpen()).isTrue();
    }

    @Test
    void closingIsAnswered() throws Exception {
        Connection connection = broker.connect();
        CompletableFuture<Boolean> initiatedHere = new CompletableFuture<>();
        connection.addShutdownListener(signal -> initiatedHere.complete(signal.isInitiatedByApplication()));
        connection.close(AMQP.REPLY_SUCCESS, "done", 5_000);
        assertThat(initiatedHere.get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aQuietConnectionWithHeartbeatsStaysOpen() throws Exception {
        ConnectionFactory factory = factory();
        factory.setRequestedHeartbeat(1);
        Connection connection = broker.connect(factory);
        long start = System.nanoTime();
        await().until(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(2_500));
        assertThat(connection.isOpen()).isTrue();
        assertThat(connection.createChannel().queueDeclare().getQueue()).isNotEmpty();
    }

    @Test
    void manyConnectionsComeAndGo() throws Exception {
        for (int i = 0; i < 30; i++) {
            try (Connection connection = factory().newConnection()) {
                assertThat(connection.createChannel()).isNotNull();
            }
        }
    }
}
