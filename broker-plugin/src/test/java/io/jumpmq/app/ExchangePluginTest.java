package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with plugins, as a client sees it: the example of docs/plugins.md, dropped in, taken away and put back. */
class ExchangePluginTest {
    private static final int KEYS = 60;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final List<Throwable> defects = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    private Path plugins;
    private PluginJars jars;
    private JumpMq broker;
    private Connection connection;
    private Channel channel;

    @BeforeEach
    void start() throws Exception {
        plugins = Files.createDirectory(folder.resolve("plugins"));
        jars = new PluginJars(Files.createDirectory(folder.resolve("work")));
        jars.modulus(plugins.resolve("modulus.jar"));
        open();
    }

    private void open() throws Exception {
        broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .dataDirectory(folder.resolve("data"))
                .pluginsDirectory(plugins)
                .onDefect(defects::add)
                .start();
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        connection = factory.newConnection();
        channel = connection.createChannel();
    }

    @AfterEach
    void stop() {
        connection.abort();
        broker.close();
    }

    private void restart() throws Exception {
        stop();
        open();
    }

    /** A history that the bindings alone do not tell: the last one has taken the first one's place. */
    private void declare() throws Exception {
        channel.exchangeDeclare("sharded", "x-modulus-hash", true, false, Map.of("alternate-exchange", "rest"));
        channel.exchangeDeclare("rest", "fanout", true);
        channel.queueDeclare("rest", true, false, false, null);
        channel.queueBind("rest", "rest", "");
        for (String queue : List.of("q0", "q1", "q2", "q3")) {
            channel.queueDeclare(queue, true, false, false, null);
            channel.queueBind(queue, "sharded", "");
        }
        channel.queueUnbind("q0", "sharded", "");
    }

    /** Where each of many keys goes; publishes, and takes all away again. */
    private Map<String, String> ways() throws Exception {
        channel.confirmSelect();
        for (int i = 0; i < KEYS; i++) {
            channel.basicPublish("sharded", "key" + i, MessageProperties.PERSISTENT_BASIC, ("key" + i).getBytes(UTF_8));
        }
        channel.waitForConfirmsOrDie(10_000);
        Map<String, String> ways = new TreeMap<>();
        for (String queue : List.of("q1", "q2", "q3", "rest")) {
            for (GetResponse got = get(queue); got != null; got = get(queue)) {
                ways.put(new String(got.getBody(), UTF_8), queue);
            }
        }
        assertThat(ways).hasSize(KEYS);
        return ways;
    }

    private GetResponse get(String queue) throws IOException {
        return channel.basicGet(queue, true);
    }

    private String close(Throwable failure) {
        ShutdownSignalException signal = failure instanceof ShutdownSignalException direct
                ? direct
                : (ShutdownSignalException) Objects.requireNonNull(failure.getCause());
        return signal.getReason() instanceof AMQP.Channel.Close reason
                ? reason.getReplyCode() + " " + reason.getReplyText()
                : ((AMQP.Connection.Close) signal.getReason()).getReplyCode() + " "
                        + ((AMQP.Connection.Close) signal.getReason()).getReplyText();
    }

    private interface Action {
        void run(Channel channel) throws Exception;
    }

    private String refusal(Action action) throws Exception {
        Channel other = connection.createChannel();
        try {
            action.run(other);
            other.basicQos(1); // Answered after it.
            return "nothing";
        } catch (IOException | AlreadyClosedException e) {
            return close(e);
        }
    }

