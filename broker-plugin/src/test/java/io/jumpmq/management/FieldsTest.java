package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every field of RabbitMQ's answers is in ours, with its type, or {@code fields.txt} says why not; and we have no others,
 * but for those that are listed. With {@code -Dmanagement.uri} and {@code -Dbroker.uri} the list itself is tested.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FieldsTest {
    private static final String LIST = "/management/fields.txt";
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");

    private final Api api = Api.asGuest();
    private final Map<String, String> names = new LinkedHashMap<>();
    private Connection connection;

    /**
     * What an answer looks like.
     *
     * @param types allowed, by the field's path
     * @param notHere what only RabbitMQ has
     * @param onlyHere what only we have
     */
    record Section(String resource, Map<String, Set<String>> types, List<String> notHere, List<String> onlyHere) {
        @Override
        public String toString() {
            return resource;
        }

        boolean mayHave(String field) {
            return (Api.isRabbitMq() ? notHere : onlyHere).stream().anyMatch(name -> covers(name, field));
        }

        private static boolean covers(String name, String field) {
            return name.endsWith("*")
                    ? field.startsWith(name.substring(0, name.length() - 1))
                    : field.equals(name)
                            || field.startsWith(name + ".")
                            || field.startsWith(name + "[]")
                            || field.startsWith(name + "_details.");
        }
    }

    static List<Section> sections() throws IOException {
        return sections(LIST);
    }

    static List<Section> sections(String resource) throws IOException {
        List<Section> sections = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(FieldsTest.class.getResourceAsStream(resource))) {
            for (String block : new String(in.readAllBytes(), UTF_8).split("\n\n", -1)) {
                if (!block.startsWith("#") && !block.isBlank()) {
                    sections.add(section(block.strip()));
                }
            }
        }
        return sections;
    }

    private static Section section(String block) {
        // A line that is indented further goes on with the one before.
        String[] lines = block.replaceAll("\n {4}", " ").split("\n", -1);
        Section section = new Section(lines[0], new TreeMap<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i].strip();
            int colon = line.lastIndexOf(": ");
            List<String> fields = List.of(line.substring(colon + 2).split(" ", -1));
            if (line.startsWith("- ")) {
                section.notHere.addAll(fields);
            } else if (line.startsWith("+ ")) {
                section.onlyHere.addAll(fields);
            } else {
                Set<String> types = Set.of(line.substring(0, colon).split("\\|", -1));
                fields.forEach(field -> section.types.put(field, types));
            }
        }
        return section;
    }

    @BeforeAll
    void makeOneOfEverything() throws Exception {
        for (String kind : List.of("exchange", "queue", "quorum", "user", "policy", "tag")) {
            names.put(kind, Api.unique(kind));
        }
        String queue = name("queue");
        String quorum = name("quorum");
        connection = Api.connect("fields");
        Channel channel = connection.createChannel();
        channel.exchangeDeclare(name("exchange"), "x-consistent-hash", true);
        channel.queueDeclare(queue, true, false, false, Map.of("x-max-length", 100));
        channel.queueDeclare(quorum, true, false, false, Map.of("x-queue-type", "quorum"));
        channel.queueBind(queue, name("exchange"), "1", Map.of("why", "to see arguments"));
        String policy = "{\"pattern\":\"^" + queue + "$\",\"definition\":{\"max-length\":50},\"apply-to\":\"queues\"}";
        api.put("policies/%2f/" + name("policy"), policy).expect(201);
        api.put("operator-policies/%2f/" + name("policy"), policy).expect(201);
        api.put("vhost-limits/%2f/max-queues", "{\"value\":5000}").expect(204);
        api.put("users/" + name("user"), "{\"password\":\"secret\",\"tags\":\"management\"}")
                .expect(201);
        api.put("permissions/%2f/" + name("user"), "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}")
                .expect(201);
        channel.confirmSelect();
        channel.basicQos(1);
        channel.basicConsume(
                queue,
                false,
                name("tag"),
                (tag, delivery) -> channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false),
                tag -> {});
        for (int i = 0; i < 10; i++) {
            channel.basicPublish(name("exchange"), "key-" + i, null, new byte[10]);
        }
        channel.basicPublish("", quorum, null, new byte[10]);
        channel.basicPublish("", quorum, null, new byte[10]);
        channel.waitForConfirmsOrDie(5000);
        Awaitility.await().until(() -> channel.basicGet(quorum, true) != null);
        names.put("node", api.get("overview").expect(200).json().path("node").asText());
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            for (JsonNode listed : api.get("connections").expect(200).json()) {
                if (listed.path("client_properties")
                        .path("connection_name")
                        .asText()
                        .equals("fields")) {
                    names.put("connection", listed.path("name").asText());
                    names.put("channel", listed.path("name").asText() + " (1)");
                    return true;
                }
            }
            return false;
        });
    }

    @AfterAll
    void tidyUp() {
        connection.abort();
        api.delete("queues/%2f/" + name("queue"));
        api.delete("queues/%2f/" + name("quorum"));
        api.delete("exchanges/%2f/" + name("exchange"));
        api.delete("policies/%2f/" + name("policy"));
        api.delete("operator-policies/%2f/" + name("policy"));
        api.delete("vhost-limits/%2f/max-queues");
        api.delete("parameters/vhost-limits/%2f/limits");
        api.delete("users/" + name("user"));
    }

    private String name(String kind) {
        return Objects.requireNonNull(names.get(kind), kind);
    }

    @ParameterizedTest
    @MethodSource("sections")
    void fieldsAreThoseOfRabbitMq(Section section) {
        // RabbitMQ collects its figures every five seconds.
        Awaitility.await()
                .atMost(Duration.ofSeconds(Api.isRabbitMq() ? 25 : 10))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> compare(section));
    }

    private void compare(Section section) {
        Map<String, Set<String>> seen = new TreeMap<>();
        collect(answer(section.resource), "", section, seen);
        assertThat(seen.keySet()).containsAll(section.types.keySet());
        seen.forEach((field, types) -> {
            Set<String> allowed = section.types.get(field);
            if (allowed == null) {
                assertThat(section.mayHave(field)).as("unknown field %s", field).isTrue();
            } else {
                assertThat(allowed).as(field).containsAll(types);
            }
        });
    }

    private JsonNode answer(String resource) {
        int bar = resource.indexOf(" | ");
        String path = bar < 0 ? resource : resource.substring(0, bar);
        JsonNode answer = api.get(VARIABLE.matcher(path).replaceAll(variable -> Api.encoded(name(variable.group(1)))))
                .expect(200)
                .json();
        if (bar < 0) {
            return answer;
        }
        String[] which = resource.substring(bar + 3).split("=", -1);
        String wanted = name(which[1].substring(1, which[1].length() - 1));
        for (JsonNode element : answer) {
            if (element.path(which[0]).asText().equals(wanted)) {
                return element;
            }
        }
        throw new AssertionError("not listed: " + wanted);
    }

    private static void collect(JsonNode node, String path, Section section, Map<String, Set<String>> seen) {
        boolean whole = section.types.containsKey(path);
        if (!whole && node.isObject() && !node.isEmpty()) {
            node.properties()
                    .forEach(field -> collect(
                            field.getValue(),
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                            section,
                            seen));
        } else if (!whole && node.isArray() && !node.isEmpty()) {
            node.forEach(element -> collect(element, path + "[]", section, seen));
        } else {
            seen.computeIfAbsent(path, unused -> new TreeSet<>())
                    .add(node.getNodeType().name().toLowerCase(Locale.ROOT));
        }
    }
}
