package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.jumpmq.app.JumpMq;
import io.jumpmq.cli.ctl.CtlCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code jumpmq ctl …} does with a node as a whole. */
class NodeCommandsTest {
    @TempDir
    Path folder;

    private JumpMq broker;

    @BeforeEach
    void start() {
        broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .prometheus(0)
                .dataDirectory(folder)
                .user("watcher", "secret", "monitoring")
                .start();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private record Result(int code, String out, String err) {}

    private Result run(String... arguments) {
        return runAs("guest", arguments);
    }

    private Result runAs(String login, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add(0, "ctl");
        all.add("--uri");
        all.add("http://" + login + "@127.0.0.1:" + broker.managementPort());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console =
                new Console(new ByteArrayInputStream(new byte[0]), out, new PrintWriter(err, true), false, false);
        int code = JumpMqCommand.run(console, List.of(new CtlCommand(console)), all.toArray(String[]::new));
        return new Result(code, out.toString(UTF_8), err.toString());
    }

    private String ok(String... arguments) {
        Result result = run(arguments);
        assertThat(result.code())
                .as("%s: %s%s", Arrays.toString(arguments), result.out(), result.err())
                .isZero();
        return result.out();
    }

    private Connection connect() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    private int scrape() throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + broker.prometheusPort() + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    // Stopping and starting.

    @Test
    void theBrokerIsStoppedAndStartedWithinTheProcess() throws Exception {
        int port = broker.port();
        CompletableFuture<String> goodbye = new CompletableFuture<>();
        try (Connection connection = connect()) {
            connection.addShutdownListener(cause -> goodbye.complete(String.valueOf(cause.getReason())));
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.queueDeclare("kept", true, false, false, null);
            channel.queueDeclare("passing", false, false, false, null);
            channel.basicPublish("", "kept", MessageProperties.PERSISTENT_BASIC, "m".getBytes(UTF_8));
            channel.waitForConfirmsOrDie(10_000);
            ok("set_policy", "p", "^kept$", "{\"max-length\":7}");

            assertThat(ok("stop_app")).startsWith("Stopping rabbit application on node jumpmq@");
            assertThat(goodbye.get(10, TimeUnit.SECONDS)).contains("320");
        } catch (AlreadyClosedException e) {
            // It is closed: that was the point.
        }
        ok("stop_app");
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        assertThat(ok("ping")).endsWith("Ping succeeded\n");
        Result refused = run("list_queues");
        assertThat(refused.code()).isEqualTo(69);
        assertThat(refused.err()).contains("the broker is stopped: 'jumpmq ctl start_app' starts it");
        assertThat(run("check_running").code()).isEqualTo(69);
        assertThat(run("await_startup", "--timeout", "0").code()).isEqualTo(75);
        assertThat(scrape()).isEqualTo(503);

        assertThat(ok("start_app")).startsWith("Starting node jumpmq@");
        ok("start_app");
        ok("await_startup");
        assertThat(broker.port()).isEqualTo(port);
        assertThat(scrape()).isEqualTo(200);
        assertThat(ok("-q", "list_queues", "name", "messages", "policy"))
                .isEqualTo("name\tmessages\tpolicy\nkept\t1\tp\n");
        try (Connection connection = connect()) {
            GetResponse got = connection.createChannel().basicGet("kept", true);
            assertThat(new String(got.getBody(), UTF_8)).isEqualTo("m");
        }
    }

    @Test
    void onlyAnAdministratorStopsAndStarts() {
        assertThat(runAs("watcher:secret", "stop_app").err()).contains("Not administrator user");
        ok("stop_app");
        assertThat(runAs("guest:wrong", "start_app").err()).contains("login refused");
        assertThat(runAs("watcher:secret", "start_app").err()).contains("Not administrator user");
        ok("start_app");
        ok("check_running");
    }

    @Test
    void aStoppedBrokerCanBeClosed() {
        ok("stop_app");
        broker.close();
        try (JumpMq next = JumpMq.builder().port(-1).dataDirectory(folder).start()) {
            assertThat(next).isNotNull();
        }
    }

    // Limits.

    @Test
    void aMemoryLimitOfNothingHasAllPublishersWait() throws Exception {
        try (Connection connection = connect()) {
            CompletableFuture<String> blocked = new CompletableFuture<>();
            CompletableFuture<Boolean> unblocked = new CompletableFuture<>();
            connection.addBlockedListener(blocked::complete, () -> unblocked.complete(true));
            Channel channel = connection.createChannel();
            channel.queueDeclare("q", false, false, false, null);

            assertThat(ok("set_vm_memory_high_watermark", "0"))
                    .matches("Setting memory threshold on jumpmq@.* to 0 ...\n");
            channel.basicPublish("", "q", null, new byte[1]);
            assertThat(blocked.get(10, TimeUnit.SECONDS)).contains("memory");
            assertThat(run("check_alarms").err()).contains("Memory alarm on node");

            ok("set_vm_memory_high_watermark", "absolute", "100MB");
            assertThat(unblocked.get(10, TimeUnit.SECONDS)).isTrue();
            ok("check_alarms");
            assertThat(ok("status")).contains("Memory high watermark: 0.1000 gb");
        }
        Result refused = run("set_vm_memory_high_watermark", "7");
        assertThat(refused.code()).isEqualTo(65);
        assertThat(refused.err()).contains("vm_memory_high_watermark.relative = 7: it must be a number from 0 to 0.9");
        assertThat(run("set_vm_memory_high_watermark", "relative", "1").code()).isEqualTo(64);
    }

    @Test
    void aDiskLimitBeyondTheDiskHasAllPublishersWait() throws Exception {
        try (Connection connection = connect()) {
            CompletableFuture<String> blocked = new CompletableFuture<>();
            CompletableFuture<Boolean> unblocked = new CompletableFuture<>();
            connection.addBlockedListener(blocked::complete, () -> unblocked.complete(true));
            Channel channel = connection.createChannel();
            channel.queueDeclare("q", true, false, false, null);

            ok("set_disk_free_limit", "1000000TB");
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
                channel.basicPublish("", "q", MessageProperties.PERSISTENT_BASIC, new byte[1]);
                return blocked.isDone();
            });
            assertThat(unblocked).isNotDone();
            assertThat(run("check_alarms").err()).contains("disk space alarm");
            ok("set_disk_free_limit", "mem_relative", "0");
            assertThat(unblocked.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    // The firehose.

    @Test
    void tracingIsSwitchedOnAndOff() throws Exception {
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            channel.queueDeclare("firehose", false, true, false, null);
            channel.queueBind("firehose", "amq.rabbitmq.trace", "publish.amq.fanout");
            assertThat(ok("trace_on")).isEqualTo("Starting tracing for vhost \"/\" ...\nTrace enabled for vhost /\n");
            assertThat(ok("-q", "list_vhosts", "name", "tracing")).isEqualTo("name\ttracing\n/\ttrue\n");
            channel.txSelect();
            channel.basicPublish("amq.fanout", "k", null, "1".getBytes(UTF_8));
            assertThat(channel.messageCount("firehose")).isOne();
            assertThat(ok("trace_off")).endsWith("Trace disabled for vhost /\n");
            channel.basicPublish("amq.fanout", "k", null, "2".getBytes(UTF_8));
            assertThat(channel.messageCount("firehose")).isOne();
        }
        assertThat(run("trace_on", "-p", "none").code()).isEqualTo(65);
        ok("stop_app");
        ok("start_app");
        assertThat(ok("-q", "list_vhosts", "name", "tracing")).contains("/\tfalse\n");
    }

    // Settings, logs, reports.

    @Test
    void theEnvironmentTellsWhatIsInEffect() {
        ok("set_vm_memory_high_watermark", "0.25");
        assertThat(ok("-q", "environment"))
                .contains("vm_memory_high_watermark.relative = 0.25\n", "default_pass = ********\n", "heartbeat = 60\n")
                .doesNotContain("guest\ndefault_pass = guest");
        Result refused = run("set_log_level", "shout");
        assertThat(refused.code()).isEqualTo(69);
        assertThat(refused.err()).contains("Try one of debug, info, warning, error, critical, none");
        ok("stop_app");
        ok("start_app");
        assertThat(ok("-q", "environment")).contains("vm_memory_high_watermark.relative = 0.4\n");
        assertThat(runAs("watcher:secret", "environment").code()).isEqualTo(69);
    }

    @Test
    void theReportHasEverything() throws Exception {
        ok("add_vhost", "other");
        assertThat(ok("report"))
                .contains(
                        "Reporting server status of node jumpmq@",
                        "Cluster name:",
                        "heartbeat = 60",
                        "Listing connections ...",
                        "Listing queues for vhost other ...",
                        "Listing policies for vhost \"/\" ...");
    }
}