    private JsonNode api(String path) throws Exception {
        HttpResponse<String> response = request("GET", path, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    private HttpResponse<String> request(String method, String path, String body) throws Exception {
        String login = Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8));
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + broker.managementPort() + "/api/" + path))
                                .header("Authorization", "Basic " + login)
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theExampleRoutesByTheOrderOfItsBindings() throws Exception {
        declare();
        Map<String, String> ways = ways();
        assertThat(ways.values()).contains("q1", "q2", "q3").doesNotContain("rest");
        restart();
        assertThat(ways()).isEqualTo(ways);
        restart(); // From the snapshot that the start before has made.
        assertThat(ways()).isEqualTo(ways);
    }

    @Test
    void takenAwayAndPutBackItLosesNothing() throws Exception {
        declare();
        Map<String, String> ways = ways();
        Files.move(plugins.resolve("modulus.jar"), folder.resolve("modulus.jar"));
        restart();

        channel.exchangeDeclarePassive("sharded");
        JsonNode shown = api("exchanges/%2f/sharded");
        assertThat(shown.path("type").asText()).isEqualTo("x-modulus-hash");
        assertThat(shown.path("waits_for_type").asBoolean()).isTrue();
        assertThat(api("exchanges/%2f/sharded/bindings/source")).hasSize(3);
        assertThat(api("exchanges/%2f/rest").has("waits_for_type")).isFalse();
        assertThat(ways().values()).containsOnly("rest");
        assertThat(refusal(c -> c.queueBind("rest", "sharded", "")))
                .isEqualTo("406 PRECONDITION_FAILED - exchange 'sharded' in vhost '/' waits for its type "
                        + "'x-modulus-hash', which no plugin brings: it can only be deleted");
        assertThat(refusal(c -> c.queueUnbind("q1", "sharded", ""))).startsWith("406 PRECONDITION_FAILED - ");
        assertThat(request("POST", "bindings/%2f/e/sharded/q/rest", "{}").statusCode())
                .isEqualTo(400);
        assertThat(refusal(c -> c.exchangeDeclare("another", "x-modulus-hash")))
                .isEqualTo("503 COMMAND_INVALID - unknown exchange type 'x-modulus-hash'");
        restart();
        assertThat(ways().values()).containsOnly("rest");

        Files.move(folder.resolve("modulus.jar"), plugins.resolve("modulus.jar"));
        restart();
        assertThat(api("exchanges/%2f/sharded").has("waits_for_type")).isFalse();
        assertThat(ways()).isEqualTo(ways);
    }

    @Test
    void whatGoesMeanwhileIsGoneAfterwards() throws Exception {
        declare();
        Files.move(plugins.resolve("modulus.jar"), folder.resolve("modulus.jar"));
        restart();
        channel.queueDelete("q1");
        channel.exchangeDeclare("doomed", "fanout");
        restart();
        Files.move(folder.resolve("modulus.jar"), plugins.resolve("modulus.jar"));
        restart();
        assertThat(api("exchanges/%2f/sharded/bindings/source").findValuesAsText("destination"))
                .containsExactlyInAnyOrder("q2", "q3");
        channel.queueDeclare("q1", true, false, false, null);
        assertThat(ways().values()).containsOnly("q2", "q3");
        channel.exchangeDelete("sharded");
        restart();
        assertThat(refusal(c -> c.exchangeDeclarePassive("sharded"))).startsWith("404 ");
    }

    @Test
    void mandatoryMessagesReturnFromAnExchangeThatWaits() throws Exception {
        channel.exchangeDeclare("sharded", "x-modulus-hash", true);
        channel.queueDeclare("q", true, false, false, null);
        channel.queueBind("q", "sharded", "");
        Files.delete(plugins.resolve("modulus.jar"));
        restart();
        List<String> returned = new CopyOnWriteArrayList<>();
        channel.addReturnListener(message -> returned.add(message.getReplyText()));
        channel.confirmSelect();
        channel.basicPublish("sharded", "k", true, null, new byte[0]);
        channel.waitForConfirmsOrDie(10_000);
        await().until(() -> returned.equals(List.of("NO_ROUTE")));
    }

    @Test
    void aRefusalIsAnsweredInThePluginsWords() throws Exception {
        declare();
        assertThat(refusal(c -> c.queueBind("q1", "sharded", "", Map.of("n", 1))))
                .isEqualTo("406 PRECONDITION_FAILED - a binding of an x-modulus-hash exchange has no arguments");
    }

    @Test
    void aPluginThatFailsToRouteHurtsOnlyTheMessage() throws Exception {
        String routing =
                "if (routingKey.length > 0) { int[] none = {}; none[0] = 1; } else { throw new StackOverflowError(); }";
        PluginJars.jar(
                plugins.resolve("failing.jar"),
                PluginJars.manifest(),
                "com.example.Failing",
                jars.source("Failing", "x-failing", "", routing));
        restart();
        channel.exchangeDeclare("failing", "x-failing", true);
        channel.queueDeclare("dead", true, false, false, Map.of("x-dead-letter-exchange", "failing"));
        String failed = "406 PRECONDITION_FAILED - exchange 'failing' in vhost '/' cannot route this message: its type "
                + "'x-failing' of the plugin failing.jar has failed";
        assertThat(refusal(c -> c.basicPublish("failing", "k", null, new byte[0])))
                .isEqualTo(failed);
        assertThat(refusal(c -> c.basicPublish("failing", "", null, new byte[0])))
                .isEqualTo(failed);
        HttpResponse<String> response = request(
                "POST",
                "exchanges/%2f/failing/publish",
                "{\"properties\":{},\"routing_key\":\"k\",\"payload\":\"\",\"payload_encoding\":\"string\"}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("failing.jar has failed");

        channel.basicPublish("", "dead", null, new byte[0]);
        GetResponse got = channel.basicGet("dead", false);
        channel.basicReject(got.getEnvelope().getDeliveryTag(), false);
        channel.basicPublish("", "dead", null, "stays".getBytes(UTF_8));
        HttpResponse<String> moved = request("POST", "queues/%2f/dead/move", "{\"exchange\":\"failing\",\"count\":1}");
        assertThat(moved.body()).contains("failing.jar has failed");
        await().until(() -> channel.messageCount("dead") == 1);

        JsonNode listed = api("nodes/" + api("overview").path("node").asText() + "/plugins");
        assertThat(listed.findValuesAsText("name")).contains("failing", "modulus-hash", "rabbitmq_management");
        listed.forEach(plugin -> {
            if (plugin.path("name").asText().equals("failing")) {
                assertThat(plugin.path("routing_failures").asInt()).isEqualTo(5);
            }
        });
        assertThat(defects).isEmpty();
    }

    @Test
    void aPluginThatDoesNotBindWhatItHasValidatedEndsTheBroker() throws Exception {
        jars.simple(plugins.resolve("broken.jar"), "Broken", "x-broken");
        restart();
        channel.exchangeDeclare("broken", "x-broken", true);
        channel.queueDeclare("q", true, false, false, null);
        assertThatThrownBy(() -> channel.queueBind("q", "broken", "unbindable")).isInstanceOf(IOException.class);
        await().until(() -> defects.size() == 1);
        // Without it, all else is there.
        Files.delete(plugins.resolve("broken.jar"));
        restart();
        assertThat(channel.queueDeclarePassive("q").getQueue()).isEqualTo("q");
        assertThat(api("exchanges/%2f/broken").path("waits_for_type").asBoolean())
                .isTrue();
    }

    @Test
    void aStateThatItsPluginDoesNotKnowStopsTheStart() throws Exception {
        declare();
        restart(); // Its state is in a snapshot now.
        stop();
        String other = PluginJars.example().replace("FORMAT = 1", "FORMAT = 2");
        PluginJars.jar(
                plugins.resolve("modulus.jar"),
                PluginJars.manifest(),
                PluginJars.MODULUS,
                jars.compiled("ModulusHashExchange", other));
        assertThatThrownBy(this::open)
                .hasStackTraceContaining("the type 'x-modulus-hash' of the plugin modulus.jar cannot restore exchange "
                        + "'sharded' in vhost '/'");
        jars.modulus(plugins.resolve("modulus.jar"));
        open();
        assertThat(ways().values()).contains("q1", "q2", "q3");
    }

    @Test
    void aJarThatCannotBeUsedStopsTheStartBeforeTheDataIsTouched() throws Exception {
        stop();
        Files.writeString(plugins.resolve("text.jar"), "no jar");
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("text.jar is no jar, or damaged");
        Files.delete(plugins.resolve("text.jar"));
        open();
    }

    @Test
    void operatorsSeeWhatIsLoaded() throws Exception {
        JsonNode overview = api("overview");
        assertThat(overview.path("exchange_types").findValuesAsText("name"))
                .containsSubsequence("direct", "fanout", "headers", "topic", "x-consistent-hash", "x-modulus-hash");
        assertThat(overview.path("exchange_types").findValuesAsText("description"))
                .contains("Modulus hashing exchange", "AMQP topic exchange");
        JsonNode node = api("nodes").get(0);
        assertThat(node.path("enabled_plugins"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        "rabbitmq_consistent_hash_exchange",
                        "rabbitmq_management",
                        "rabbitmq_prometheus",
                        "modulus-hash");
        assertThat(node.path("applications").findValuesAsText("name")).containsExactly("jumpmq", "modulus-hash");

        String name = node.path("name").asText();
        assertThat(run("list")).isEqualTo("""
                        0
                        Listing plugins with pattern ".*" ...
                         Configured: E = explicitly enabled; e = implicitly enabled
                         | Status: * = running on NODE
                         |/
                        [E*] rabbitmq_consistent_hash_exchange development
                        [E*] rabbitmq_management               development
                        [E*] rabbitmq_prometheus               development
                        [E*] modulus-hash                      1.0.0
                        """.replace("NODE", name));
        assertThat(run("list", "-m", "-q", "mod.*hash")).isEqualTo("0\nmodulus-hash\n");
        assertThat(run("list", "-E", "-e", "-s", "modulus")).isEqualTo("0\n[E*] modulus-hash 1.0.0\n");
        assertThat(run("list", "-v", "-s", "modulus"))
                .isEqualTo("0\n[E*] modulus-hash\n     version: 1.0.0\n     exchange_types: [\"x-modulus-hash\"]\n"
                        + "     file: " + plugins.resolve("modulus.jar") + "\n     routing_failures: 0\n");
        assertThat(run("list", "--formatter", "json", "modulus"))
                .isEqualTo("0\n{\"format\":\"normal\",\"plugins\":[{\"name\":\"modulus-hash\",\"enabled\":\"enabled\","
                        + "\"running\":true,\"version\":\"1.0.0\",\"running_version\":\"1.0.0\"}],"
                        + "\"status\":\"running\"}\n");
        assertThat(run("is_enabled", "modulus-hash", "rabbitmq_management")).startsWith("0\n");
        assertThat(run("is_enabled", "rabbitmq_shovel"))
                .isEqualTo("1\nPlugin rabbitmq_shovel is not enabled on node " + name + "\n");
        assertThat(run("list", "(")).startsWith("2\n");
    }

    /** The exit code, and what is printed. */
    private String run(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.add(0, "plugins");
        line.add("--uri");
        line.add("http://127.0.0.1:" + broker.managementPort());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        io.jumpmq.cli.Console console = new io.jumpmq.cli.Console(
                new ByteArrayInputStream(new byte[0]), out, new PrintWriter(new StringWriter(), true), false, false);
        int code = io.jumpmq.cli.JumpMqCommand.run(console, List.of(), line.toArray(String[]::new));
        return code + "\n" + out.toString(UTF_8);
    }

    @Test
    void definitionsLeaveOutWhatWaits() throws Exception {
        declare();
        byte[] definitions = request("GET", "definitions", "").body().getBytes(UTF_8);
        Map<String, String> ways = ways();
        Files.move(plugins.resolve("modulus.jar"), folder.resolve("modulus.jar"));
        restart();
        assertThat(request("POST", "definitions", new String(definitions, UTF_8))
                        .statusCode())
                .isEqualTo(204);
        Files.move(folder.resolve("modulus.jar"), plugins.resolve("modulus.jar"));
        restart();
        assertThat(request("POST", "definitions", new String(definitions, UTF_8))
                        .statusCode())
                .isEqualTo(204);
        assertThat(ways()).isEqualTo(ways);
    }
}
