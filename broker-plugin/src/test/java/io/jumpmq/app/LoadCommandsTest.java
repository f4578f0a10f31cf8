package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.cli.Console;
import io.jumpmq.cli.DemoCommand;
import io.jumpmq.cli.JumpMqCommand;
import io.jumpmq.cli.perf.PerfCommand;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The commands that load a broker, on one in this process. */
class LoadCommandsTest {
    private static JumpMq broker = start();

    private static JumpMq start() {
        return JumpMq.builder().host("127.0.0.1").port(0).start();
    }

    @BeforeAll
    static void isThere() {
        assertThat(broker.port()).isPositive();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private record Result(int code, String out, String err) {}

    private static Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(InputStream.nullInputStream(), out, new PrintWriter(err, true), false, false);
        List<Object> commands = List.of(new PerfCommand(console), new DemoCommand(console, () -> {
            throw new AssertionError("somebody answers");
        }));
        int code = JumpMqCommand.run(console, commands, arguments);
        return new Result(code, out.toString(UTF_8), err.toString());
    }

    private static JsonNode perf(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("perf", "--uri", broker.uri(), "--format", "json"));
        arguments.addAll(List.of(more));
        Result result = run(arguments.toArray(String[]::new));
        assertThat(result.code()).as(result.err()).isZero();
        return new ObjectMapper().readTree(result.out());
    }

    @Test
    void perfCountsEveryMessageOnce() throws Exception {
        JsonNode result = perf("-u", "counted", "-x", "2", "-y", "2", "-C", "5000", "-D", "10000", "-s", "100");
        assertThat(result.get("sent").asLong()).isEqualTo(10_000);
        assertThat(result.get("received").asLong()).isEqualTo(10_000);
        assertThat(result.get("latency_us").get("p50").asLong()).isPositive();
    }

    @Test
    void perfCountsConfirmsAndReturns() throws Exception {
        JsonNode confirmed = perf("-u", "confirmed", "-y", "0", "-c", "50", "-C", "3000", "-f", "persistent");
        assertThat(confirmed.get("confirmed").asLong()).isEqualTo(3000);
        JsonNode returned = perf("-e", "amq.fanout", "-p", "-y", "0", "-c", "10", "-C", "100", "-f", "mandatory");
        assertThat(returned.get("returned").asLong()).isEqualTo(100);
    }

    @Test
    void perfSpreadsRandomKeysOverAHashExchange() throws Exception {
        JsonNode result = perf(
                "-t",
                "x-consistent-hash",
                "-e",
                "spread",
                "--queue-pattern",
                "spread-%d",
                "--queue-pattern-to",
                "4",
                "-y",
                "4",
                "-K",
                "-C",
                "20000",
                "-D",
                "20000");
        assertThat(result.get("received").asLong()).isEqualTo(20_000);
    }

    @Test
    void perfKeepsToARate() throws Exception {
        JsonNode result = perf("-u", "slow", "-r", "500", "-C", "250", "-D", "250");
        assertThat(result.get("seconds").asDouble()).isGreaterThan(0.45);
    }

    @Test
    void perfTellsWhatIsWrongInOneLine() {
        assertThat(run("perf", "--uri", "http://localhost").err())
                .isEqualTo("jumpmq: 'http://localhost' is no URI such as amqp://guest:guest@localhost:5672\n");
        assertThat(run("perf", "--size", "4").code()).isEqualTo(2);
        Result refused = run("perf", "--uri", broker.uri().replace("guest:guest", "guest:wrong"));
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err()).contains("ACCESS_REFUSED").hasLineCount(1);
        Result nobody = run("perf", "--uri", "amqp://127.0.0.1:1");
        assertThat(nobody.err()).isEqualTo("jumpmq: nobody answers at 127.0.0.1:1: is the broker running?\n");
    }

    @Test
    void theDemoSeesWhatWasPredicted() throws Exception {
        Result result = run("demo", "--uri", broker.uri(), "--messages", "20000", "--format", "json");
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(json.get("steps")).hasSize(4);
        JsonNode leaves = json.get("steps").get(2);
        assertThat(leaves.get("predicted_moved").asDouble())
                .isEqualTo(3.0 / 14, org.assertj.core.data.Offset.offset(1e-9));
        long sum = 0;
        for (JsonNode count : leaves.get("counts")) {
            sum += count.asLong();
        }
        assertThat(sum).isEqualTo(20_000);
    }

    @Test
    void theDemoDrawsBarsForPeople() {
        Result result = run("demo", "--uri", broker.uri(), "--messages", "3000");
        assertThat(result.out())
                .contains("queue-5 joins with weight 2", "keys that move: predicted 25.00 %", "█")
                .doesNotContain("\u001b");
    }
}
