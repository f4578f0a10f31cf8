package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.AMQConnection;
import io.jumpmq.app.JumpMq;
import io.jumpmq.app.TestCertificate;
import io.jumpmq.cli.ctl.CtlCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jumpmq ring …} and {@code jumpmq ctl …} with a running broker. */
class ManagementCommandsTest {
    @TempDir
    Path folder;

    private JumpMq broker;

    @BeforeEach
    void start() {
        broker = JumpMq.builder().host("127.0.0.1").port(0).management(0).start();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private record Result(int code, String out, String err) {}

    private Result run(String... arguments) {
        return run("", false, arguments);
    }

    private Result run(String input, boolean interactive, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--uri");
        all.add("http://127.0.0.1:" + broker.managementPort());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                new ByteArrayInputStream(input.getBytes(UTF_8)), out, new PrintWriter(err, true), false, interactive);
        int code = JumpMqCommand.run(console, List.of(new CtlCommand(console)), all.toArray(String[]::new));
        return new Result(code, out.toString(UTF_8), err.toString());
    }

    private Result ok(String... arguments) {
        Result result = run(arguments);
        assertThat(result.code())
                .as("%s: %s%s", Arrays.toString(arguments), result.out(), result.err())
                .isZero();
        return result;
    }

    private void topology() throws Exception {
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            channel.exchangeDeclare("orders", "x-consistent-hash", true);
            for (String queue : List.of("q1", "q2", "q3")) {
                channel.queueDeclare(queue, true, false, false, null);
            }
            channel.queueBind("q1", "orders", "1");
            channel.queueBind("q2", "orders", "3");
        }
    }

    private Connection connect() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    // ring

    @Test
    void aRingIsShown() throws Exception {
        topology();
        assertThat(ok("ring", "show", "orders").out())
                .contains("orders: 4 buckets, jump, epoch 2")
                .containsPattern("q1 +1 +25\\.0%  █+\n")
                .containsPattern("q2 +3 +75\\.0%  █+\n");
        JsonNode json = new ObjectMapper()
                .readTree(ok("ring", "show", "orders", "--format", "json").out());
        assertThat(json.path("destinations").path("q2").path("weight").asInt()).isEqualTo(3);
        assertThat(ok("ring", "show", "orders", "--observed").out()).contains("verdict       too few keys");
        Result missing = run("ring", "show", "nobody");
        assertThat(missing.code()).isEqualTo(3);
        assertThat(missing.err()).contains("there is no exchange 'nobody' in virtual host '/' at http://127.0.0.1:");
        assertThat(run("ring", "show").err()).contains("say which ring");
    }

    @Test
    void weightsAreSetAfterTheMovementWasTold() throws Exception {
        topology();
        Result refused = run("ring", "set", "orders", "q3=4");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.out()).contains("50.0% of all keys move");
        assertThat(refused.err()).contains("--yes");
        assertThat(ok("ring", "show", "orders").out()).contains("4 buckets");
        assertThat(ok("ring", "set", "orders", "q3=4", "--dry-run").out()).contains("50.0%");
        assertThat(ok("ring", "show", "orders").out()).contains("4 buckets");
        assertThat(run("n\n", true, "ring", "set", "orders", "q3=4").code()).isEqualTo(1);
        assertThat(ok("ring", "show", "orders").out()).contains("4 buckets");
        Result done = run("y\n", true, "ring", "set", "orders", "q3=4");
        assertThat(done.code()).isZero();
        assertThat(done.out())
                .as("the plan, then the result")
                .matches("(?s).*50\\.0% of all keys move.*Done: epoch 3\\.\n");
        assertThat(done.err()).isEqualTo("Move 50.0 % of all keys? [y/N] ");
        assertThat(ok("ring", "show", "orders").out()).contains("8 buckets, jump, epoch 3");
        String json = ok("ring", "set", "orders", "q3=4", "--format", "json").out();
        assertThat(new ObjectMapper().readTree(json).isObject()).isTrue();
        ok("ring", "set", "orders", "q1=2", "--ask-above", "50");
        Result stale = run("ring", "set", "orders", "q1=3", "--if-epoch", "3", "--yes");
        assertThat(stale.code()).as("as when the broker finds it out").isEqualTo(3);
        assertThat(stale.err()).contains("is at epoch 4, not 3");
        assertThat(run("ring", "set", "orders", "q1=3", "nobody=1", "--yes").code())
                .isEqualTo(3);
        assertThat(ok("ring", "history", "orders").out()).contains("q3 0 → 4").contains("50.0%");
    }

    @Test
    void keysAreLocatedAsTheBrokerRoutesThem() throws Exception {
        topology();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            keys.add("order-" + i);
        }
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            for (String key : keys) {
                channel.basicPublish("orders", key, null, key.getBytes(UTF_8));
            }
            channel.waitForConfirmsOrDie(5000);
            String located = run(String.join("\n", keys) + "\n", false, "ring", "locate", "--exchange", "orders")
                    .out();
            assertThat(located.lines()).hasSize(keys.size()).allMatch(line -> {
                String[] fields = line.split("\t", -1);
                return fields[2].equals("q1") || fields[2].equals("q2");
            });
            assertThat(located.lines().filter(line -> line.endsWith("\tq1")).count())
                    .isEqualTo(channel.messageCount("q1"));
            String[] asArguments = {"ring", "locate", "orders", keys.get(0), keys.get(1)};
            assertThat(located).startsWith(ok(asArguments).out());
            assertThat(run(String.join("\n", keys), false, "ring", "locate", "orders")
                            .out())
                    .isEqualTo(located);
        }
    }

    @Test
    void aRingIsExportedComparedAndImported() throws Exception {
        topology();
        Path file = folder.resolve("orders.json");
        ok("ring", "export", "orders", file.toString());
        assertThat(ok("ring", "diff", "--exchange", "orders", file.toString()).out())
                .contains("every key alike");
        assertThat(ok("ring", "check", "orders").out()).contains("orders is sound: 2 destinations, 4 buckets");
        ok("ring", "set", "orders", "q1=3", "q2=1", "--yes");
        assertThat(run("ring", "diff", "--exchange", "orders", file.toString()).code())
                .isEqualTo(1);
        assertThat(run("ring", "import", "orders", file.toString()).code()).isEqualTo(2);
        ok("ring", "import", "orders", file.toString(), "--yes");
        ok("ring", "diff", "--exchange", "orders", file.toString());
        assertThat(ok("ring", "export", "orders").out().replaceAll("\"epoch\": \\d+", ""))
                .isEqualTo(Files.readString(file).replaceAll("\"epoch\": \\d+", ""));
    }

    @Test
    void aQueueIsDrained() throws Exception {
        topology();
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            channel.basicPublish("", "q2", null, new byte[0]);
            Result late = run("ring", "drain", "orders", "q2", "--yes", "--timeout", "0");
            assertThat(late.code()).isEqualTo(1);
            assertThat(late.out()).contains("q2 is off the ring");
            assertThat(late.err()).contains("still has 1 messages");
            assertThat(ok("ring", "show", "orders").out()).contains("1 buckets");
            CompletableFuture<Result> drained =
                    CompletableFuture.supplyAsync(() -> ok("ring", "drain", "orders", "q2", "--delete"));
            channel.basicGet("q2", true);
            assertThat(drained.get(20, TimeUnit.SECONDS).out()).contains("q2 is empty, and deleted");
        }
        assertThat(ok("ctl", "list_queues", "-q", "name").out()).doesNotContain("q2");
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        topology();
        String[][] commands = {
            {"locate", "nobody", "key"},
            {"show", "nobody"},
            {"show", "nobody", "--observed"},
            {"preview", "nobody", "q1=1"},
            {"set", "nobody", "q1=1"},
            {"diff", "--exchange", "nobody", "--exchange", "orders"},
            {"check", "nobody"},
            {"drain", "nobody", "q1"},
            {"export", "nobody"},
            {"import", "nobody", exported("orders")},
            {"history", "nobody"},
        };
        for (String[] command : commands) {
            Result missing = run(with(new String[] {"ring"}, command));
            assertThat(missing.err())
                    .as(String.join(" ", command))
                    .startsWith("jumpmq: there is no exchange 'nobody' in virtual host '/' at ");
            assertThat(missing.code()).isEqualTo(3);
        }
        assertThat(run("ring", "drain", "orders", "q9").err()).contains("there is no queue 'q9' in virtual host '/'");
        assertThat(run("ring", "show", "orders", "--vhost", "v9").err()).contains("'orders' in virtual host 'v9'");
        Result nowhere = run("ctl", "list_queues", "-p", "v9");
        assertThat(nowhere.err()).isEqualTo("Error:\nVirtual host 'v9' does not exist\n");
        assertThat(nowhere.code()).isEqualTo(65);
        assertThat(run("ctl", "list_quues").err()).contains("did you mean 'list_queues'?");
    }

    private String exported(String exchange) {
        String file = folder.resolve("exported").toString();
        ok("ring", "export", exchange, file);
        return file;
    }

    // uniformity

    @Test
    void theExperimentRunsAgainstABroker() {
        String[] experiment = {
            "uniformity", "--exchange", "even", "--queues", "u1=1,u2=1,u3=2,u4=2", "--uri", broker.uri()
        };
        CommandLineRun nothing = CommandLineRun.of(experiment);
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).contains("--load N, --analyze, --reset");
        CommandLineRun loaded = CommandLineRun.of(with(experiment, "--load", "30000"));
        assertThat(loaded.code()).as(loaded.out() + loaded.err()).isZero();
        assertThat(loaded.out()).contains("keys          30,000 different").contains("verdict       uniform");
        CommandLineRun again = CommandLineRun.of(with(experiment, "--load", "30000"));
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("is not empty");
        // The queues were bound with other weights than these: that has to show.
        CommandLineRun skewed = CommandLineRun.of(
                "uniformity",
                "--exchange",
                "even",
                "--queues",
                "u1=1,u2=1,u3=1,u4=1",
                "--uri",
                broker.uri(),
                "--analyze");
        assertThat(skewed.code()).isEqualTo(1);
        assertThat(skewed.out()).contains("not uniform");
        assertThat(CommandLineRun.of(with(experiment, "--reset")).code()).isZero();
        assertThat(ok("ctl", "-s", "list_queues").out()).isEmpty();
    }

    private static String[] with(String[] arguments, String... more) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(Arrays.asList(more));
        return all.toArray(String[]::new);
    }

    // Where and who.

    @Test
    void whoIsRefusedIsToldWhatToDo() throws IOException {
        Path wrong = Files.writeString(folder.resolve("password"), "wrong\n");
        Result refused = run("ring", "show", "orders", "--password-file", wrong.toString());
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err()).contains("login refused for user 'guest'").contains("--password-file");
        Result nowhere = CommandLineRunAt.of("http://127.0.0.1:1", "ring", "show", "orders");
        assertThat(nowhere.code()).isEqualTo(3);
        assertThat(nowhere.err())
                .contains("nothing listens at http://127.0.0.1:1")
                .contains("--uri");
        assertThat(CommandLineRunAt.of("nonsense", "ring", "show", "orders").code())
                .isEqualTo(2);
    }

    /** The same, elsewhere. */
    private static final class CommandLineRunAt {
        static Result of(String uri, String... arguments) {
            List<String> all = new ArrayList<>(Arrays.asList(arguments));
            all.addAll(List.of("--uri", uri));
            CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));
            return new Result(run.code(), run.out(), run.err());
        }
    }

    // ctl: what is expected was printed by rabbitmqctl 3.10.8.

    @Test
    void listsLookAsRabbitmqctlPrintsThem() throws Exception {
        topology();
        assertThat(ok("ctl", "list_queues").out())
                .isEqualTo(
                        "Timeout: 60.0 seconds ...\nListing queues for vhost / ...\nname\tmessages\nq1\t0\nq2\t0\nq3\t0\n");
        assertThat(ok("ctl", "-q", "list_queues").out()).isEqualTo("name\tmessages\nq1\t0\nq2\t0\nq3\t0\n");
        assertThat(ok("ctl", "-s", "list_queues").out()).isEqualTo("q1\t0\nq2\t0\nq3\t0\n");
        assertThat(ok("ctl", "list_queues", "--no-table-headers", "-q", "messages,name")
                        .out())
                .isEqualTo("0\tq1\n0\tq2\n0\tq3\n");
        assertThat(ok("ctl", "list_queues", "--formatter", "json").out())
                .isEqualTo(
                        "[\n{\"name\":\"q1\",\"messages\":0}\n,{\"name\":\"q2\",\"messages\":0}\n,{\"name\":\"q3\",\"messages\":0}\n]\n");
        assertThat(ok("ctl", "list_queues", "--formatter", "csv").out())
                .isEqualTo("\"name\",\"messages\"\n\"q1\",\"0\"\n\"q2\",\"0\"\n\"q3\",\"0\"\n");
        assertThat(ok("ctl", "list_bindings", "-q").out())
                .startsWith("source_name\tsource_kind\tdestination_name\tdestination_kind\trouting_key\targuments\n")
                .contains("\texchange\tq1\tqueue\tq1\t[]\n")
                .contains("orders\texchange\tq2\tqueue\t3\t[]\n");
        assertThat(ok("ctl", "list_users").out()).isEqualTo("Listing users ...\nuser\ttags\nguest\t[administrator]\n");
        assertThat(ok("ctl", "list_permissions").out())
                .isEqualTo(
                        "Listing permissions for vhost \"/\" ...\nuser\tconfigure\twrite\tread\nguest\t.*\t.*\t.*\n");
        assertThat(ok("ctl", "list_vhosts").out()).isEqualTo("Listing vhosts ...\nname\n/\n");
        assertThat(ok("ctl", "list_queues", "--formatter", "pretty_table").out())
                .contains("│ q1   │ 0        │");
        Result unknown = run("ctl", "list_queues", "foo");
        assertThat(unknown.code()).isEqualTo(64);
        assertThat(unknown.err()).startsWith("Error (argument validation): Info key(s) foo are not supported");
        assertThat(run("ctl", "list_queues", "--nonsense").code()).isEqualTo(64);
        assertThat(run("ctl", "nonsense").code()).isEqualTo(64);
        assertThat(run("ctl", "add_user").code()).isEqualTo(64);
    }

    @Test
    void usersAndTheirRightsComeAndGo() {
        assertThat(ok("ctl", "add_user", "u1", "p1").out()).startsWith("Adding user \"u1\" ...\n");
        assertThat(run("ctl", "add_user", "u1", "p1").code()).isEqualTo(70);
        assertThat(run("p2\n", false, "ctl", "change_password", "u1").code()).isZero();
        assertThat(ok("ctl", "authenticate_user", "u1", "p2").out()).endsWith("Success\n");
        assertThat(run("ctl", "authenticate_user", "u1", "p1").code()).isEqualTo(65);
        ok("ctl", "set_user_tags", "u1", "management", "monitoring");
        assertThat(ok("ctl", "-q", "list_users").out()).contains("u1\t[management, monitoring]\n");
        ok("ctl", "authenticate_user", "u1", "p2");
        ok("ctl", "set_permissions", "-p", "/", "u1", "^a", ".*", "");
        assertThat(ok("ctl", "-q", "list_user_permissions", "u1").out())
                .isEqualTo("vhost\tconfigure\twrite\tread\n/\t^a\t.*\t\n");
        ok("ctl", "clear_permissions", "u1");
        ok("ctl", "delete_user", "u1");
        Result gone = run("ctl", "delete_user", "u1");
        assertThat(gone.code()).isEqualTo(67);
        assertThat(gone.err()).isEqualTo("Error:\nUser \"u1\" does not exist\n");
    }

    @Test
    void virtualHostsPoliciesAndLimitsComeAndGo() {
        ok("ctl", "add_vhost", "v9");
        ok("ctl", "set_vhost_limits", "-p", "v9", "{\"max-queues\":10}");
        assertThat(ok("ctl", "list_vhost_limits", "-p", "v9", "-q").out()).isEqualTo("{\"max-queues\":10}\n");
        ok("ctl", "clear_vhost_limits", "-p", "v9");
        assertThat(ok(
                                "ctl",
                                "set_policy",
                                "-p",
                                "v9",
                                "pol",
                                "^a",
                                "{\"max-length\":5}",
                                "--priority",
                                "3",
                                "--apply-to",
                                "queues")
                        .out())
                .isEqualTo(
                        "Setting policy \"pol\" for pattern \"^a\" to \"{\"max-length\":5}\" with priority \"3\" for vhost \"v9\" ...\n");
        assertThat(ok("ctl", "-q", "list_policies", "-p", "v9").out())
                .isEqualTo(
                        "vhost\tname\tpattern\tapply-to\tdefinition\tpriority\nv9\tpol\t^a\tqueues\t{\"max-length\":5}\t3\n");
        assertThat(run("ctl", "set_policy", "pol", "^a", "{\"foo\":5}").code()).isEqualTo(69);
        ok("ctl", "clear_policy", "-p", "v9", "pol");
        ok("ctl", "delete_vhost", "v9");
        Result gone = run("ctl", "delete_vhost", "v9");
        assertThat(gone.code()).isEqualTo(65);
        assertThat(gone.err()).isEqualTo("Virtual host 'v9' does not exist\n");
    }

    @Test
    void queuesArePurgedAndDeleted() throws Exception {
        topology();
        try (Connection connection = connect()) {
            connection.createChannel().basicPublish("", "q1", null, new byte[0]);
        }
        assertThat(run("ctl", "delete_queue", "q1", "--if-empty").code()).isEqualTo(69);
        assertThat(ok("ctl", "purge_queue", "q1").out()).isEqualTo("Purging queue 'q1' in vhost '/' ...\n");
        ok("ctl", "delete_queue", "q1", "--if-empty");
        assertThat(run("ctl", "purge_queue", "q1").code()).isEqualTo(69);
        assertThat(run("ctl", "delete_queue", "q1").code()).isEqualTo(64);
    }

    @Test
    void definitionsAreExportedAndImported() throws Exception {
        topology();
        Path file = folder.resolve("definitions.json");
        ok("ctl", "export_definitions", file.toString());
        ok("ctl", "delete_queue", "q2");
        ok("ctl", "import_definitions", file.toString());
        assertThat(ok("ring", "show", "orders").out()).contains("4 buckets");
        Files.writeString(file, "{\"queues\":[{\"name\":\"q\",\"vhost\":\"nowhere\"}]}");
        Result bad = run("ctl", "import_definitions", file.toString());
        assertThat(bad.code()).isEqualTo(69);
        assertThat(bad.err()).contains("queues[0] ('q')");
        Files.writeString(file, "{\n  \"queues\": [],\n}");
        assertThat(run("ctl", "import_definitions", file.toString()).err()).contains("line 3, column ");
    }

    @Test
    void theRingStateLooksAsRabbitMqsPlugInPrintsIt() throws Exception {
        topology();
        assertThat(ok("ctl", "consistent_hash_exchange_ring_state", "orders").out())
                .isEqualTo("Inspecting consistent hashing ring state for exchange orders in virtual host '/'...\n"
                        + "Ring index: 0, queue: 'q1'\nRing index: 1, queue: 'q2'\nRing index: 2, queue: 'q2'\nRing index: 3, queue:"
                        + " 'q2'\n");
        JsonNode json = new ObjectMapper()
                .readTree(ok("ctl", "consistent_hash_exchange_ring_state", "orders", "--formatter", "json")
                        .out());
        assertThat(json.path("result").asText()).isEqualTo("ok");
        assertThat(json.path("buckets").path("3").asText()).isEqualTo("q2");
        Result other = run("ctl", "consistent_hash_exchange_ring_state", "amq.topic");
        assertThat(other.code()).isEqualTo(65);
        assertThat(other.err()).contains("Exchange does not exist or is of a different type");
    }

    @Test
    void checksAnswerWithTheirExitCodes() {
        for (String check : List.of(
                "ping",
                "check_running",
                "check_alarms",
                "check_local_alarms",
                "check_virtual_hosts",
                "check_certificate_expiration",
                "check_port_connectivity",
                "await_startup",
                "status",
                "cluster_status",
                "listeners",
                "server_version",
                "memory_breakdown",
                "list_connections",
                "list_channels",
                "list_consumers",
                "list_operator_policies",
                "list_parameters")) {
            ok("ctl", check);
        }
        ok("ctl", "check_port_listener", String.valueOf(broker.port()));
        assertThat(run("ctl", "check_port_listener", "1").code()).isEqualTo(69);
        ok("ctl", "check_protocol_listener", "amqp");
        assertThat(run("ctl", "check_protocol_listener", "mqtt").code()).isEqualTo(69);
        assertThat(run("ctl", "join_cluster", "x").code()).isEqualTo(70);
    }

    @Test
    void certificatesThatExpireFailTheirCheck() throws Exception {
        TestCertificate expiring = TestCertificate.of(folder, "expiring", 10);
        broker.close();
        broker = JumpMq.builder()
                .port(-1)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), expiring.tls())
                .management(0)
                .start();
        String check = "check_certificate_expiration";
        assertThat(ok("ctl", check, "-q", "--within", "1").out())
                .isEqualTo("No certificates are expiring within 1 week.\n");
        assertThat(ok("ctl", check, "--within", "9", "--unit", "DAYS", "--formatter", "json")
                        .out())
                .isEqualTo("{\"result\":\"ok\"}\n");
        Result failed = run("ctl", check, "--within", "1", "--unit", "months");
        assertThat(failed.code()).isEqualTo(69);
        assertThat(failed.out())
                .startsWith("Checking certificate expiration on node jumpmq@")
                .contains("Interface: localhost, port: " + broker.port() + ", protocol: amqp/ssl, certfile: "
                        + expiring.certificate() + " (20");
        assertThat(failed.err()).contains("Certificates expiring");
        Result asJson = run("ctl", check, "--formatter", "json");
        assertThat(asJson.code()).as("four weeks").isEqualTo(69);
        assertThat(new ObjectMapper().readTree(asJson.out()).path("expired")).hasSize(1);
        assertThat(run("ctl", check, "--unit", "week").code()).isEqualTo(64);
        assertThat(run("ctl", check, "--within", "soon").code()).isEqualTo(64);
        assertThat(ok("ctl", "listeners", "-q").out()).contains("protocol: amqp/ssl, purpose: AMQP 0-9-1 over TLS");
    }

    @Test
    void connectionsAreClosed() throws Exception {
        try (Connection connection = connect()) {
            CompletableFuture<String> goodbye = new CompletableFuture<>();
            connection.addShutdownListener(cause -> goodbye.complete(String.valueOf(cause.getReason())));
            assertThat(ok("ctl", "-q", "list_connections", "user", "state").out())
                    .isEqualTo("user\tstate\nguest\trunning\n");
            assertThat(run("ctl", "close_all_connections").code()).isEqualTo(64);
            assertThat(ok("ctl", "close_all_connections", "Überholung").out())
                    .isEqualTo("Closing all connections in vhost /, reason: Überholung...\nClosed 1 connections\n");
            assertThat(goodbye.get(10, TimeUnit.SECONDS)).contains("320", "CONNECTION_FORCED - Überholung");
        } catch (AlreadyClosedException e) {
            // It is closed: that was the point.
        }
        try (Connection connection = connect();
                Connection other = connect()) {
            CompletableFuture<String> goodbye = new CompletableFuture<>();
            connection.addShutdownListener(cause -> goodbye.complete(String.valueOf(cause.getReason())));
            String name = ok("ctl", "-s", "list_connections", "name").out().lines().toList().stream()
                    .filter(line -> line.contains(":" + localPort(connection) + " "))
                    .findFirst()
                    .orElseThrow();
            ok("ctl", "close_connection", name, "you know why");
            assertThat(goodbye.get(10, TimeUnit.SECONDS)).contains("CONNECTION_FORCED - you know why");
            assertThat(other.isOpen()).isTrue();
            connect();
            assertThat(ok("ctl", "close_all_connections", "--global", "--limit", "1", "x")
                            .out())
                    .contains("Closed 1 connections");
        } catch (AlreadyClosedException e) {
            // As above.
        }
        assertThat(run("ctl", "close_connection", "nobody", "why").code()).isEqualTo(65);
    }

    private static int localPort(Connection connection) {
        return ((AMQConnection) connection).getLocalPort();
    }

    // ctl: the cluster as a whole, and what binds users.

    @Test
    void globalParametersComeAndGo() {
        ok("ctl", "set_global_parameter", "limits", "{\"a\":[1,\"x\"]}");
        assertThat(ok("ctl", "-q", "list_global_parameters").out())
                .isEqualTo("name\tvalue\nlimits\t{\"a\":[1,\"x\"]}\n");
        Result noJson = run("ctl", "set_global_parameter", "limits", "text");
        assertThat(noJson.code()).isEqualTo(64);
        assertThat(noJson.err()).contains("a text needs quotes of its own");
        ok("ctl", "clear_global_parameter", "limits");
        assertThat(ok("ctl", "-q", "list_global_parameters").out()).isEmpty();
        Result missing = run("ctl", "clear_global_parameter", "limits");
        assertThat(missing.code()).isEqualTo(69);
        assertThat(missing.err()).contains("Parameter does not exist");
    }

    @Test
    void theClusterIsNamed() {
        assertThat(ok("ctl", "set_cluster_name", "shop").out()).isEqualTo("Setting cluster name to shop ...\n");
        assertThat(ok("ctl", "cluster_status").out()).contains("Cluster name: shop\n");
        assertThat(ok("ctl", "-q", "list_global_parameters").out()).contains("cluster_name\t\"shop\"\n");
    }

    @Test
    void featureFlagsAreListedAndOn() {
        assertThat(ok("ctl", "-q", "list_feature_flags").out())
                .startsWith("name\tstate\n")
                .contains("quorum_queue\tenabled\n", "stream_queue\tunavailable\n");
        ok("ctl", "enable_feature_flag", "all");
        ok("ctl", "enable_feature_flag", "quorum_queue");
        assertThat(run("ctl", "enable_feature_flag", "stream_queue").err()).contains("can be enabled");
    }

    @Test
    void topicPermissionsAreSetListedAndCleared() {
        ok("ctl", "add_user", "ann", "secret");
        assertThat(ok("ctl", "set_topic_permissions", "ann", "amq.topic", "^a", "^b")
                        .out())
                .isEqualTo("Setting topic permissions on \"amq.topic\" for user \"ann\" in vhost \"/\" ...\n");
        ok("ctl", "set_topic_permissions", "ann", "other", "^c", "^d");
        assertThat(ok("ctl", "-q", "list_topic_permissions").out())
                .isEqualTo("user\texchange\twrite\tread\nann\tamq.topic\t^a\t^b\nann\tother\t^c\t^d\n");
        ok("ctl", "clear_topic_permissions", "ann", "amq.topic");
        assertThat(ok("ctl", "-s", "list_user_topic_permissions", "ann").out()).isEqualTo("/\tother\t^c\t^d\n");
        ok("ctl", "clear_topic_permissions", "ann");
        assertThat(ok("ctl", "-s", "list_topic_permissions").out()).isEmpty();
        assertThat(run("ctl", "set_topic_permissions", "nobody", "x", "a", "b").code())
                .isEqualTo(67);
    }

    @Test
    void userLimitsAreSetListedAndCleared() {
        ok("ctl", "add_user", "ann", "secret");
        ok("ctl", "set_user_limits", "ann", "{\"max-connections\":3, \"max-channels\": 5}");
        assertThat(ok("ctl", "-q", "list_user_limits", "--user", "ann").out())
                .isEqualTo("{\"max-connections\":3,\"max-channels\":5}\n");
        ok("ctl", "clear_user_limits", "ann", "max-channels");
        assertThat(ok("ctl", "-q", "list_user_limits", "--global").out())
                .isEqualTo("user\tlimits\nann\t{\"max-connections\":3}\n");
        assertThat(run("ctl", "set_user_limits", "ann", "{\"max-queues\":3}").err())
                .contains("Unrecognised terms [max-queues]");
        ok("ctl", "clear_user_limits", "ann", "all");
        assertThat(ok("ctl", "-q", "list_user_limits", "--user", "ann").out()).isEqualTo("{}\n");
        assertThat(run("ctl", "list_user_limits", "--user", "nobody").code()).isEqualTo(67);
    }

    @Test
    void namesCannotTalkToTheTerminal() throws Exception {
        try (Connection connection = connect()) {
            connection.createChannel().queueDeclare("evil\u001b[31m\tq", false, false, false, Map.of());
            assertThat(ok("ctl", "-s", "list_queues").out()).isEqualTo("evil\uFFFD[31m\\tq\t0\n");
        }
    }
}
