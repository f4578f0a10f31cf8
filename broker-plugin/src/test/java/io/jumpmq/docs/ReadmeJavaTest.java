package io.jumpmq.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The README's Java is that of {@link ReadmeExample}, and works. */
class ReadmeJavaTest {
    private static List<String> code(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst(" +// (?!README|End).*", "").strip())
                .toList();
    }

    @Test
    void theExampleIsTheReadmes() throws IOException {
        List<String> example = code(Path.of("src/test/java/io/jumpmq/docs/ReadmeExample.java"));
        List<String> readme = code(Path.of("../README.md"));
        int blocks = 0;
        for (int i = example.indexOf("// README"); i >= 0; blocks++) {
            List<String> rest = example.subList(i + 1, example.size());
            List<String> block = rest.subList(0, rest.indexOf("// End."));
            assertThat(readme).containsSequence(block);
            int next = rest.indexOf("// README");
            i = next < 0 ? -1 : i + 1 + next;
        }
        assertThat(blocks).isEqualTo(2);
        assertThat(readme.stream().filter(line -> line.startsWith("channel.") || line.startsWith("try (")))
                .as("lines of Java")
                .hasSize(5);
    }

    @Test
    void theExampleRuns() throws Exception {
        ReadmeExample.embed(new ConnectionFactory(), (Connection connection) -> {
            Channel channel = connection.createChannel();
            channel.queueDeclare("q1", false, true, true, null);
            channel.queueDeclare("q2", false, true, true, null);
            ReadmeExample.spread(channel);
            channel.confirmSelect();
            for (int i = 0; i < 500; i++) {
                channel.basicPublish("orders", "order-" + i, null, new byte[0]);
            }
            channel.waitForConfirmsOrDie(10_000);
            assertThat(channel.messageCount("q1") + channel.messageCount("q2")).isEqualTo(500);
            assertThat(channel.messageCount("q1")).as("two shares of five").isBetween(150L, 250L);
        });
    }
}
