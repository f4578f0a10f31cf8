package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories of earlier servers, each as its process left it when it was killed. {@code before-identities.zip}: nodes and
 * connections had numbers only, and each change of the catalog a record of its own. A ring of q1, q2 and q3 with weights 1 to
 * 3, 60 messages published to it while an exclusive queue had two buckets as well, ten more in a quorum queue.
 */
class OldStoreTest {
    private static void unpack(String name, Path into) throws IOException {
        try (InputStream file = Objects.requireNonNull(OldStoreTest.class.getResourceAsStream("/stores/" + name));
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path to = into.resolve(entry.getName()).normalize();
                assertThat(to.startsWith(into)).as("%s", to).isTrue();
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                } else {
                    Files.createDirectories(Objects.requireNonNull(to.getParent()));
                    Files.write(to, zip.readAllBytes());
                }
            }
        }
    }

    private static String ring(JumpMq broker) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + broker.managementPort() + "/api/rings/%2F/orders"))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8)))
                .build();
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static List<String> taken(Channel channel, String queue) throws IOException {
        List<String> bodies = new ArrayList<>();
        for (GetResponse got = channel.basicGet(queue, true); got != null; got = channel.basicGet(queue, true)) {
            bodies.add(new String(got.getBody(), UTF_8));
        }
        return bodies;
    }

    @Test
    void aDirectoryFromBeforeNodesHadIdentitiesOpens(@TempDir Path folder) throws Exception {
        Path directory = folder.resolve("data");
        unpack("before-identities.zip", directory);
        for (int start = 0; start < 2; start++) {
            try (JumpMq broker = JumpMq.builder()
                    .host("127.0.0.1")
                    .port(0)
                    .management(0)
                    .dataDirectory(directory)
                    .start()) {
                assertThat(ring(broker)).contains("\"digest\":\"94bbd4ac19b7daa8\"");
                ConnectionFactory factory = new ConnectionFactory();
                factory.setUri(broker.uri());
                try (Connection connection = factory.newConnection();
                        Channel channel = connection.createChannel()) {
                    Map<String, Integer> counts = Map.of("q1", 9, "q2", 10, "q3", 26, "quorum", 9);
                    for (Map.Entry<String, Integer> count : counts.entrySet()) {
                        assertThat(channel.queueDeclarePassive(count.getKey()).getMessageCount())
                                .as("%s, start %d", count.getKey(), start)
                                .isEqualTo(count.getValue());
                    }
                    if (start == 1) {
                        assertThat(taken(channel, "quorum"))
                                .containsExactly("q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9");
                        assertThat(taken(channel, "q1")).hasSize(9).allMatch(body -> body.startsWith("order "));
                    }
                }
                for (String gone : List.of("mine", "transient", "gone")) {
                    try (Connection connection = factory.newConnection()) {
                        Channel channel = connection.createChannel(); // It ends of itself.
                        assertThatThrownBy(() -> channel.queueDeclarePassive(gone))
                                .as("'%s', start %d", gone, start)
                                .isInstanceOf(IOException.class)
                                .rootCause()
                                .hasMessageContaining("404");
                    }
                }
            }
            assertThat(directory.resolve("catalog/node")).exists();
        }
    }
}
