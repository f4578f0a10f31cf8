package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher and the jar, as a user starts them. */
class LauncherIT {
    private static final Path LAUNCHER =
            Path.of("..", "jumpmq").toAbsolutePath().normalize();
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path folder = Path.of("");

    private record Result(int code, String out, String err) {}

    private Result run(Path launcher, String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(Arrays.asList(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Path in = Files.writeString(folder.resolve("in"), input);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    void commandsRunFromAnywhereAndThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("linked"), LAUNCHER);
        Result version = run(link, "", "--version");
        assertThat(version.out()).startsWith("JumpMQ ").contains("Java " + System.getProperty("java.version"));
        assertThat(version.err()).isEmpty();
        Result located = run(LAUNCHER, "order-42\n", "ring", "locate", "--buckets", "480");
        assertThat(located.out()).isEqualTo("order-42\t211\n");
        Result wrong = run(LAUNCHER, "", "ring", "locate", "--buckets", "0", "a");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).isEqualTo("jumpmq: --buckets must be from 1 to 2147483647, not 0\n");
    }

    @Test
    void theServerServesAndStopsWhenItIsTold() throws Exception {
        Process server = new ProcessBuilder(
                        LAUNCHER.toString(),
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
                .redirectError(folder.resolve("log").toFile())
                .start();
        try (BufferedReader banner = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
            Matcher port = Pattern.compile("on 127\\.0\\.0\\.1:(\\d+)").matcher(String.valueOf(banner.readLine()));
            assertThat(port.find()).isTrue();
            ConnectionFactory factory = new ConnectionFactory();
            factory.setPort(Integer.parseInt(port.group(1)));
            factory.setAutomaticRecoveryEnabled(false);
            Connection connection = factory.newConnection();
            List<Integer> goodbyes = new ArrayList<>();
            connection.addShutdownListener(cause -> goodbyes.add(code(cause.getReason())));
            Channel channel = connection.createChannel();
            String queue = channel.queueDeclare().getQueue();
            channel.basicPublish("", queue, null, "hello".getBytes(UTF_8));
            assertThat(new String(channel.basicGet(queue, true).getBody(), UTF_8))
                    .isEqualTo("hello");
            server.destroy(); // SIGTERM
            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(connection.isOpen()).isFalse();
            assertThat(goodbyes).containsExactly(320);
            assertThat(server.exitValue()).isZero();
        } finally {
            server.destroyForcibly();
        }
    }

    private static int code(Object reason) {
        return reason instanceof AMQP.Connection.Close close ? close.getReplyCode() : -1;
    }

    @Test
    void aBuildWithoutAPlaceForItIsOneClearLine() throws Exception {
        Path launcher = Files.copy(LAUNCHER, folder.resolve("jumpmq"));
        Files.createDirectories(folder.resolve("broker-plugin/src"));
        Path target = Files.createFile(folder.resolve("broker-plugin/target"));
        Result result = run(launcher, "", "--version");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("jumpmq: JumpMQ has not been built, and " + target.toRealPath() + " cannot be written to")
                .hasLineCount(1);
    }

    @Test
    void aPortThatIsTakenIsOneClearLine() throws Exception {
        try (JumpMq other = JumpMq.builder().host("127.0.0.1").port(0).start()) {
            Result result = run(LAUNCHER, "", "server", "--host", "127.0.0.1", "--port", String.valueOf(other.port()));
            assertThat(result.code()).isEqualTo(2);
            assertThat(result.err()).startsWith("jumpmq: cannot listen on").hasLineCount(1);
        }
    }
}
