package io.jumpmq.management;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import io.jumpmq.broker.Broker;
import io.jumpmq.broker.MemoryBudget;
import io.jumpmq.broker.MessageStore;
import io.jumpmq.broker.catalog.VolatileCatalogLog;
import io.jumpmq.broker.loop.SteadyClock;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.LoginGuard;
import io.jumpmq.session.Connections;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.transport.EventLoops;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The log tells what happened, to whom it may concern, and keeps secrets to itself. */
class AuditTest {
    private static final String SECRET = "hunter2-and-more";

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final Level levelBefore = root.getLevel();
    private final AppenderBase<ILoggingEvent> memory = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLoggerName().startsWith("jumpmq.")) {
                lines.add(event.getLoggerName() + ' ' + event.getFormattedMessage());
            }
        }
    };

    private JumpMq broker;
    private Api api;

    @BeforeEach
    void start() {
        memory.start();
        root.addAppender(memory);
        root.setLevel(Level.INFO);
        broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .messageMemory(1 << 20)
                .start();
        api = Api.of(broker);
    }

    @AfterEach
    void stop() {
        broker.close();
        root.detachAppender(memory);
        root.setLevel(levelBefore);
    }

    private List<String> audited() {
        return lines.stream()
                .filter(line -> line.startsWith("jumpmq.audit "))
                .map(line -> line.substring("jumpmq.audit ".length()))
                .toList();
    }

    /** What the log has told of the last request. */
    private String lastAudited() {
        List<String> all = audited();
        return all.isEmpty() ? "" : all.get(all.size() - 1);
    }

    /** Method, space, template: all that the API knows that changes something. */
    private static List<String> changingRequests() throws Exception {
        MemoryBudget memory = new MemoryBudget(1 << 20, 1 << 20, () -> {});
        EventLoops loops = new EventLoops(1, SteadyClock.ofMachine(), failure -> {});
        try (HttpThreads threads = new HttpThreads()) {
            Broker broker = new Broker(
                    TestIds.NODE,
                    loops.loops(),
                    loops.catalogLoop(),
                    ServiceLoader.load(ExchangeType.class),
                    memory,
                    new VolatileCatalogLog(),
                    MessageStore.VOLATILE);
            Node node = new Node(
                    "n",
                    "v",
                    SteadyClock.ofMachine(),
                    broker,
                    new Connections(),
                    memory,
                    null,
                    "",
                    BasicFormat.INSTANCE,
                    List.of(),
                    List::of);
            Authenticator authenticator = new Authenticator(name -> null, Set.of(), new LoginGuard(() -> 0));
            try (ManagementServer server =
                    new ManagementServer(threads, node, authenticator, new NoControl(), "", Cors.NONE)) {
                return server.routes().changing();
            }
        } finally {
            loops.close();
        }
    }

    @Test
    void everyChangingRequestLeavesOneLine() throws Exception {
        List<String> requests = changingRequests();
        assertThat(requests)
                .hasSizeGreaterThan(30)
                .contains("PUT /api/users/{user}", "DELETE /api/queues/{vhost}/{name}/contents")
                .noneMatch(request -> request.endsWith("/preview"));
        for (String request : requests) {
            String method = request.substring(0, request.indexOf(' '));
            String path = request.substring(request.indexOf(' ') + 1)
                    .replace("{vhost}", "%2F")
                    .replaceAll("\\{\\w+}", "nobody");
            lines.clear();
            int status = api.ask(method, path.substring("/api/".length()), "{}").status();
            assertThat(audited()).as(request).hasSize(1);
            assertThat(lastAudited())
                    .startsWith("user 'guest' at 127.0.0.1: " + method + " " + path + " ")
                    .contains("-> " + status);
        }
    }

    @Test
    void questionsLeaveNone() {
        api.get("users").expect(200);
        api.get("users/nobody").expect(404);
        api.post("rings/%2f/nobody/preview", "{}");
        assertThat(audited()).isEmpty();
    }

    @Test
    void itSaysWhatWasDoneAndWhatWasRefused() {
        api.put("users/bob", "{\"password\":\"" + SECRET + "\",\"tags\":\"management\"}")
                .expect(201);
        assertThat(lastAudited())
                .isEqualTo("user 'guest' at 127.0.0.1: PUT /api/users/bob password=… tags=\"management\" -> 201");
        api.put("permissions/%2f/bob", "{\"configure\":\"^b\",\"write\":\"\",\"read\":\".*\"}")
                .expect(201);
        assertThat(lastAudited()).endsWith("configure=\"^b\" write=\"\" read=\".*\" -> 201");
        api.put("policies/%2f/p", "{\"pattern\":\"^q\",\"definition\":{\"max-length\":5}}")
                .expect(201);
        assertThat(lastAudited()).contains("pattern=\"^q\" definition={\"max-length\":5}");
        api.as("bob", SECRET).delete("users/guest").expect(401);
        assertThat(lastAudited())
                .isEqualTo("user 'bob' at 127.0.0.1: DELETE /api/users/guest -> 401 Not administrator user");
        api.put("vhosts/v", "{}").expect(201);
        api.delete("vhosts/v").expect(204);
        assertThat(lastAudited()).endsWith("DELETE /api/vhosts/v -> 204");
        api.ask("DELETE", "connections/nobody", null, "X-Reason", "maintenance");
        assertThat(lastAudited()).contains("because 'maintenance' -> 404");
        api.post("definitions", "{\"vhosts\":[{\"name\":\"w\"}]}").expect(204);
        assertThat(lastAudited()).contains("POST /api/definitions vhosts=… (1) -> 204");
        assertThat(lines).contains("jumpmq.definitions Definitions are imported: 1 vhosts");
    }

    @Test
    void secretsAreNeverTold() {
        api.put("users/bob", "{\"password\":\"" + SECRET + "\",\"tags\":\"\"}").expect(201);
        api.put("users/bob", "{\"password\":\"" + SECRET + "\"}").expect(400);
        api.put("users/bob", "{\"password\": " + SECRET + "}").expect(400);
        api.put("users/bob", "{\"password_hash\":\"" + SECRET + "\",\"tags\":\"\"}")
                .expect(400);
        api.post("definitions", "{\"users\":[{\"name\":\"carol\",\"password_hash\":\"" + SECRET + "\"}]}");
        api.put("parameters/federation-upstream/%2f/up", "{\"value\":{\"uri\":\"amqp://a:" + SECRET + "@b\"}}");
        api.put("global-parameters/g", "{\"value\":\"" + SECRET + "\"}");
        api.post(
                "exchanges/%2f/amq.direct/publish",
                "{\"payload\":\"" + SECRET
                        + "\",\"payload_encoding\":\"string\",\"properties\":{},\"routing_key\":\"k\"}");
        String quoted = api.put("vhost-limits/%2f/max-queues", "{\"value\":\"" + SECRET + "\"}")
                .text();
        assertThat(quoted).as("a refusal that quotes").contains(SECRET);
        api.as("bob", SECRET + "-wrong").put("users/bob", "{}").expect(401);
        api.as("bob", SECRET).put("users/bob", "{\"password\":\"" + SECRET + "\",\"tags\":\"\"}");
        assertThat(audited()).hasSize(9);
        assertThat(lines).noneMatch(line -> line.contains(SECRET));
    }

    private Connection connect(String user, String password) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setPort(broker.port());
        factory.setUsername(user);
        factory.setPassword(password);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    @Test
    void whatClientsTakeAwayIsTold() throws Exception {
        try (Connection connection = connect("guest", "guest")) {
            Channel channel = connection.createChannel();
            channel.exchangeDeclare("x", "direct", true);
            channel.queueDeclare("q", true, false, false, null);
            channel.queueDeclare("passing", false, true, true, null);
            channel.basicPublish("", "q", null, new byte[0]);
            channel.queuePurge("q");
            channel.queueDelete("q");
            channel.queueDelete("passing");
            channel.exchangeDelete("x");
        }
        assertThat(audited().stream().map(line -> line.replaceFirst(".*\\): ", "")))
                .containsExactly(
                        "purged queue 'q' in vhost '/' with 1 ready messages",
                        "deleted queue 'q' in vhost '/' with 0 ready messages",
                        "deleted exchange 'x' in vhost '/'");
        assertThat(audited().get(0)).matches("user 'guest' at 127\\.0\\.0\\.1:\\d+ \\(connection \\d+\\): .*");
    }

    @Test
    void connectionsComeAndGo() throws Exception {
        connect("guest", "guest").close();
        awaitLine("user 'guest' closed: by its client");
        connect("guest", "guest").abort();
        Connection told = connect("guest", "guest");
        api.delete("connections/username/guest").expect(204);
        awaitLine("user 'guest' closed: Closed via management");
        told.abort();
    }

    private void awaitLine(String text) {
        await().atMost(20, SECONDS).untilAsserted(() -> assertThat(lines).anyMatch(line -> line.contains(text)));
    }

    @Test
    void alarmsBeginAndEnd() throws Exception {
        try (Connection connection = connect("guest", "guest")) {
            Channel channel = connection.createChannel();
            channel.queueDeclare("q", false, false, false, null);
            for (int i = 0; i < 20; i++) {
                channel.basicPublish("", "q", null, new byte[100_000]);
            }
            awaitLine("jumpmq.alarm The memory alarm is on, publishers have to wait: ");
            assertThat(lines).anyMatch(line -> line.contains("the limit is 1.0 MiB (vm_memory_high_watermark)"));
            api.delete("queues/%2f/q").expect(204);
            awaitLine("jumpmq.alarm The memory alarm is over: ");
        }
    }

    @Test
    void aNodeStartsAndStops() {
        assertThat(lines)
                .anyMatch(
                        line -> line.matches(
                                "jumpmq\\.server Node jumpmq@.* has started, version .*, without a data directory: AMQP 0-9-1 on .*"));
        broker.close();
        assertThat(lines)
                .contains("jumpmq.server The node stops")
                .last()
                .isEqualTo("jumpmq.server The node has stopped");
    }

    /** Nobody asks for anything: only which paths there are. */
    private static final class NoControl implements Control {
        @Override
        public Map<String, String> settings() {
            return Map.of();
        }

        @Override
        public Set<String> chosen() {
            return Set.of();
        }

        @Override
        public List<String> recentLog() {
            return List.of();
        }

        @Override
        public void set(String key, String value) {}

        @Override
        public void rotateLogs() {}

        @Override
        public void stop() {}

        @Override
        public void start() {}
    }
}
