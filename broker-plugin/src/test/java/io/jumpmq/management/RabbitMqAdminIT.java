package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RabbitMQ's own script {@code rabbitmqadmin}, unmodified, as its management plugin brings it. Where that is not installed
 * this is skipped, unless {@code -Dclients.required=true}: then it fails. With {@code -Dmanagement.uri} the same goes to a
 * real RabbitMQ.
 */
class RabbitMqAdminIT {
    private static final boolean REQUIRED = Boolean.getBoolean("clients.required");
    private static final Path INSTALLED = Path.of("/usr/lib/rabbitmq/lib");
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    private Path folder = Path.of("");

    private final Api api = Api.asGuest();
    private final String vhost = Api.unique("admin");
    private final String user = Api.unique("operator");
    private @Nullable Path script;

    private record Outcome(int status, String text) {}

    @BeforeEach
    void findScript() throws Exception {
        script = installed();
        if (script == null && REQUIRED) {
            fail("install RabbitMQ with its management plugin: it brings rabbitmqadmin");
        }
        assumeTrue(script != null, "not installed: rabbitmqadmin");
        run("declare", "vhost", "name=" + vhost);
    }

    private static @Nullable Path installed() throws IOException {
        if (!Files.isDirectory(INSTALLED)) {
            return null;
        }
        try (Stream<Path> files = Files.find(
                INSTALLED,
                8,
                (file, attributes) -> file.endsWith("priv/www/cli/rabbitmqadmin") && attributes.isRegularFile())) {
            return files.findFirst().orElse(null);
        }
    }

    @AfterEach
    void tidyUp() {
        api.delete("vhosts/" + vhost);
        api.delete("users/" + user);
    }

