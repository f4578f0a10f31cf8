package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and the alerts ask for nothing that is not there. */
class GrafanaTest {
    private static final Path FOLDER = Path.of("src", "main", "grafana");
    private static final Pattern METRIC = Pattern.compile("\\b(?:jumpmq|rabbitmq)_[a-z_]+[a-z]");

    private static Set<String> metrics(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = METRIC.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }

    @Test
    void everyMetricIsExported(@TempDir Path data) throws Exception {
        try (JumpMq broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .prometheus(0)
                .dataDirectory(data)
                .start()) {
            Api api = Api.of(broker);
            api.put("exchanges/%2f/orders", "{\"type\":\"x-consistent-hash\"}").expect(201);
            api.put("queues/%2f/q1", "{}").expect(201);
            api.put("queues/%2f/q2", "{}").expect(201);
            api.put("rings/%2f/orders/weights", "{\"weights\":{\"q1\":1,\"q2\":1}}")
                    .expect(200);
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(broker.uri());
            try (Connection connection = factory.newConnection()) {
                Channel channel = connection.createChannel();
                channel.confirmSelect();
                for (int i = 0; i < 100; i++) {
                    channel.basicPublish("orders", "k" + i, null, new byte[1]);
                }
                channel.waitForConfirmsOrDie(5000);
            }
            Set<String> exported =
                    Scrape.of(broker.prometheusPort(), "/metrics").names();
            String dashboard = Files.readString(FOLDER.resolve("jumpmq-rings.json"));
            Set<String> asked = metrics(dashboard);
            asked.addAll(metrics(Files.readString(FOLDER.resolve("jumpmq-alerts.yml"))));
            assertThat(asked).hasSizeGreaterThan(12);
            assertThat(exported).containsAll(asked);
            JsonNode panels = Api.json(dashboard).path("panels");
            assertThat(panels)
                    .hasSizeGreaterThan(10)
                    .allSatisfy(panel -> assertThat(panel.path("targets")).isNotEmpty());
        }
    }
}
