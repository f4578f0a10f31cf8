package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory as a broker leaves it, looked at, damaged and mended. */
class StoreCommandsTest {
    private static final int MESSAGES = 100;

    @TempDir
    private Path folder = Path.of("");

    private Path segment() {
        return folder.resolve("messages").resolve("0000000000000001.log");
    }

    private JumpMq start() {
        return JumpMq.builder().host("127.0.0.1").port(0).dataDirectory(folder).start();
    }

    @BeforeEach
    void fill() throws Exception {
        try (JumpMq broker = start();
                Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            channel.queueDeclare("kept", true, false, false, Map.of());
            for (int i = 0; i < MESSAGES; i++) {
                channel.basicPublish(
                        "", "kept", MessageProperties.MINIMAL_PERSISTENT_BASIC, ("message " + i).getBytes(UTF_8));
            }
            channel.waitForConfirmsOrDie(10_000);
        }
    }

    private static Connection connect(JumpMq broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        return factory.newConnection();
    }

    /** Changes a byte in the middle of the messages. */
    private void damage() throws IOException {
        byte[] bytes = Files.readAllBytes(segment());
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("message 50");
        assertThat(at).isPositive();
        bytes[at] ^= 1;
        Files.write(segment(), bytes);
    }

    private CommandLineRun store(String... more) {
        String[] arguments = new String[more.length + 1];
        arguments[0] = "store";
        System.arraycopy(more, 0, arguments, 1, more.length);
        return CommandLineRun.of(arguments);
    }

    @Test
    void aGoodStoreIsCountedAndListed() {
        CommandLineRun check = store("check", folder.toString());
        assertThat(check.code()).isZero();
        assertThat(check.out()).contains("100 messages in 1 queues", "Nothing is damaged.");
        CommandLineRun dump = store("dump", folder.toString());
        assertThat(dump.out())
                .contains(
                        "decided\tQueueDeclared[vhost=/, name=kept",
                        "message\tqueue 'kept' in vhost '/' position 99 body 10",
                        "stopped\tin order")
                .contains("password=(password hash)");
        assertThat(store("check", folder.toString(), "--format", "json").out()).contains("\"good\" : true");
    }

    @Test
    void aDamagedStoreIsNotServedButToldOfAndMended() throws Exception {
        damage();
        Assertions.assertThatThrownBy(this::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("0000000000000001.log is damaged at offset")
                .hasMessageContaining("jumpmq store repair");
        CommandLineRun check = store("check", folder.toString());
        assertThat(check.code()).isEqualTo(1);
        assertThat(check.out()).contains("99 messages", "0000000000000001.log at offset", "there is no whole record");
        byte[] before = Files.readAllBytes(segment());
        assertThat(store("repair", folder.toString()).code())
                .as("without --yes")
                .isEqualTo(1);
        assertThat(Files.readAllBytes(segment())).isEqualTo(before);
        assertThat(store("repair", folder.toString(), "--yes").out())
                .contains("Given up, and written anew without it.");
        assertThat(store("check", folder.toString()).out()).contains("99 messages", "Nothing is damaged.");
        try (JumpMq broker = start();
                Connection connection = connect(broker);
                Channel channel = connection.createChannel()) {
            assertThat(channel.messageCount("kept")).isEqualTo(MESSAGES - 1);
            for (int i = 0; i < MESSAGES; i++) {
                if (i != 50) {
                    assertThat(channel.basicGet("kept", true).getBody())
                            .asString(UTF_8)
                            .isEqualTo("message " + i);
                }
            }
        }
    }

    @Test
    void aDirectoryInUseOrWithoutAStoreIsLeftAlone() {
        try (JumpMq broker = start()) {
            CommandLineRun check = store("check", folder.toString());
            assertThat(check.code()).isEqualTo(2);
            assertThat(check.err())
                    .startsWith("jumpmq: another JumpMQ uses the directory")
                    .endsWith("stop it, or give a copy of it as DIRECTORY\n");
            Assertions.assertThatThrownBy(this::start)
                    .hasMessageContaining("another JumpMQ uses the directory")
                    .hasMessageEndingWith("--data-dir DIRECTORY");
            assertThat(broker.port()).isPositive();
        }
        assertThat(store("check", folder.resolve("none").toString()).err()).startsWith("jumpmq: there is no store in");
    }
}