    private Outcome outcome(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3",
                String.valueOf(script),
                "--host=" + api.base().getHost(),
                "--port=" + api.base().getPort()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile());
        builder.environment().put("HOME", folder.toString()); // Nobody's .rabbitmqadmin.conf.
        Process process = builder.start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(output);
        assertThat(ended).as("%s goes on and on: %s", command, text).isTrue();
        return new Outcome(process.exitValue(), text);
    }

    /** Runs it to a good end. */
    private String run(String... arguments) throws Exception {
        Outcome outcome = outcome(arguments);
        assertThat(outcome.status)
                .as("%s: %s", String.join(" ", arguments), outcome.text)
                .isZero();
        return outcome.text;
    }

    /** Runs it within the virtual host of this test. */
    private String runHere(String... arguments) throws Exception {
        return run(Stream.concat(Stream.of("--vhost=" + vhost), Stream.of(arguments))
                .toArray(String[]::new));
    }

    private JsonNode list(String what) throws Exception {
        return Api.json(runHere("--format=raw_json", "list", what));
    }

    private void declareRing() throws Exception {
        runHere("declare", "exchange", "name=orders", "type=x-consistent-hash");
        runHere("declare", "queue", "name=q1", "arguments={\"x-max-length\":10}");
        runHere("declare", "queue", "name=q2", "queue_type=quorum");
        runHere("declare", "binding", "source=orders", "destination=q1", "routing_key=2");
        runHere("declare", "binding", "source=orders", "destination=q2", "routing_key=1", "arguments={\"why\":\"x\"}");
    }

    @Test
    void everythingCanBeListed() throws Exception {
        declareRing();
        for (String what : List.of(
                "connections",
                "channels",
                "consumers",
                "exchanges",
                "queues",
                "bindings",
                "users",
                "vhosts",
                "permissions",
                "nodes",
                "parameters",
                "policies",
                "operator_policies",
                "vhost_limits")) {
            assertThat(run("list", what)).as(what).isNotBlank();
        }
        assertThat(runHere("list", "exchanges")).contains("orders", "x-consistent-hash", "amq.topic");
        assertThat(runHere("--format=tsv", "--sort=name", "--sort-reverse", "list", "queues", "name")
                        .lines())
                .containsExactly("name", "q2", "q1");
        assertThat(runHere("--format=kvp", "list", "queues", "name", "durable"))
                .contains("name=\"q1\" durable=\"True\"");
        assertThat(run("--format=bash", "list", "vhosts")).contains(vhost);
        assertThat(run("show", "overview")).contains("rabbitmq_version", "cluster_name");
    }

    @Test
    void aRingIsDeclaredAndTakenApart() throws Exception {
        declareRing();
        assertThat(list("bindings").findValuesAsText("source")).contains("orders");
        assertThat(list("queues").findValuesAsText("type")).containsExactly("classic", "quorum");
        runHere("delete", "binding", "source=orders", "destination_type=queue", "destination=q1", "properties_key=2");
        assertThat(list("bindings").findValuesAsText("destination")).containsExactlyInAnyOrder("q1", "q2", "q2");
        runHere("delete", "queue", "name=q2");
        runHere("delete", "exchange", "name=orders");
        assertThat(list("queues").findValuesAsText("name")).containsExactly("q1");
        Outcome gone = outcome("--vhost=" + vhost, "delete", "queue", "name=q2");
        assertThat(gone.status).isNotZero();
        assertThat(gone.text).contains("Not found");
    }

    @Test
    void messagesArePublishedFetchedAndPurged() throws Exception {
        declareRing();
        assertThat(runHere(
                        "publish",
                        "exchange=orders",
                        "routing_key=order-42",
                        "payload=hello",
                        "properties={\"delivery_mode\":2}"))
                .contains("Message published");
        assertThat(runHere("publish", "routing_key=nobody", "payload=hello")).contains("NOT routed");
        runHere("publish", "routing_key=q1", "payload=aGVsbG8gYWdhaW4=", "payload_encoding=base64");
        assertThat(runHere("get", "queue=q1", "count=5")).contains("hello again");
        Path payload = folder.resolve("payload");
        runHere("publish", "routing_key=q2", "payload=to a file");
        runHere("get", "queue=q2", "count=10", "ackmode=ack_requeue_true");
        runHere("purge", "queue", "name=q2");
        runHere("publish", "routing_key=q2", "payload=to a file");
        runHere("get", "queue=q2", "ackmode=ack_requeue_false", "payload_file=" + payload);
        assertThat(payload).hasContent("to a file");
        runHere("purge", "queue", "name=q1");
        assertThat(runHere("get", "queue=q1", "ackmode=ack_requeue_false")).contains("No items");
    }

    @Test
    void usersPermissionsAndPoliciesComeAndGo() throws Exception {
        run("declare", "user", "name=" + user, "password=secret", "tags=monitoring");
        run("declare", "permission", "vhost=" + vhost, "user=" + user, "configure=^a", "write=.*", "read=^$");
        assertThat(Api.json(run("--username=" + user, "--password=secret", "--format=raw_json", "list", "vhosts"))
                        .findValuesAsText("name"))
                .contains(vhost);
        assertThat(outcome("--username=" + user, "--password=wrong", "list", "vhosts").text)
                .contains("Access refused");
        runHere(
                "declare",
                "policy",
                "name=short",
                "pattern=^q",
                "definition={\"max-length\":5}",
                "apply-to=queues",
                "priority=2");
        runHere("declare", "operator_policy", "name=most", "pattern=^q", "definition={\"max-length\":7}");
        run("declare", "vhost_limit", "vhost=" + vhost, "name=max-queues", "value=50");
        assertThat(list("policies")
                        .path(0)
                        .path("definition")
                        .path("max-length")
                        .asInt())
                .isEqualTo(5);
        assertThat(list("operator_policies").findValuesAsText("name")).containsExactly("most");
        assertThat(run("list", "vhost_limits")).contains("{\"max-queues\": 50}");
        assertThat(list("parameters"))
                .filteredOn(parameter -> parameter.path("vhost").asText().equals(vhost))
                .extracting(parameter -> parameter.path("component").asText())
                .containsExactlyInAnyOrder("vhost-limits", "operator_policy");
        runHere("declare", "parameter", "component=vhost-limits", "name=limits", "value={\"max-queues\":60}");
        assertThat(run("list", "vhost_limits")).contains("{\"max-queues\": 60}");
        assertThat(outcome("--vhost=" + vhost, "declare", "parameter", "component=none", "name=n", "value={}").text)
                .contains("component none not found");
        runHere("delete", "parameter", "component=vhost-limits", "name=limits");
        run("delete", "vhost_limit", "vhost=" + vhost, "name=max-queues");
        runHere("delete", "operator_policy", "name=most");
        runHere("delete", "policy", "name=short");
        assertThat(list("policies")).isEmpty();
        run("delete", "permission", "vhost=" + vhost, "user=" + user);
        run("delete", "user", "name=" + user);
        run("delete", "vhost", "name=" + vhost);
        assertThat(run("list", "vhosts")).doesNotContain(vhost);
    }

    @Test
    void definitionsAreExportedAndImported() throws Exception {
        declareRing();
        Path all = folder.resolve("all.json");
        Path one = folder.resolve("one.json");
        run("export", all.toString());
        runHere("export", one.toString());
        assertThat(Api.json(Files.readString(all)).path("queues").findValuesAsText("name"))
                .contains("q1", "q2");
        runHere("delete", "queue", "name=q1");
        run("import", all.toString());
        assertThat(list("queues").findValuesAsText("name")).containsExactly("q1", "q2");
        runHere("delete", "queue", "name=q1");
        runHere("import", one.toString());
        assertThat(list("bindings").findValuesAsText("properties_key"))
                .hasSize(4)
                .contains("2", "q1", "q2");
    }

    @Test
    void aConnectionIsClosed() throws Exception {
        try (Connection connection = Api.connect("closed by rabbitmqadmin")) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
                for (JsonNode listed : Api.json(run("--format=raw_json", "list", "connections"))) {
                    if (listed.path("client_properties")
                            .path("connection_name")
                            .asText()
                            .equals("closed by rabbitmqadmin")) {
                        run("close", "connection", "name=" + listed.path("name").asText());
                        return true;
                    }
                }
                return false;
            });
            Awaitility.await().until(() -> !connection.isOpen());
        } catch (com.rabbitmq.client.AlreadyClosedException e) {
            // As it should be: closing what is closed.
        }
    }
}
