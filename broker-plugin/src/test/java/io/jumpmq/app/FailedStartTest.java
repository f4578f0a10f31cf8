package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that finds its port taken leaves everything as it was. */
class FailedStartTest {
    private final List<Throwable> storeFailures = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder = Path.of("");

    private JumpMq start(int port, byte... definitions) {
        JumpMq.Builder builder = JumpMq.builder()
                .host("127.0.0.1")
                .port(port)
                .dataDirectory(folder)
                .onStoreFailure(storeFailures::add);
        return (definitions.length == 0 ? builder : builder.definitions(definitions)).start();
    }

    private static Connection connect(JumpMq broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        return factory.newConnection();
    }

    private void keepAMessage() throws Exception {
        try (JumpMq broker = start(0);
                Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            channel.queueDeclare("kept", true, false, false, null);
            channel.basicPublish("", "kept", MessageProperties.PERSISTENT_BASIC, "kept".getBytes(UTF_8));
            channel.waitForConfirmsOrDie();
        }
    }

    private void assertThatItIsThereAsNeverDelivered() throws Exception {
        try (JumpMq broker = start(0);
                Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            GetResponse message = channel.basicGet("kept", true);
            assertThat(message.getBody()).asString(UTF_8).isEqualTo("kept");
            assertThat(message.getEnvelope().isRedeliver()).isFalse();
        }
        assertThat(storeFailures).isEmpty();
    }

    @Test
    void aPortThatIsTaken() throws Exception {
        keepAMessage();
        try (JumpMq other = JumpMq.builder().host("127.0.0.1").port(0).start()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> start(other.port()))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("cannot listen on");
            }
        }
        assertThatItIsThereAsNeverDelivered();
    }

    @Test
    void definitionsThatMakeNoSense() throws Exception {
        keepAMessage();
        assertThatThrownBy(() -> start(0, "no definitions".getBytes(UTF_8))).isInstanceOf(RuntimeException.class);
        assertThatItIsThereAsNeverDelivered();
    }
}
