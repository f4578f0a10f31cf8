package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.Exchange;
import org.springframework.amqp.core.ExchangeBuilder;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.adapter.MessageListenerAdapter;

/**
 * Other people's clients, unmodified, against the built jar. One that is not installed is skipped, unless {@code
 * -Dclients.required=true}: then it fails.
 */
class ClientsIT {
    private static final boolean REQUIRED = Boolean.getBoolean("clients.required");
    private static final long PATIENCE_SECONDS = 90;
    private static final Path PROGRAMS =
            Path.of("src", "test", "resources", "clients").toAbsolutePath();

    @TempDir
    private static Path folder = Path.of("");

    private static Process broker = startLater();
    private static int port;

    /** Only to have a value before {@link #start}. */
    private static Process startLater() {
        try {
            return new ProcessBuilder("true").start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void start() throws IOException {
        broker = new ProcessBuilder(
                        java(),
                        "-jar",
                        Path.of("target", "jumpmq.jar").toAbsolutePath().toString(),
                        "server",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "0",
                        "--management-port",
                        "0",
                        "--prometheus-port",
                        "0",
                        "--data-dir",
                        folder.resolve("data").toString())
                .redirectError(folder.resolve("broker.log").toFile())
                .start();
        BufferedReader banner = new BufferedReader(new InputStreamReader(broker.getInputStream(), UTF_8));
        Matcher matcher = Pattern.compile("on 127\\.0\\.0\\.1:(\\d+)").matcher(String.valueOf(banner.readLine()));
        assertThat(matcher.find()).isTrue();
        port = Integer.parseInt(matcher.group(1));
    }

    @AfterAll
    static void stop() {
        broker.destroy();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Runs a program to its end, which has to be a good one. */
    private static String run(String... command) throws Exception {
        return run(List.of(command));
    }

    private static String run(List<String> command) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(output);
        assertThat(ended).as(command + " goes on and on:\n" + text).isTrue();
        assertThat(process.exitValue()).as(command + ":\n" + text).isZero();
        return text;
    }

    /** Skips what cannot be run here, or fails if it has to be. */
    private static void need(String what, String... probe) throws Exception {
        boolean there;
        try {
            Process process = new ProcessBuilder(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            there = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            there = false;
        }
        if (!there && REQUIRED) {
            fail("install " + what);
        }
        assumeTrue(there, "not installed: " + what);
    }

    private static String python() {
        return Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";
    }

    @Test
    void pikaPlaysTheTutorials() throws Exception {
        need("pika (python3-pika)", python(), "-c", "import pika");
        assertThat(run(python(), PROGRAMS.resolve("tutorials.py").toString(), String.valueOf(port)))
                .contains("hello works", "consistent_hash works")
                .hasLineCount(8);
    }

    @Test
    void librabbitmqsToolsWork() throws Exception {
        need("amqp-tools", "amqp-publish", "--help");
        String url = "--url=amqp://guest:guest@127.0.0.1:" + port;
        assertThat(run("amqp-declare-queue", url, "-q", "tools").trim()).isEqualTo("tools");
        run("amqp-publish", url, "-r", "tools", "-p", "-b", "first");
        run("amqp-publish", url, "-r", "tools", "-b", "second");
        assertThat(run("amqp-get", url, "-q", "tools")).isEqualTo("first");
        assertThat(run("amqp-consume", url, "-q", "tools", "-c", "1", "cat")).isEqualTo("second");
        assertThat(run("amqp-delete-queue", url, "-q", "tools").trim()).isEqualTo("0");
    }

    @Test
    void amqplibWorks() throws Exception {
        String modules = System.getProperty("clients.node.modules", "target/node_modules");
        Path folderOfModules = Path.of(modules).toAbsolutePath();
        need(
                "Node.js, and amqplib into " + folderOfModules,
                "node",
                "-e",
                "require('" + folderOfModules.resolve("amqplib") + "')");
        // The program is copied beside the modules, where Node looks for them.
        Path program = folderOfModules.resolveSibling("patterns.js");
        Files.writeString(program, Files.readString(PROGRAMS.resolve("patterns.js")));
        assertThat(run("node", program.toString(), String.valueOf(port))).contains("amqplib works");
    }

    @Test
    void perfTestPublishesAndConsumes() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "com.rabbitmq.perf.PerfTest",
                "--uri",
                "amqp://guest:guest@127.0.0.1:" + port));
        command.addAll(
                Arrays.asList("-x", "1", "-y", "1", "-C", "10000", "-D", "10000", "-c", "100", "-f", "persistent"));
        command.addAll(Arrays.asList("-u", "perf-test", "--qos", "50"));
        assertThat(run(command)).contains("sending rate avg", "receiving rate avg");
    }

    /** What Spring's listener containers call. */
    public static final class Listener {
        private final List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();

        public @Nullable String handle(String message) {
            seen.add(message);
            return message.equals("question") ? "re: " + message : null;
        }
    }

    @Test
    void springSendsListensConfirmsAndAsks() throws Exception {
        CachingConnectionFactory factory = new CachingConnectionFactory("127.0.0.1", port);
        factory.setPublisherConfirmType(CachingConnectionFactory.ConfirmType.CORRELATED);
        factory.setPublisherReturns(true);
        try {
            RabbitAdmin admin = new RabbitAdmin(factory);
            Exchange exchange = ExchangeBuilder.consistentHashExchange("spring-hash")
                    .hashHeader("tenant")
                    .build();
            admin.declareExchange(exchange);
            Listener listener = new Listener();
            SimpleMessageListenerContainer container = new SimpleMessageListenerContainer(factory);
            for (int weight = 1; weight <= 2; weight++) {
                Queue queue = QueueBuilder.durable("spring-" + weight).build();
                admin.declareQueue(queue);
                Binding binding = BindingBuilder.bind(queue)
                        .to(exchange)
                        .with(String.valueOf(weight))
                        .noargs();
                admin.declareBinding(binding);
                container.addQueues(queue);
            }
            container.setMessageListener(new MessageListenerAdapter(listener, "handle"));
            container.setConcurrentConsumers(2);
            container.afterPropertiesSet();
            container.start();
            RabbitTemplate template = new RabbitTemplate(factory);
            template.setMandatory(true);
            CorrelationData last = new CorrelationData();
            for (int i = 0; i < 100; i++) {
                int tenant = i;
                last = new CorrelationData("message " + i);
                template.convertAndSend(
                        "spring-hash",
                        "",
                        "message " + i,
                        message -> {
                            message.getMessageProperties().setHeader("tenant", "tenant-" + tenant);
                            return message;
                        },
                        last);
            }
            assertThat(last.getFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS).isAck())
                    .isTrue();
            assertThat(template.convertSendAndReceive("", "spring-1", "question"))
                    .isEqualTo("re: question");
            org.awaitility.Awaitility.await().until(() -> listener.seen.size() == 101);
            CorrelationData nowhere = new CorrelationData("nowhere");
            template.convertAndSend("", "no such queue", "x", nowhere);
            assertThat(nowhere.getFuture()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .isAck())
                    .isTrue();
            assertThat(String.valueOf(nowhere.getReturned())).contains("NO_ROUTE");
            template.stop(); // Its listener for replies would look for the broker for ever.
            container.stop();
        } finally {
            factory.destroy();
        }
    }
}
