package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * RabbitMQ's management API, as its clients use it. Each case runs against JumpMQ, and with {@code -Dmanagement.uri} and
 * {@code -Dbroker.uri} against a RabbitMQ 3.10: what passes here has to pass there.
 */
class ManagementApiTest {
    private static final String DIRECT = "exchanges/%2f/amq.direct";

    private final Api api = Api.asGuest();
    private final List<String> made = new ArrayList<>();

    @AfterEach
    void tidyUp() {
        made.forEach(api::delete);
    }

    private String queue() {
        String name = Api.unique("q");
        made.add("queues/%2f/" + name);
        api.put("queues/%2f/" + name, "{\"durable\":true}").expect(201);
        return name;
    }

    private String exchange(String type) {
        String name = Api.unique("x");
        made.add("exchanges/%2f/" + name);
        api.put("exchanges/%2f/" + name, "{\"type\":\"" + type + "\",\"durable\":true}")
                .expect(201);
        return name;
    }

    private String user(String tags) {
        String name = Api.unique("u");
        made.add("users/" + name);
        api.put("users/" + name, "{\"password\":\"secret\",\"tags\":\"" + tags + "\"}")
                .expect(201);
        return name;
    }

    private static List<String> fields(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    // Logging in.

    @Test
    void aWrongPasswordIsRefused() {
        Api.Answer answer = api.as("guest", "wrong").get("overview").expect(401);
        assertThat(answer.json().path("error").asText()).isEqualTo("not_authorized");
        assertThat(answer.header("www-authenticate")).startsWith("Basic");
    }

    @Test
    void aUserWithoutTagsMayNotLogIn() {
        String user = user("");
        assertThat(api.as(user, "secret").get("overview").status()).isEqualTo(401);
    }

    @Test
    void tagsDecideWhatMayBeSeen() {
        String user = user("management");
        Api plain = api.as(user, "secret");
        plain.get("overview").expect(200);
        plain.get("connections").expect(200);
        plain.get("nodes").expect(401);
        plain.get("users").expect(401);
        plain.get("definitions").expect(401);
        plain.put("vhosts/" + Api.unique("v"), "").expect(401);
        assertThat(plain.get("vhosts").expect(200).json()).isEmpty();
        Api monitor = api.as(user("monitoring"), "secret");
        monitor.get("nodes").expect(200);
        monitor.get("users").expect(401);
        assertThat(monitor.get("vhosts").expect(200).json()).isNotEmpty();
        assertThat(plain.get("whoami").json().path("tags").get(0).asText()).isEqualTo("management");
    }

    @Test
    void permissionsDecideWhatMayBeDone() {
        String user = user("management");
        api.put("permissions/%2f/" + user, "{\"configure\":\"^mine\",\"write\":\"^mine\",\"read\":\"^mine\"}")
                .expect(201);
        Api limited = api.as(user, "secret");
        String own = "mine-" + Api.unique("q");
        made.add("queues/%2f/" + own);
        limited.put("queues/%2f/" + own, "{}").expect(201);
        limited.put("queues/%2f/" + Api.unique("other"), "{}").expect(401);
        limited.delete("exchanges/%2f/amq.direct").expect(401);
        limited.put("policies/%2f/p", "{\"pattern\":\"a\",\"definition\":{\"max-length\":1}}")
                .expect(401);
        limited.post("bindings/%2f/e/amq.direct/q/" + own, "{}").expect(401);
        limited.get("queues/%2f").expect(200);
    }

    // What there is.

    @Test
    void theOverviewHasWhatDashboardsRead() {
        JsonNode overview = api.get("overview").expect(200).json();
        assertThat(fields(overview))
                .contains(
                        "management_version",
                        "rates_mode",
                        "exchange_types",
                        "rabbitmq_version",
                        "cluster_name",
                        "erlang_version",
                        "message_stats",
                        "churn_rates",
                        "queue_totals",
                        "object_totals",
                        "node",
                        "listeners",
                        "contexts");
        assertThat(overview.path("exchange_types").findValuesAsText("name")).contains("x-consistent-hash", "topic");
        assertThat(fields(overview.path("object_totals")))
                .containsExactlyInAnyOrder("channels", "connections", "consumers", "exchanges", "queues");
        assertThat(overview.path("listeners").findValuesAsText("protocol")).contains("amqp", "http");
        queue();
        // RabbitMQ has none before its first sample.
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(
                        () -> assertThat(fields(api.get("overview").json().path("churn_rates")))
                                .contains("connection_created", "connection_created_details", "queue_deleted"));
    }

    @Test
    void aNodeHasWhatDashboardsRead() {
        String name = api.get("overview").json().path("node").asText();
        JsonNode node = api.get("nodes/" + Api.encoded(name)).expect(200).json();
        assertThat(fields(node))
                .contains(
                        "name",
                        "type",
                        "running",
                        "os_pid",
                        "uptime",
                        "processors",
                        "mem_used",
                        "mem_limit",
                        "mem_alarm",
                        "disk_free",
                        "disk_free_limit",
                        "disk_free_alarm",
                        "fd_used",
                        "fd_total",
                        "sockets_used",
                        "proc_used",
                        "partitions",
                        "exchange_types",
                        "auth_mechanisms");
        assertThat(node.path("running").asBoolean()).isTrue();
        // Here it is what messages take, which is nothing in an idle node; RabbitMQ counts all of its process.
        assertThat(node.path("mem_used").asLong())
                .isBetween(Api.isRabbitMq() ? 1L : 0L, node.path("mem_limit").asLong());
        assertThat(api.get("nodes/nobody@nowhere").status()).isEqualTo(Api.isRabbitMq() ? 500 : 404);
    }

    @Test
    void anExclusiveQueueIsItsConnectionsOwnEvenForAnAdministrator() throws Exception {
        try (Connection connection = Api.connect("owner");
                Channel channel = connection.createChannel()) {
            String name = channel.queueDeclare(Api.unique("own"), false, true, false, null)
                    .getQueue();
            channel.basicPublish("", name, null, new byte[] {1});
            String path = "queues/%2f/" + name;
            String get = "{\"count\":1,\"ackmode\":\"ack_requeue_false\",\"encoding\":\"auto\"}";
            assertThat(api.post(path + "/get", get).expect(400).text()).contains("exclusive access");
            api.delete(path + "/contents").expect(400);
            api.delete(path).expect(400);
            assertThat(channel.basicGet(name, true)).isNotNull();
        }
    }

    @Test
    void aQueueHasWhatClientsRead() {
        String name = queue();
        JsonNode queue = api.get("queues/%2f/" + name).expect(200).json();
        assertThat(fields(queue))
                .contains(
                        "name",
                        "vhost",
                        "durable",
                        "auto_delete",
                        "exclusive",
                        "arguments",
                        "node",
                        "type",
                        "consumer_details");
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(
                        () -> assertThat(fields(api.get("queues/%2f/" + name).json()))
                                .contains(
                                        "messages",
                                        "messages_ready",
                                        "messages_unacknowledged",
                                        "messages_details",
                                        "consumers",
                                        "state",
                                        "memory",
                                        "message_bytes",
                                        "message_bytes_ready",
                                        "effective_policy_definition",
                                        "single_active_consumer_tag"));
        assertThat(queue.path("type").asText()).isEqualTo("classic");
        api.get("queues/%2f/" + Api.unique("none")).expect(404);
        api.get("queues/" + Api.unique("novhost")).expect(404);
    }

    @Test
    void declaringTwiceIsFineAndOtherwiseIsRefused() {
        String queue = queue();
        api.put("queues/%2f/" + queue, "{\"durable\":true}").expect(204);
        Api.Answer other = api.put("queues/%2f/" + queue, "{\"durable\":false}").expect(400);
        assertThat(other.json().path("reason").asText())
                .isEqualTo("inequivalent arg 'durable' for queue '" + queue
                        + "' in vhost '/': received 'false' but current" + " is 'true'");
        String exchange = exchange("topic");
        api.put("exchanges/%2f/" + exchange, "{\"type\":\"topic\",\"durable\":true}")
                .expect(204);
        api.put("exchanges/%2f/" + exchange, "{\"type\":\"fanout\",\"durable\":true}")
                .expect(400);
        assertThat(api.put("exchanges/%2f/" + Api.unique("x"), "{\"type\":\"nonsense\"}")
                        .expect(400)
                        .json()
                        .path("reason")
                        .asText())
                .contains("nonsense");
        api.put("queues/novhost/q", "{}").expect(404);
    }

    @Test
    void whatIsDeletedIsGone() {
        String queue = queue();
        api.delete("queues/%2f/" + queue).expect(204);
        api.delete("queues/%2f/" + queue).expect(404);
        String exchange = exchange("direct");
        api.delete("exchanges/%2f/" + exchange).expect(204);
        api.delete("exchanges/%2f/" + exchange).expect(404);
    }

    @Test
    void onlyAnEmptyQueueIsDeletedIfThatIsAskedFor() {
        String queue = queue();
        publish("amq.default", queue, "m");
        api.delete("queues/%2f/" + queue + "?if-empty=true").expect(400);
        api.delete("queues/%2f/" + queue + "/contents").expect(204);
        Awaitility.await()
                .untilAsserted(() ->
                        api.delete("queues/%2f/" + queue + "?if-empty=true").expect(204));
    }

    // Bindings.

    @Test
    void aBindingIsKnownByItsLocation() {
        String queue = queue();
        Api.Answer made = api.post(
                        "bindings/%2f/e/amq.direct/q/" + queue, "{\"routing_key\":\"a b\",\"arguments\":{\"x\":1}}")
                .expect(201);
        String location = String.valueOf(made.header("location"));
        URI resolved = URI.create("http://host/api/bindings/%2f/e/amq.direct/q/" + queue)
                .resolve(location);
        JsonNode binding = api.get("bindings/%2f/e/amq.direct/q/" + queue + "/"
                        + resolved.getRawPath().replaceFirst(".*/", ""))
                .expect(200)
                .json();
        assertThat(binding.path("routing_key").asText()).isEqualTo("a b");
        assertThat(binding.path("arguments").path("x").asInt()).isEqualTo(1);
        JsonNode listed =
                api.get("bindings/%2f/e/amq.direct/q/" + queue).expect(200).json();
        assertThat(listed).hasSize(1);
        String key = listed.get(0).path("properties_key").asText();
        assertThat(key).isEqualTo(URLDecoder.decode(resolved.getRawPath().replaceFirst(".*/", ""), UTF_8));
        api.delete("bindings/%2f/e/amq.direct/q/" + queue + "/" + Api.encoded(key))
                .expect(204);
        api.delete("bindings/%2f/e/amq.direct/q/" + queue + "/" + Api.encoded(key))
                .expect(404);
    }

    @Test
    void aBindingWithoutAKeyIsATilde() {
        String queue = queue();
        api.post("bindings/%2f/e/amq.fanout/q/" + queue, "{}").expect(201);
        assertThat(api.get("bindings/%2f/e/amq.fanout/q/" + queue)
                        .json()
                        .get(0)
                        .path("properties_key")
                        .asText())
                .isEqualTo("~");
        api.delete("bindings/%2f/e/amq.fanout/q/" + queue + "/~").expect(204);
    }

    @Test
    void bindingsAreSeenFromBothEnds() {
        String queue = queue();
        String exchange = exchange("x-consistent-hash");
        String other = exchange("fanout");
        api.post("bindings/%2f/e/" + exchange + "/q/" + queue, "{\"routing_key\":\"2\"}")
                .expect(201);
        api.post("bindings/%2f/e/" + other + "/e/" + exchange, "{}").expect(201);
        assertThat(api.get("exchanges/%2f/" + exchange + "/bindings/source").json())
                .hasSize(1);
        assertThat(api.get("exchanges/%2f/" + exchange + "/bindings/destination")
                        .json()
                        .get(0)
                        .path("source")
                        .asText())
                .isEqualTo(other);
        assertThat(api.get("queues/%2f/" + queue + "/bindings").json().findValuesAsText("source"))
                .containsExactlyInAnyOrder("", exchange);
        api.post("bindings/%2f/e/" + exchange + "/q/" + queue, "{\"routing_key\":\"no number\"}")
                .expect(400);
    }

    // Messages.

    private JsonNode publish(String exchange, String key, String payload) {
        return api.post(
                        "exchanges/%2f/" + exchange + "/publish",
                        "{\"properties\":{\"delivery_mode\":2,\"headers\":{\"n\":1}},\"routing_key\":\"" + key
                                + "\",\"payload\":\"" + payload + "\",\"payload_encoding\":\"string\"}")
                .expect(200)
                .json();
    }

    @Test
    void whatIsPublishedCanBeFetched() {
        String queue = queue();
        assertThat(publish("amq.default", queue, "grüße").path("routed").asBoolean())
                .isTrue();
        assertThat(publish("amq.default", Api.unique("nobody"), "x")
                        .path("routed")
                        .asBoolean())
                .isFalse();
        JsonNode got = get(queue, "ack_requeue_true");
        assertThat(got.path("payload").asText()).isEqualTo("grüße");
        assertThat(got.path("payload_encoding").asText()).isEqualTo("string");
        assertThat(got.path("payload_bytes").asInt()).isEqualTo("grüße".getBytes(UTF_8).length);
        assertThat(got.path("exchange").asText()).isEmpty();
        assertThat(got.path("routing_key").asText()).isEqualTo(queue);
        assertThat(got.path("properties").path("delivery_mode").asInt()).isEqualTo(2);
        assertThat(got.path("properties").path("headers").path("n").asInt()).isEqualTo(1);
        assertThat(got.path("redelivered").asBoolean()).isFalse();
        assertThat(get(queue, "ack_requeue_false").path("redelivered").asBoolean())
                .isTrue();
        assertThat(get(queue, "ack_requeue_false").isMissingNode()).isTrue();
    }

    private JsonNode get(String queue, String ackMode) {
        return api.post(
                        "queues/%2f/" + queue + "/get",
                        "{\"count\":1,\"ackmode\":\"" + ackMode + "\",\"encoding\":\"auto\",\"truncate\":50000}")
                .expect(200)
                .json()
                .path(0);
    }

    @Test
    void bytesThatAreNoTextComeAsBase64AndCutIfWanted() {
        String queue = queue();
        api.post(
                        "exchanges/%2f/amq.default/publish",
                        "{\"properties\":{},\"routing_key\":\"" + queue
                                + "\",\"payload\":\"/wABAg==\",\"payload_encoding\":\"base64\"}")
                .expect(200);
        JsonNode whole = get(queue, "ack_requeue_true");
        assertThat(whole.path("payload").asText()).isEqualTo("/wABAg==");
        assertThat(whole.path("payload_encoding").asText()).isEqualTo("base64");
        JsonNode cut = api.post(
                        "queues/%2f/" + queue + "/get",
                        "{\"count\":5,\"ackmode\":\"reject_requeue_false\",\"encoding\":\"base64\",\"truncate\":2}")
                .expect(200)
                .json();
        assertThat(cut).hasSize(1);
        assertThat(cut.get(0).path("payload").asText()).isEqualTo("/wA=");
        assertThat(cut.get(0).path("payload_bytes").asInt()).isEqualTo(4);
    }

    @Test
    void missingFieldsAreNamed() {
        String queue = queue();
        assertThat(api.post("queues/%2f/" + queue + "/get", "{\"count\":1}")
                        .expect(400)
                        .json()
                        .path("reason")
                        .asText())
                .contains("key_missing,ackmode")
                .contains("key_missing,encoding");
        assertThat(api.post(DIRECT + "/publish", "{\"routing_key\":\"k\"}")
                        .expect(400)
                        .json()
                        .path("reason")
                        .asText())
                .contains("key_missing,payload");
        assertThat(api.put("queues/%2f/" + queue, "{\"durable\":")
                        .expect(400)
                        .json()
                        .path("reason")
                        .asText())
                .isEqualTo("not_json");
    }

    // Lists.

    @Test
    void listsComeInPages() {
        String prefix = Api.unique("page");
        for (int i = 0; i < 5; i++) {
            made.add("queues/%2f/" + prefix + i);
            api.put("queues/%2f/" + prefix + i, "{}").expect(201);
        }
        JsonNode page = api.get("queues?page=2&page_size=2&name=" + prefix + "&columns=name,vhost")
                .expect(200)
                .json();
        assertThat(page.path("filtered_count").asInt()).isEqualTo(5);
        assertThat(page.path("item_count").asInt()).isEqualTo(2);
        assertThat(page.path("page_count").asInt()).isEqualTo(3);
        assertThat(page.path("page").asInt()).isEqualTo(2);
        assertThat(page.path("page_size").asInt()).isEqualTo(2);
        assertThat(page.path("total_count").asInt()).isGreaterThanOrEqualTo(5);
        assertThat(fields(page.path("items").get(0))).containsExactlyInAnyOrder("name", "vhost");
        assertThat(api.get("queues?page=1&page_size=100&use_regex=true&name=" + Api.encoded("^" + prefix + "[12]$"))
                        .json()
                        .path("items")
                        .findValuesAsText("name"))
                .containsExactlyInAnyOrder(prefix + 1, prefix + 2);
        assertThat(api.get("queues?page=1&page_size=100&sort=name&sort_reverse=true&name=" + prefix)
                        .json()
                        .path("items")
                        .findValuesAsText("name"))
                .startsWith(prefix + 4, prefix + 3);
        assertThat(api.get("queues?page=9&page_size=2&name=" + prefix)
                        .expect(400)
                        .json()
                        .path("error")
                        .asText())
                .isEqualTo("page_out_of_range");
        api.get("queues?page=x").expect(400);
    }

    // Who may.

    /** So pages of several virtual hosts do not interleave them. */
    @Test
    void listsAreByVirtualHostAndThenByNameUnlessSortedByName() {
        String prefix = Api.unique("z");
        for (String vhost : List.of("%2f", prefix)) {
            if (vhost.equals(prefix)) {
                made.add("vhosts/" + prefix);
                api.put("vhosts/" + prefix, "").expect(201);
            }
            for (String end : List.of("b", "a")) {
                made.add(0, "queues/" + vhost + "/" + prefix + end);
                api.put("queues/" + vhost + "/" + prefix + end, "{}").expect(201);
            }
        }
        assertThat(names("queues?page=1&name=" + prefix, prefix))
                .containsExactly("/a", "/b", prefix + "a", prefix + "b");
        assertThat(names("queues?page=1&sort=name&name=" + prefix, prefix))
                .extracting(name -> name.charAt(name.length() - 1))
                .containsExactly('a', 'a', 'b', 'b');
        assertThat(names("queues?page=1&page_size=2&name=" + prefix, prefix)).containsExactly("/a", "/b");
        assertThat(names("queues?page=1&sort_reverse=true&name=" + prefix, prefix))
                .containsExactly(prefix + "b", prefix + "a", "/b", "/a");
    }

    private List<String> names(String path, String prefix) {
        List<String> names = new ArrayList<>();
        api.get(path)
                .expect(200)
                .json()
                .path("items")
                .forEach(item -> names.add(
                        item.path("vhost").asText() + item.path("name").asText().substring(prefix.length())));
        return names;
    }

    @Test
    void parametersAreForPolicymakers() {
        Api plain = api.as(user("management"), "secret");
        plain.get("parameters").expect(401);
        plain.get("global-parameters").expect(401);
        Api maker = api.as(user("policymaker"), "secret");
        maker.get("parameters").expect(200);
        maker.get("global-parameters").expect(200);
        api.get("parameters/vhost-limits/%2f/none").expect(404);
        api.put("vhost-limits/%2f/max-queues", "{}").expect(400);
    }

    @Test
    void virtualHostsComeAndGo() {
        String vhost = Api.unique("v");
        made.add("vhosts/" + vhost);
        api.put("vhosts/" + vhost, "{\"description\":\"for a test\",\"tags\":\"a,b\"}")
                .expect(201);
        api.put("vhosts/" + vhost, "").expect(204);
        JsonNode document = api.get("vhosts/" + vhost).expect(200).json();
        if (!Api.isRabbitMq()) { // 3.10 forgets both with the second request.
            assertThat(document.path("description").asText()).isEqualTo("for a test");
            assertThat(document.path("tags").get(0).asText()).isEqualTo("a");
        }
        api.put("queues/" + vhost + "/q", "{}").expect(201);
        api.put("vhost-limits/" + vhost + "/max-queues", "{\"value\":7}").expect(204);
        assertThat(api.get("vhost-limits/" + vhost)
                        .json()
                        .get(0)
                        .path("value")
                        .path("max-queues")
                        .asInt())
                .isEqualTo(7);
        api.delete("vhost-limits/" + vhost + "/max-queues").expect(204);
        api.delete("vhosts/" + vhost).expect(204);
        api.get("vhosts/" + vhost).expect(404);
    }

    @Test
    void usersKeepTheirHashes() {
        String user = user("monitoring");
        JsonNode document = api.get("users/" + user).expect(200).json();
        assertThat(document.path("hashing_algorithm").asText()).isEqualTo("rabbit_password_hashing_sha256");
        String copy = Api.unique("u");
        made.add("users/" + copy);
        api.put(
                        "users/" + copy,
                        "{\"password_hash\":\"" + document.path("password_hash").asText()
                                + "\",\"tags\":\"monitoring\"}")
                .expect(201);
        api.as(copy, "secret").get("whoami").expect(200);
        api.put("users/" + Api.unique("u"), "{\"password\":\"x\"}").expect(400);
        api.get("users/" + Api.unique("none")).expect(404);
        assertThat(api.get("users/without-permissions").json().findValuesAsText("name"))
                .contains(user, copy);
        api.post("users/bulk-delete", "{\"users\":[\"" + user + "\",\"" + copy + "\"]}")
                .expect(204);
        api.get("users/" + copy).expect(404);
    }

    @Test
    void permissionsAreListedFromAllSides() {
        String user = user("management");
        String body = "{\"configure\":\"^a\",\"write\":\"^b\",\"read\":\"^c\"}";
        api.put("permissions/%2f/" + user, body).expect(201);
        api.put("permissions/%2f/" + user, body).expect(204);
        JsonNode one = api.get("permissions/%2f/" + user).expect(200).json();
        assertThat(one.path("write").asText()).isEqualTo("^b");
        assertThat(api.get("users/" + user + "/permissions").json()).hasSize(1);
        assertThat(api.get("vhosts/%2f/permissions").json().findValuesAsText("user"))
                .contains(user);
        api.put("permissions/%2f/" + Api.unique("nobody"), body).expect(400);
        api.put("permissions/%2f/" + user, "{\"configure\":\"[\",\"write\":\"\",\"read\":\"\"}")
                .expect(400);
        api.delete("permissions/%2f/" + user).expect(204);
        api.get("permissions/%2f/" + user).expect(404);
    }

    @Test
    void policiesCountAtOnce() {
        String name = Api.unique("p");
        String queue = queue();
        made.add("policies/%2f/" + name);
        made.add("operator-policies/%2f/" + name);
        api.put(
                        "policies/%2f/" + name,
                        "{\"pattern\":\"^" + queue
                                + "$\",\"definition\":{\"max-length\":10},\"priority\":7,\"apply-to\":\"queues\"}")
                .expect(201);
        api.put("operator-policies/%2f/" + name, "{\"pattern\":\"^" + queue + "$\",\"definition\":{\"max-length\":3}}")
                .expect(201);
        Awaitility.await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            JsonNode document = api.get("queues/%2f/" + queue).json();
            assertThat(document.path("policy").asText()).isEqualTo(name);
            assertThat(document.path("operator_policy").asText()).isEqualTo(name);
            assertThat(document.path("effective_policy_definition")
                            .path("max-length")
                            .asInt())
                    .isEqualTo(3);
        });
        JsonNode policy = api.get("policies/%2f/" + name).expect(200).json();
        assertThat(policy.path("apply-to").asText()).isEqualTo("queues");
        assertThat(policy.path("priority").asInt()).isEqualTo(7);
        api.put("policies/%2f/" + name, "{\"pattern\":\"[\",\"definition\":{\"max-length\":10}}")
                .expect(400);
        api.put("policies/%2f/" + name, "{\"pattern\":\"a\",\"definition\":{\"nonsense\":10}}")
                .expect(400);
        api.delete("policies/%2f/" + name).expect(204);
        api.delete("policies/%2f/" + name).expect(404);
    }

    // Connections.

    @Test
    void connectionsChannelsAndConsumersAreListed() throws Exception {
        String queue = queue();
        try (Connection connection = Api.connect("management test")) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.basicQos(7);
            String tag = channel.basicConsume(queue, false, (any, delivery) -> {}, any -> {});
            for (int i = 0; i < 3; i++) {
                channel.basicPublish("", queue, null, "m".getBytes(UTF_8));
            }
            channel.waitForConfirmsOrDie(5000);
            Awaitility.await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
                JsonNode own = own(api.get("connections").json());
                assertThat(own.path("user").asText()).isEqualTo("guest");
                assertThat(own.path("protocol").asText()).isEqualTo("AMQP 0-9-1");
                assertThat(own.path("client_properties").path("product").asText())
                        .isEqualTo("RabbitMQ");
                assertThat(own.path("channels").asInt()).isEqualTo(1);
                assertThat(own.path("recv_oct").asLong()).isPositive();
                String name = own.path("name").asText();
                assertThat(name).matches("127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:\\d+");
                JsonNode listed = api.get("connections/" + Api.encoded(name) + "/channels")
                        .expect(200)
                        .json()
                        .get(0);
                assertThat(listed.path("confirm").asBoolean()).isTrue();
                assertThat(listed.path("prefetch_count").asInt()).isEqualTo(7);
                assertThat(listed.path("consumer_count").asInt()).isEqualTo(1);
                assertThat(listed.path("messages_unacknowledged").asInt()).isEqualTo(3);
                assertThat(listed.path("message_stats").path("publish").asInt()).isEqualTo(3);
                assertThat(listed.path("message_stats").path("confirm").asInt()).isEqualTo(3);
                assertThat(listed.path("message_stats").path("deliver").asInt()).isEqualTo(3);
                JsonNode consumer = api.get("queues/%2f/" + queue)
                        .json()
                        .path("consumer_details")
                        .path(0);
                assertThat(consumer.path("consumer_tag").asText()).isEqualTo(tag);
                assertThat(consumer.path("ack_required").asBoolean()).isTrue();
                assertThat(consumer.path("channel_details")
                                .path("connection_name")
                                .asText())
                        .isEqualTo(name);
                assertThat(api.get("consumers/%2f").json().findValuesAsText("consumer_tag"))
                        .contains(tag);
            });
        }
    }

    private static JsonNode own(JsonNode connections) {
        for (JsonNode connection : connections) {
            if (connection
                    .path("client_properties")
                    .path("connection_name")
                    .asText()
                    .equals("management test")) {
                return connection;
            }
        }
        throw new AssertionError("not listed yet");
    }

    @Test
    void aConnectionCanBeClosed() throws Exception {
        Connection connection = Api.connect("management test");
        List<String> goodbyes = new CopyOnWriteArrayList<>();
        connection.addShutdownListener(cause -> goodbyes.add(String.valueOf(cause.getReason())));
        Awaitility.await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            String name = own(api.get("connections").json()).path("name").asText();
            api.delete("connections/" + Api.encoded(name)).expect(204);
        });
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(goodbyes).singleElement().asString().contains("320"));
        assertThat(goodbyes.get(0)).contains("CONNECTION_FORCED - Closed via management plugin,");
        connection.abort();
    }

    @Test
    void aConnectionIsToldWhyItWasClosed() throws Exception {
        assertThat(goodbyeTo("because of me")).contains("CONNECTION_FORCED - because of me,");
        assertThat(goodbyeTo("x".repeat(300))).contains("CONNECTION_FORCED - xxx", "xxx...");
    }

    private String goodbyeTo(String reason) throws Exception {
        Connection connection = Api.connect("management test");
        CompletableFuture<String> goodbye = new CompletableFuture<>();
        connection.addShutdownListener(cause -> goodbye.complete(String.valueOf(cause.getReason())));
        Awaitility.await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            String name = own(api.get("connections").json()).path("name").asText();
            api.ask("DELETE", "connections/" + Api.encoded(name), null, "X-Reason", reason)
                    .expect(204);
        });
        String heard = goodbye.get(10, TimeUnit.SECONDS);
        connection.abort();
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> !api.get("connections").text().contains("management test"));
        return heard;
    }

    @Test
    void aBindingIsFoundByItsKeyInBothForms() {
        String queue = queue();
        String between = "bindings/%2f/e/amq.topic/q/" + queue;
        api.post(between, "{\"routing_key\":\"a.*.b\"}").expect(201);
        assertThat(api.get(between).json().findValuesAsText("properties_key")).containsExactly("a.%2A.b");
        api.get(between + "/a.%2A.b").expect(200);
        api.get(between + "/a.%252A.b").expect(200);
        api.delete(between + "/a.%2A.b").expect(204);
        String location =
                api.post(between, "{\"routing_key\":\"a.*.b\"}").expect(201).header("location");
        assertThat(location).endsWith("/a.%252A.b");
        api.delete(between + "/a.%252A.b").expect(204);
        api.get(between + "/a.%2A.b").expect(404);
    }

    @Test
    void theFirehoseTellsWhatIsPublishedAndDelivered() throws Exception {
        String queue = queue();
        String firehose = queue();
        api.post("bindings/%2f/e/amq.rabbitmq.trace/q/" + firehose, "{\"routing_key\":\"#\"}")
                .expect(201);
        api.post("bindings/%2f/e/amq.topic/q/" + queue, "{\"routing_key\":\"a." + queue + "\"}")
                .expect(201);
        try (Connection connection = Api.connect("management test")) {
            Channel channel = connection.createChannel();
            channel.basicPublish("amq.topic", "a." + queue, null, "untold".getBytes(UTF_8));
            fetched(channel, queue);
            api.put("vhosts/%2f", "{\"tracing\":true}").expect(204);
            assertThat(api.get("vhosts/%2f").json().path("tracing").asBoolean()).isTrue();
            channel.basicPublish(
                    "amq.topic",
                    "a." + queue,
                    new AMQP.BasicProperties.Builder()
                            .contentType("text/plain")
                            .priority(3)
                            .headers(Map.of("h", 1, "CC", List.of("c"), "BCC", List.of("b")))
                            .build(),
                    "told".getBytes(UTF_8));
            fetched(channel, queue);
            Map<String, Object> published = told(channel, firehose, "publish.amq.topic");
            assertThat(published)
                    .containsEntry("channel", channel.getChannelNumber())
                    .containsOnlyKeys(
                            "exchange_name",
                            "routing_keys",
                            "properties",
                            "node",
                            "vhost",
                            "connection",
                            "channel",
                            "user",
                            "routed_queues");
            assertThat(published.get("exchange_name")).hasToString("amq.topic");
            assertThat(published.get("routing_keys")).hasToString("[a." + queue + ", c, b]");
            assertThat(published.get("routed_queues")).hasToString("[" + queue + "]");
            assertThat(published.get("vhost")).hasToString("/");
            assertThat(published.get("user")).hasToString("guest");
            assertThat(published.get("node"))
                    .hasToString(api.get("overview").json().path("node").asText());
            assertThat(String.valueOf(published.get("connection")))
                    .matches("127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:\\d+");
            Map<?, ?> properties = (Map<?, ?>) Objects.requireNonNull(published.get("properties"));
            assertThat(properties.get("content_type")).hasToString("text/plain");
            assertThat(properties.get("priority")).isEqualTo(3);
            assertThat(((Map<?, ?>) Objects.requireNonNull(properties.get("headers")))
                            .keySet().stream().map(String::valueOf))
                    .containsExactlyInAnyOrder("h", "CC");
            Map<String, Object> delivered = told(channel, firehose, "deliver." + queue);
            assertThat(delivered).containsEntry("redelivered", 0).doesNotContainKey("routed_queues");
            api.put("vhosts/%2f", "{\"tracing\":false}").expect(204);
            channel.basicPublish("amq.topic", "a." + queue, null, "untold".getBytes(UTF_8));
            fetched(channel, queue);
            assertThat(channel.basicGet(firehose, true)).isNull();
        } finally {
            api.put("vhosts/%2f", "{\"tracing\":false}");
        }
    }

    private static GetResponse fetched(Channel channel, String queue) {
        return Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .until(() -> channel.basicGet(queue, true), Objects::nonNull);
    }

    private static Map<String, Object> told(Channel channel, String firehose, String key) {
        GetResponse told = fetched(channel, firehose);
        assertThat(told.getEnvelope().getExchange()).isEqualTo("amq.rabbitmq.trace");
        assertThat(told.getEnvelope().getRoutingKey()).isEqualTo(key);
        assertThat(new String(told.getBody(), UTF_8)).isEqualTo("told");
        return told.getProps().getHeaders();
    }

    @Test
    void singleObjectsHaveSamples() throws Exception {
        String queue = queue();
        String ages =
                "?lengths_age=60&lengths_incr=5&msg_rates_age=60&msg_rates_incr=5&data_rates_age=60&data_rates_incr=5";
        try (Connection connection = Api.connect("management test")) {
            Channel channel = connection.createChannel();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(100))
                    .untilAsserted(() -> {
                        channel.basicPublish("amq.direct", "none", null, new byte[10]);
                        channel.basicPublish("", queue, null, new byte[10]);
                        JsonNode one = api.get("queues/%2f/" + queue + ages).json();
                        assertSampled(one.path("messages_details"));
                        assertSampled(one.path("message_stats").path("publish_details"));
                        String name =
                                own(api.get("connections").json()).path("name").asText();
                        JsonNode connected = api.get("connections/" + Api.encoded(name) + ages)
                                .json();
                        assertSampled(connected.path("recv_oct_details"));
                        JsonNode exchange =
                                api.get("exchanges/%2f/amq.direct" + ages).json();
                        assertSampled(exchange.path("message_stats").path("publish_in_details"));
                        JsonNode channels = api.get("channels/" + Api.encoded(name + " (1)") + ages)
                                .json();
                        assertSampled(channels.path("message_stats").path("publish_details"));
                        assertSampled(api.get("vhosts/%2f" + ages).json().path("messages_details"));
                    });
        }
        JsonNode listed = api.get("queues/%2f" + ages).json();
        assertThat(listed.findValue("messages_details").path("samples").size()).isGreaterThan(1);
        assertThat(api.get("queues/%2f/" + queue)
                        .json()
                        .path("messages_details")
                        .has("samples"))
                .isFalse();
    }

    private static void assertSampled(JsonNode details) {
        JsonNode samples = details.path("samples");
        assertThat(samples.size()).isGreaterThan(1);
        assertThat(samples.get(0).path("sample").asLong()).isPositive();
        assertThat(samples.get(0).path("timestamp").asLong()
                        - samples.get(1).path("timestamp").asLong())
                .isBetween(4_000L, 6_000L);
        assertThat(fields(details)).contains("rate", "avg", "avg_rate");
    }

    // What the cluster has in common.

    @Test
    void theClusterHasANameThatCanBeSet() throws Exception {
        String before = api.get("cluster-name").json().path("name").asText();
        made.add("global-parameters/cluster_name");
        api.put("cluster-name", "{\"name\":\"shop\"}").expect(204);
        assertThat(api.get("cluster-name").json().path("name").asText()).isEqualTo("shop");
        assertThat(api.get("overview").json().path("cluster_name").asText()).isEqualTo("shop");
        assertThat(api.get("global-parameters/cluster_name")
                        .json()
                        .path("value")
                        .asText())
                .isEqualTo("shop");
        assertThat(api.get("definitions").json().path("global_parameters").toString())
                .contains("\"shop\"");
        try (Connection connection = Api.connect("management test")) {
            assertThat(connection.getServerProperties().get("cluster_name")).hasToString("shop");
        }
        api.as(user("monitoring"), "secret")
                .put("cluster-name", "{\"name\":\"x\"}")
                .expect(401);
        api.put("cluster-name", "{}").expect(400);
        api.delete("global-parameters/cluster_name").expect(204);
        assertThat(api.get("cluster-name").json().path("name").asText()).isNotEqualTo("shop");
        assertThat(before).isNotEmpty();
    }

    @Test
    void globalParametersAreKept() {
        String name = Api.unique("g");
        made.add("global-parameters/" + name);
        api.put("global-parameters/" + name, "{\"value\":{\"a\":1}}").expect(201);
        api.put("global-parameters/" + name, "{\"value\":{\"a\":2}}").expect(204);
        assertThat(api.get("global-parameters/" + name)
                        .json()
                        .path("value")
                        .path("a")
                        .asInt())
                .isEqualTo(2);
        assertThat(api.get("global-parameters").json().findValuesAsText("name")).contains(name);
        api.delete("global-parameters/" + name).expect(204);
        api.get("global-parameters/" + name).expect(404);
        api.delete("global-parameters/" + name).expect(404);
    }

    @Test
    void featureFlagsTellWhatThereIs() {
        JsonNode flags = api.get("feature-flags").expect(200).json();
        assertThat(fields(flags.get(0))).contains("name", "desc", "doc_url", "state", "stability", "provided_by");
        assertThat(flags.findValuesAsText("name")).contains("quorum_queue", "user_limits", "implicit_default_bindings");
        api.put("feature-flags/quorum_queue/enable", "{}").expect(204);
        api.put("feature-flags/nonsense/enable", "{}").expect(400);
        assertThat(fields(api.get("extensions").expect(200).json().get(0))).contains("javascript");
    }

    @Test
    void theVersionIsTheSameOverAmqpAndHttp() throws Exception {
        try (Connection connection = Api.connect("management test")) {
            assertThat(connection.getServerProperties().get("version"))
                    .hasToString(
                            api.get("overview").json().path("rabbitmq_version").asText());
        }
    }

    @Test
    void theApiAndTheToolsHavePages() throws Exception {
        for (String path : List.of("/api", "/api/", "/cli", "/cli/")) {
            Api.Answer moved = api.page(path);
            assertThat(moved.status()).as(path).isEqualTo(301);
            assertThat(moved.header("location")).endsWith(path.replaceFirst("/$", "") + "/index.html");
        }
        for (String path : List.of("/api/index.html", "/cli/index.html")) {
            assertThat(api.page(path).expect(200).header("content-type")).startsWith("text/html");
        }
        assertThat(api.page("/cli/rabbitmqadmin").expect(200).text()).startsWith("#!");
        assertThat(api.page("/cli/nonsense").status()).isEqualTo(404);
    }

    @Test
    void ratesFollowTheTraffic() throws Exception {
        String queue = queue();
        try (Connection connection = Api.connect("management test")) {
            Channel channel = connection.createChannel();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(100))
                    .untilAsserted(() -> {
                        for (int i = 0; i < 50; i++) {
                            channel.basicPublish("", queue, null, new byte[10]);
                        }
                        JsonNode stats = api.get("queues/%2f/" + queue).json().path("message_stats");
                        assertThat(stats.path("publish_details").path("rate").asDouble())
                                .isPositive();
                        assertThat(api.get("overview?msg_rates_age=60&msg_rates_incr=5")
                                        .json()
                                        .path("message_stats")
                                        .path("publish_details")
                                        .path("samples"))
                                .isNotEmpty();
                    });
        }
    }

    @Test
    void theNodeTellsWhatItTakesAndHasTaken() {
        String payload = "x".repeat(200_000); // Messages are what is counted, whatever other tests have left.
        api.post(
                        "exchanges/%2f/amq.default/publish",
                        "{\"properties\":{},\"routing_key\":\"" + queue() + "\",\"payload\":\"" + payload
                                + "\",\"payload_encoding\":\"string\"}")
                .expect(200);
        String name =
                Api.encoded(api.get("overview").expect(200).json().path("node").asText());
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    JsonNode node = api.get("nodes/" + name + "?node_stats_age=60&node_stats_incr=5")
                            .expect(200)
                            .json();
                    for (String figure : List.of("mem_used", "disk_free", "fd_used", "proc_used", "io_sync_count")) {
                        assertThat(node.path(figure).isNumber()).as(figure).isTrue();
                        assertThat(node.path(figure + "_details").path("rate").isNumber())
                                .as(figure)
                                .isTrue();
                        assertThat(node.path(figure + "_details").path("samples"))
                                .as(figure)
                                .isNotEmpty();
                    }
                    assertThat(node.path("mem_used_details")
                                    .path("samples")
                                    .path(0)
                                    .path("sample")
                                    .asLong())
                            .isPositive();
                    assertThat(node.path("io_sync_avg_time").isNumber()).isTrue();
                });
        assertThat(api.get("nodes").expect(200).json().path(0).path("mem_used_details"))
                .hasSize(1);
    }

    @Test
    void aQueueTellsWhichOfItsMessagesLastAndHowOldTheyAre() throws Exception {
        String queue = queue();
        try (Connection connection = Api.connect("management test")) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            AMQP.BasicProperties persistent = new AMQP.BasicProperties.Builder()
                    .deliveryMode(2)
                    .timestamp(Date.from(Instant.ofEpochSecond(1_700_000_000)))
                    .build();
            channel.basicPublish("", queue, persistent, new byte[10]);
            channel.basicPublish("", queue, persistent, new byte[7]);
            channel.basicPublish("", queue, null, new byte[100]);
            channel.waitForConfirmsOrDie(5000);
            expect(queue, 2, 17, 1_700_000_000L, 3, 0);
            channel.basicGet(queue, true);
            channel.basicGet(queue, false);
            // RabbitMQ means the oldest, delivered or not; we mean the next.
            expect(queue, 1, 7, Api.isRabbitMq() ? Long.valueOf(1_700_000_000) : null, 1, 1);
        }
    }

    private void expect(
            String queue, int persistent, int bytes, @Nullable Long timestamp, int ready, int unacknowledged) {
        for (String path : List.of("queues/%2f/" + queue, "queues/%2f?page=1&name=" + queue)) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                JsonNode answer = api.get(path).expect(200).json();
                JsonNode document = answer.has("items") ? answer.path("items").path(0) : answer;
                assertThat(document.path("messages_persistent").asInt()).isEqualTo(persistent);
                assertThat(document.path("message_bytes_persistent").asInt()).isEqualTo(bytes);
                assertThat(document.path("messages_ready_ram").asInt()).isEqualTo(ready);
                assertThat(document.path("messages_unacknowledged_ram").asInt()).isEqualTo(unacknowledged);
                JsonNode head = document.path("head_message_timestamp");
                assertThat(head.isNull() ? null : Long.valueOf(head.asLong())).isEqualTo(timestamp);
            });
        }
    }

    @Test
    void whoDoesNothingTellsSinceWhen() throws Exception {
        Instant before = Instant.now().minusMillis(1);
        String queue = queue();
        try (Connection connection = Api.connect("management test")) {
            connection.createChannel();
            Awaitility.await().atMost(Duration.ofSeconds(25)).untilAsserted(() -> {
                String channel = own(api.get("connections").json()).path("name").asText() + " (1)";
                for (String path : List.of("queues/%2f/" + queue, "channels/" + Api.encoded(channel))) {
                    String since =
                            api.get(path).expect(200).json().path("idle_since").asText();
                    assertThat(since).as(path).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+00:00");
                    assertThat(OffsetDateTime.parse(since).toInstant()).isBetween(before, Instant.now());
                }
            });
        }
    }

    @Test
    void aQuorumQueueNamesItsMembers() {
        String queue = Api.unique("quorum");
        made.add("queues/%2f/" + queue);
        api.put("queues/%2f/" + queue, "{\"durable\":true,\"arguments\":{\"x-queue-type\":\"quorum\"}}")
                .expect(201);
        String node = api.get("overview").expect(200).json().path("node").asText();
        JsonNode document = api.get("queues/%2f/" + queue).expect(200).json();
        assertThat(document.path("leader").asText()).isEqualTo(node);
        assertThat(document.path("members")).singleElement().returns(node, JsonNode::asText);
        assertThat(document.path("online")).singleElement().returns(node, JsonNode::asText);
    }

    // Questions that make no sense.

    @Test
    void anExchangeThatIsNotThereIsABadAddress() {
        JsonNode refusal = api.post(
                        "exchanges/%2f/" + Api.unique("none") + "/publish",
                        "{\"properties\":{},\"routing_key\":\"k\",\"payload\":\"m\",\"payload_encoding\":\"string\"}")
                .expect(400)
                .json();
        assertThat(refusal.path("error").asText()).isEqualTo("bad_request");
        assertThat(refusal.path("reason").asText()).startsWith("404 NOT_FOUND - no exchange 'none-");
    }

    @Test
    void definitionsOfAVirtualHostThatIsNotThereAreABadRequest() {
        String path = "definitions/" + Api.unique("none");
        assertThat(api.get(path).expect(400).json().path("reason").asText()).isEqualTo("vhost_not_found");
        api.post(path, "{\"queues\":[]}").expect(404);
    }

    @Test
    void aPriorityIsANumber() {
        String policy = "policies/%2f/" + Api.unique("p");
        made.add(policy);
        for (String priority : List.of("\"3\"", "null", "true", "[]")) {
            api.put(policy, "{\"pattern\":\"^none$\",\"definition\":{\"max-length\":1},\"priority\":" + priority + "}")
                    .expect(400);
        }
        api.put(policy, "{\"pattern\":\"^none$\",\"definition\":{\"max-length\":1},\"priority\":3.0}")
                .expect(201);
    }

    @Test
    void usersAreDeletedTogetherOnlyIfAllAreThere() {
        String user = user("management");
        api.post("users/bulk-delete", "{\"users\":[\"" + user + "\",\"" + Api.unique("none") + "\"]}")
                .expect(400);
        // RabbitMQ deletes those that it finds.
        api.get("users/" + user).expect(Api.isRabbitMq() ? 404 : 200);
    }

    @Test
    void anExchangeIsToldOverHttpWhatItsHashMayBeOf() {
        for (String argument : List.of("hash-header", "hash-property")) {
            api.put(
                            "exchanges/%2f/" + Api.unique("x"),
                            "{\"type\":\"x-consistent-hash\",\"arguments\":{\"" + argument + "\":1}}")
                    .expect(400);
        }
    }

    // Checks.

    @Test
    void probesGetTheirAnswers() {
        for (String check : List.of(
                "alarms",
                "local-alarms",
                "virtual-hosts",
                "node-is-mirror-sync-critical",
                "node-is-quorum-critical",
                "protocol-listener/amqp")) {
            assertThat(api.get("health/checks/" + check)
                            .expect(200)
                            .json()
                            .path("status")
                            .asText())
                    .isEqualTo("ok");
        }
        JsonNode missing = api.get("health/checks/port-listener/1").expect(503).json();
        assertThat(missing.path("reason").asText()).isEqualTo("No active listener");
        assertThat(missing.path("missing").asInt()).isEqualTo(1);
        assertThat(api.get("aliveness-test/%2f")
                        .expect(200)
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("ok");
        made.add("queues/%2f/aliveness-test");
    }

    @Test
    void topicPermissionsAndLimitsOfUsersComeAndGo() {
        String name = user("management");
        String topics = "topic-permissions/%2f/" + name;
        api.put("permissions/%2f/" + name, "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}")
                .expect(201);
        api.put(topics, "{\"exchange\":\"amq.topic\",\"write\":\"^a\",\"read\":\".*\"}")
                .expect(201);
        assertThat(api.get("users/" + name + "/topic-permissions").expect(200).json())
                .singleElement()
                .satisfies(permission -> {
                    assertThat(permission.path("exchange").asText()).isEqualTo("amq.topic");
                    assertThat(permission.path("write").asText()).isEqualTo("^a");
                });
        Api limited = api.as(name, "secret");
        String message = "{\"properties\":{},\"routing_key\":\"%s\",\"payload\":\"\",\"payload_encoding\":\"string\"}";
        limited.post("exchanges/%2f/amq.topic/publish", message.formatted("a.b"))
                .expect(200);
        assertThat(limited.post("exchanges/%2f/amq.topic/publish", message.formatted("b"))
                        .status())
                .isBetween(400, 401);
        limited.get("topic-permissions").expect(401);
        api.delete(topics).expect(204);
        limited.post("exchanges/%2f/amq.topic/publish", message.formatted("b")).expect(200);
        assertThat(api.get("users/" + name + "/topic-permissions").json()).isEmpty();

        api.put("user-limits/" + name + "/max-connections", "{\"value\":3}").expect(204);
        assertThat(api.get("user-limits/" + name).expect(200).json())
                .singleElement()
                .satisfies(limit -> assertThat(
                                limit.path("value").path("max-connections").asInt())
                        .isEqualTo(3));
        api.delete("user-limits/" + name + "/max-connections").expect(204);
        assertThat(api.get("user-limits/" + name).json()).isEmpty();
        api.put("user-limits/" + name + "/max-nonsense", "{\"value\":3}").expect(400);
    }

    @Test
    void smallResourcesAnswer() {
        for (String path : List.of(
                "cluster-name",
                "extensions",
                "feature-flags",
                "global-parameters",
                "parameters",
                "topic-permissions",
                "user-limits",
                "vhost-limits",
                "operator-policies",
                "consumers",
                "channels",
                "bindings",
                "exchanges",
                "exchanges/%2f/amq.topic",
                "permissions")) {
            api.get(path).expect(200);
        }
        api.get("nonsense").expect(404);
        api.put("parameters/nonsense/%2f/x", "{\"value\":{}}").expect(400);
    }
}
