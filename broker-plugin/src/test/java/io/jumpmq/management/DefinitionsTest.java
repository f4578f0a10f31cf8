package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Definitions go out and come back; with {@code -Dmanagement.uri} through a real RabbitMQ as well. */
class DefinitionsTest {
    private JumpMq broker;
    private Api api;

    @BeforeEach
    void start() {
        broker = JumpMq.builder().host("127.0.0.1").port(0).management(0).start();
        api = Api.of(broker);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    /** One of everything. */
    private static void fill(Api api, String vhost) {
        String v = Api.encoded(vhost);
        api.put("vhosts/" + v, "{\"description\":\"to be moved\",\"tags\":\"a\"}")
                .expect(201);
        api.put("users/mover", "{\"password\":\"secret\",\"tags\":\"monitoring\"}")
                .expect(201);
        api.put("permissions/" + v + "/mover", "{\"configure\":\"^m\",\"write\":\".*\",\"read\":\"^$\"}")
                .expect(201);
        for (String queue : List.of("m1", "m2", "m3")) {
            api.put("queues/" + v + "/" + queue, "{\"durable\":true,\"arguments\":{\"x-max-length\":100}}")
                    .expect(201);
        }
        api.put(
                        "exchanges/" + v + "/orders",
                        "{\"type\":\"x-consistent-hash\",\"durable\":true,\"arguments\":{\"hash-header\":\"customer\"}}")
                .expect(201);
        api.put("exchanges/" + v + "/front", "{\"type\":\"topic\",\"durable\":true,\"internal\":true}")
                .expect(201);
        api.post("bindings/" + v + "/e/front/e/orders", "{\"routing_key\":\"#\"}")
                .expect(201);
        api.post("bindings/" + v + "/e/orders/q/m1", "{\"routing_key\":\"1\"}").expect(201);
        api.post("bindings/" + v + "/e/orders/q/m2", "{\"routing_key\":\"2\",\"arguments\":{\"why\":\"big\"}}")
                .expect(201);
        api.post("bindings/" + v + "/e/amq.topic/q/m3", "{\"routing_key\":\"a.*\"}")
                .expect(201);
        api.put(
                        "policies/" + v + "/short",
                        "{\"pattern\":\"^m\",\"definition\":{\"message-ttl\":60000,\"overflow\":\"reject-publish\"},"
                                + "\"priority\":3,\"apply-to\":\"queues\"}")
                .expect(201);
        api.put("operator-policies/" + v + "/most", "{\"pattern\":\".*\",\"definition\":{\"max-length\":1000}}")
                .expect(201);
        api.put("vhost-limits/" + v + "/max-connections", "{\"value\":50}").expect(204);
    }

    /** What has to be the same everywhere, of one virtual host and the user, in an order of its own. */
    private static Map<String, List<String>> essence(JsonNode definitions, String vhost) {
        Map<String, List<String>> essence = new TreeMap<>();
        for (String section : List.of(
                "users", "vhosts", "permissions", "parameters", "policies", "queues", "exchanges", "bindings")) {
            List<String> elements = new ArrayList<>();
            for (JsonNode element : definitions.path(section)) {
                boolean mine = element.path("vhost").asText().equals(vhost)
                        || element.path("name").asText().equals("mover")
                        || element.path("name").asText().equals(vhost);
                if (mine && !element.path("user").asText().equals("guest")) {
                    Map<String, JsonNode> fields = new TreeMap<>();
                    element.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
                    // Only one side, or one version, knows these.
                    fields.keySet()
                            .removeAll(List.of("limits", "metadata", "description", "tags", "default_queue_type"));
                    elements.add(new TreeMap<>(sorted(fields)).toString());
                }
            }
            elements.sort(null);
            essence.put(section, elements);
        }
        return essence;
    }

    private static Map<String, Object> sorted(Map<String, JsonNode> fields) {
        Map<String, Object> sorted = new TreeMap<>();
        fields.forEach((name, value) -> {
            if (value.isObject()) {
                Map<String, JsonNode> inner = new TreeMap<>();
                value.properties().forEach(field -> inner.put(field.getKey(), field.getValue()));
                sorted.put(name, sorted(inner));
            } else {
                sorted.put(name, value);
            }
        });
        return sorted;
    }

    @Test
    void everythingComesBack() throws Exception {
        fill(api, "moving");
        // A history that the bindings alone would not tell.
        api.post("bindings/moving/e/orders/q/m3", "{\"routing_key\":\"4\"}").expect(201);
        api.delete("bindings/moving/e/orders/q/m1/1").expect(204);
        api.post("bindings/moving/e/orders/q/m1", "{\"routing_key\":\"3\"}").expect(201);
        String digest = api.get("rings/moving/orders").json().path("digest").asText();
        String file = api.get("definitions").expect(200).text();
        try (JumpMq other =
                JumpMq.builder().host("127.0.0.1").port(0).management(0).start()) {
            Api there = Api.of(other);
            there.post("definitions", file).expect(204);
            JsonNode back = there.get("definitions").expect(200).json();
            assertThat(essence(back, "moving")).isEqualTo(essence(Api.json(file), "moving"));
            assertThat(essence(back, "moving").get("bindings")).hasSize(5);
            assertThat(essence(back, "moving").get("parameters")).hasSize(2);
            assertThat(there.get("rings/moving/orders").json().path("digest").asText())
                    .isEqualTo(digest);
            there.as("mover", "secret").get("whoami").expect(200);
            there.post("definitions", file).expect(204);
            assertThat(there.get("definitions").json())
                    .as("importing twice changes nothing")
                    .isEqualTo(back);
        }
    }

    /** There and back again: RabbitMQ → JumpMQ → RabbitMQ. */
    @Test
    void aRealRabbitMqLosesNothing() {
        Api rabbit = Api.isRabbitMq() ? Api.asGuest() : api;
        String vhost = Api.unique("moving");
        rabbit.delete("users/mover");
        fill(rabbit, vhost);
        try {
            JsonNode before = rabbit.get("definitions").expect(200).json();
            try (JumpMq here =
                    JumpMq.builder().host("127.0.0.1").port(0).management(0).start()) {
                Api own = Api.of(here);
                own.post("definitions", before.toString()).expect(204);
                assertThat(essence(own.get("definitions").json(), vhost)).isEqualTo(essence(before, vhost));
                own.as("mover", "secret").get("whoami").expect(200);
                String back = own.get("definitions").expect(200).text();
                rabbit.delete("vhosts/" + vhost).expect(204);
                rabbit.delete("users/mover").expect(204);
                int imported = rabbit.post("definitions", back).status();
                assertThat(imported).isIn(201, 204);
            }
            assertThat(essence(rabbit.get("definitions").json(), vhost)).isEqualTo(essence(before, vhost));
            rabbit.as("mover", "secret").get("whoami").expect(200);
        } finally {
            rabbit.delete("vhosts/" + vhost);
            rabbit.delete("users/mover");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"queues":[{"name":"new","vhost":"/","durable":true},{"name":"bad","vhost":"/","arguments":{"x-max-length":"many"}}]} | queues[1] ('bad')
            {"queues":[{"name":"new","vhost":"/"},{"name":"bad","vhost":"nowhere"}]}                                             | queues[1] ('bad')
            {"queues":[{"vhost":"/"}]}                                                                                          | queues[0]
            {"queues":[{"name":"","vhost":"/"}]}                                                                                | queues[0]
            {"queues":"none"}                                                                                                   | queues must be an array
            {"exchanges":[{"name":"e","vhost":"/","type":"nonsense"}]}                                                           | exchanges[0] ('e')
            {"exchanges":[{"name":"e","vhost":"/","type":"x-consistent-hash","arguments":{"hash-property":"app_id"}}]}            | exchanges[0] ('e')
            {"bindings":[{"source":"amq.topic","vhost":"/","destination":"nobody","destination_type":"queue"}]}                  | bindings[0] ('nobody')
            {"users":[{"name":"u","tags":"","password_hash":"!"}]}                                                               | users[0] ('u')
            {"users":[{"name":"u","tags":"","password_hash":"abcd","hashing_algorithm":"rabbit_password_hashing_md5"}]}           | users[0] ('u')
            {"users":[{"name":"u","tags":"","password_hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","hashing_algorithm":"rabbit_password_hashing_md5"}]} | not by rabbit_password_hashing_md5
            {"permissions":[{"user":"nobody","vhost":"/","configure":"","write":"","read":""}]}                                  | permissions[0] ('nobody')
            {"policies":[{"name":"p","vhost":"/","pattern":"[","definition":{"max-length":1}}]}                                  | policies[0] ('p')
            {"parameters":[{"component":"operator_policy","vhost":"/","name":"p","value":{"pattern":"a","definition":{}}}]}       | parameters[0] ('p')
            {"topic_permissions":[{"user":"guest"}]}                                                                            | topic_permissions[0]
            {"rings":[{"vhost":"/","exchange":"e","version":1,"algorithm":"jump","epoch":1,"digest":"0","buckets":[["q",1]]}]}    | rings[0] ('e')
            {"vhosts":[{"name":"v"}],"queues":[{"name":"q","vhost":"v","arguments":{"x-queue-type":"streem"}}]}                  | queues[0] ('q')
            """)
    void aBadFileChangesNothingAndNamesTheElement(String file, String named) {
        JsonNode before = api.get("definitions").json();
        String reason =
                api.post("definitions", file).expect(400).json().path("reason").asText();
        assertThat(reason).contains(named);
        assertThat(api.get("definitions").json()).isEqualTo(before);
    }

    @Test
    void aRingThatOthersHaveJoinedIsNotOverwritten() {
        fill(api, "moving");
        String file = api.get("definitions").expect(200).text();
        api.post("bindings/moving/e/orders/q/m3", "{\"routing_key\":\"4\"}").expect(201);
        assertThat(api.post("definitions", file)
                        .expect(400)
                        .json()
                        .path("reason")
                        .asText())
                .contains("rings[0] ('orders')")
                .contains("queue 'm3'");
    }

    @Test
    void aVirtualHostIsImportedIntoAnother() {
        fill(api, "moving");
        String file = api.get("definitions/moving").expect(200).text();
        assertThat(Api.json(file).has("users")).isFalse();
        api.put("vhosts/elsewhere", "").expect(201);
        api.post("definitions/elsewhere", file).expect(204);
        assertThat(api.get("queues/elsewhere").json()).hasSize(3);
        assertThat(api.get("rings/elsewhere/orders").json().path("digest"))
                .isEqualTo(api.get("rings/moving/orders").json().path("digest"));
        assertThat(api.get("policies/elsewhere").json()).hasSize(1);
    }

    @Test
    void exclusiveQueuesAreNobodyElsesBusiness() throws Exception {
        fill(api, "moving");
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection()) {
            connection.createChannel().queueDeclare("own", false, true, true, null);
            JsonNode definitions = api.get("definitions").expect(200).json();
            assertThat(definitions.path("queues").findValuesAsText("name")).doesNotContain("own");
        }
    }

    @Test
    void definitionsAreLoadedAtStart() throws Exception {
        fill(api, "moving");
        ObjectNode file = (ObjectNode) api.get("definitions").expect(200).json();
        try (JumpMq other = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .definitions(file.toString().getBytes(UTF_8))
                .start()) {
            assertThat(Api.of(other).get("queues/moving").expect(200).json()).hasSize(3);
        }
        assertThatThrownBy(() -> JumpMq.builder()
                        .host("127.0.0.1")
                        .port(0)
                        .definitions("{\"queues\":[{\"name\":\"q\",\"vhost\":\"nowhere\"}]}".getBytes(UTF_8))
                        .start())
                .hasMessageContaining("queues[0] ('q')")
                .hasMessageContaining("nowhere");
    }

    @Test
    void whereDefinitionsAreNoJsonIsTold() {
        assertThatThrownBy(() -> other("{\n  \"queues\": [],\n}").start()).hasMessageContaining("line 3, column ");
    }

    private static JumpMq.Builder other(String definitions) {
        return JumpMq.builder().host("127.0.0.1").port(0).management(0).definitions(definitions.getBytes(UTF_8));
    }

    private static final String ANN = """
            {"users": [{"name": "ann", "password": "pw", "tags": ["administrator"]}]%s}""";

    @Test
    void aNewBrokerHasTheUsersOfItsDefinitionsAndNoOthers() {
        String permitted =
                ", \"permissions\": [{\"user\": \"ann\", \"vhost\": \"/\", \"configure\": \"\", \"write\": \"\","
                        + " \"read\": \".*\"}]";
        try (JumpMq blank = other(ANN.formatted(permitted)).start()) {
            Api.of(blank).get("whoami").expect(401);
            Api ann = Api.of(blank).as("ann", "pw");
            assertThat(ann.get("users").expect(200).json()).hasSize(1);
            assertThat(ann.get("vhosts").expect(200).json())
                    .singleElement()
                    .extracting(vhost -> vhost.path("name").asText())
                    .isEqualTo("/");
        }
        try (JumpMq blank =
                other(ANN.formatted(", \"vhosts\": [{\"name\": \"v\"}]")).start()) {
            Api.of(blank).get("whoami").expect(401);
            assertThat(Api.of(blank).as("ann", "pw").get("vhosts").expect(200).json())
                    .as("no default virtual host beside its own")
                    .singleElement()
                    .extracting(vhost -> vhost.path("name").asText())
                    .isEqualTo("v");
        }
        try (JumpMq blank =
                other("{\"users\": [], \"vhosts\": [{\"name\": \"v\"}]}").start()) {
            Api.of(blank).get("vhosts/v").expect(200);
            Api.of(blank).get("queues/%2F").expect(200);
        }
    }

    @Test
    void aStartThatFailsForItsDefinitionsLeavesNoDefaultUserBehind(@TempDir Path folder) {
        for (String bad :
                List.of("no JSON", ANN.formatted(", \"queues\": [{\"name\": \"q\", \"vhost\": \"nowhere\"}]"))) {
            assertThatThrownBy(() -> other(bad).dataDirectory(folder).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("definitions");
        }
        for (int starts = 0; starts < 2; starts++) {
            try (JumpMq mended = other(ANN.formatted("")).dataDirectory(folder).start()) {
                Api.of(mended).get("whoami").expect(401);
                Api.of(mended).as("ann", "pw").get("whoami").expect(200);
            }
        }
    }
}
