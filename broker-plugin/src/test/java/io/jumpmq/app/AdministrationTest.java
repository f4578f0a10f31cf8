package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.value.AmqpException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator changes while clients are connected, and what of it is there after a restart. */
class AdministrationTest {
    @TempDir
    private Path folder = Path.of("");

    private JumpMq start() {
        return JumpMq.builder().host("127.0.0.1").port(0).dataDirectory(folder).start();
    }

    private static Connection connect(JumpMq broker, String vhost) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setVirtualHost(vhost);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    private static void publish(Channel channel, String queue, int count) throws Exception {
        channel.confirmSelect();
        for (int i = 0; i < count; i++) {
            channel.basicPublish("", queue, null, String.valueOf(i).getBytes(UTF_8));
        }
        channel.waitForConfirmsOrDie(10_000);
    }

    @Test
    void aPolicyTakesEffectOnAQueueThatIsThere() throws Exception {
        try (JumpMq broker = start();
                Connection connection = connect(broker, "/");
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("bounded", true, false, false, Map.of());
            channel.queueDeclare("dead", true, false, false, Map.of());
            publish(channel, "bounded", 5);
            broker.setPolicy(
                    "/",
                    "bound",
                    "^bounded$",
                    1,
                    Map.of("max-length", 2, "dead-letter-exchange", "", "dead-letter-routing-key", "dead"));
            await().until(() -> channel.messageCount("bounded") == 2 && channel.messageCount("dead") == 3);
            publish(channel, "bounded", 1);
            await().until(() -> channel.messageCount("dead") == 4);
            broker.setOperatorPolicy("/", "tighter", "^bounded$", 1, Map.of("max-length", 1));
            await().until(() -> channel.messageCount("bounded") == 1);
            broker.deletePolicy("/", "bound");
            publish(channel, "bounded", 3);
            assertThat(channel.messageCount("bounded"))
                    .as("the operator's still counts")
                    .isEqualTo(1);
        }
    }

    @Test
    void whatWasSetIsThereAfterARestart() throws Exception {
        try (JumpMq broker = start()) {
            broker.addVhost("tests");
            broker.setPermissions("tests", "guest", "^mine", ".*", ".*");
            broker.setPolicy("tests", "short", "", 0, Map.of("max-length", 1));
        }
        try (JumpMq broker = start();
                Connection connection = connect(broker, "tests")) {
            Channel channel = connection.createChannel();
            channel.queueDeclare("mine", true, false, false, Map.of());
            publish(channel, "mine", 4);
            assertThat(channel.messageCount("mine")).isEqualTo(1);
            assertThatThrownBy(() -> channel.queueDeclare("yours", true, false, false, Map.of()))
                    .isInstanceOf(IOException.class)
                    .cause()
                    .hasMessageContaining("access to queue 'yours' in vhost 'tests' refused for user 'guest'");
            // Permissions count at once, for connections that are open as well.
            broker.setPermissions("tests", "guest", ".*", ".*", ".*");
            connection.createChannel().queueDeclare("yours", true, false, false, Map.of());
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        try (JumpMq broker = start()) {
            assertThatThrownBy(() -> broker.setPermissions("/", "nobody", "", "", ""))
                    .isInstanceOf(AmqpException.class)
                    .hasMessage("no user 'nobody'");
            assertThatThrownBy(() -> broker.deletePolicy("/", "none")).hasMessage("no policy 'none' in vhost '/'");
        }
    }
}
