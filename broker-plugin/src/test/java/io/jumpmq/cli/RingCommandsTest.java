package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RingCommandsTest {
    @TempDir
    Path folder = Path.of("");

    private String ring = "";

    @BeforeEach
    void makeRing() {
        ring = folder.resolve("orders.json").toString();
        assertThat(CommandLineRun.of("ring", "set", "--file", ring, "q1=1", "q2=1", "q3=2", "q4=2")
                        .code())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jump", "jump-back", "rabbitmq"})
    void locatePrintsTheBucketOfEachArgument(String algorithm) {
        CommandLineRun run =
                CommandLineRun.of("ring", "locate", "--algorithm", algorithm, "--buckets", "48", "a", "Grüße", "");
        HashAlgorithm by = HashAlgorithm.named(algorithm);
        List<String> expected = Stream.of("a", "Grüße", "")
                .map(key -> key + "\t" + by.bucket(by.hash(key.getBytes(UTF_8)), 48))
                .toList();
        assertThat(run.out().lines()).isEqualTo(expected);
        assertThat(run.code()).isZero();
    }

    @Test
    void locateReadsKeysAsLinesOfBytes() {
        StringBuilder input = new StringBuilder();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            keys.add("order-" + i);
            input.append("order-").append(i).append(i % 3 == 0 ? "\r\n" : "\n");
        }
        keys.add("last, without an end");
        CommandLineRun run = CommandLineRun.withInput(
                (input + "last, without an end").getBytes(UTF_8), "ring", "locate", "--buckets", "10");
        List<String> expected = keys.stream()
                .map(key -> key + "\t" + HashAlgorithm.JUMP.bucket(HashAlgorithm.JUMP.hash(key.getBytes(UTF_8)), 10))
                .toList();
        assertThat(run.out().lines()).isEqualTo(expected);
    }

    @Test
    void locateTakesBytesInHexadecimal() {
        int bucket = HashAlgorithm.JUMP.bucket(HashAlgorithm.JUMP.hash(new byte[] {0, -1}), 1_000);
        assertThat(CommandLineRun.of("ring", "locate", "--hex", "--buckets", "1000", "00ff")
                        .out())
                .isEqualTo("00ff\t" + bucket + "\n");
    }

    @Test
    void locateOnARingFileNamesTheDestination() {
        CommandLineRun byRing = CommandLineRun.of("ring", "locate", "--file", ring, "order-42");
        String bucket = CommandLineRun.of("ring", "locate", "--buckets", "6", "order-42")
                .out()
                .trim();
        assertThat(byRing.out().trim()).startsWith(bucket + "\tq");
    }

    @Test
    void setThenShowTellsSharesEpochAndDigest() {
        assertThat(CommandLineRun.of("ring", "show", "--file", ring).out())
                .contains("6 buckets, jump, epoch 4, digest ")
                .containsPattern("q3 +2 +33\\.3%");
    }

    @Test
    void previewPredictsWhatSetThenDoes() throws IOException {
        String[] changes = {"q5=3", "q1=0"};
        JsonNode preview = Json.MAPPER.readTree(CommandLineRun.of(
                        "ring", "preview", "--file", ring, "--set", changes[0], "--set", changes[1], "--format", "json")
                .out());
        String before = Files.readString(Path.of(ring));
        assertThat(preview.get("moved").doubleValue()).isCloseTo(3.0 / 8, within(1e-12));
        assertThat(preview.get("commands").get(0).get("destination").textValue())
                .isEqualTo("q5");
        CommandLineRun.of("ring", "set", "--file", ring, "--dry-run", changes[0], changes[1]);
        assertThat(Files.readString(Path.of(ring))).as("untouched so far").isEqualTo(before);
        CommandLineRun.of("ring", "set", "--file", ring, changes[0], changes[1]);
        JsonNode shown = Json.MAPPER.readTree(CommandLineRun.of("ring", "show", "--file", ring, "--format", "json")
                .out());
        assertThat(shown).isEqualTo(preview.get("after"));
    }

    @Test
    void theMovementMatrixIsPrinted() {
        assertThat(CommandLineRun.of("ring", "preview", "--file", ring, "--set", "q5=3", "--set", "q1=0")
                        .out())
                .contains("bind q5 with weight 3", "remove q1", "37.5% of all keys move")
                .containsPattern("q1 +16\\.7%")
                .containsPattern("q2 +4\\.2%");
    }

    @Test
    void diffExitsWithOneWhenRingsDiffer() throws IOException {
        Path other = folder.resolve("other.json");
        Files.copy(Path.of(ring), other);
        assertThat(CommandLineRun.of("ring", "diff", ring, other.toString()).code())
                .isZero();
        CommandLineRun.of("ring", "set", "--file", other.toString(), "q3=5");
        CommandLineRun run = CommandLineRun.of("ring", "diff", ring, other.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("22.2% of all keys move");
    }

    @Test
    void namesMayHoldAnythingButControlOfTheTerminal() throws IOException {
        String name = "a=b \"c\" \u001b[31m<é>";
        assertThat(CommandLineRun.of("ring", "set", "--file", ring, name + "=7").code())
                .isZero();
        assertThat(CommandLineRun.of("ring", "check", "--file", ring).out())
                .contains("is sound: 5 destinations, 13 buckets");
        assertThat(CommandLineRun.of("ring", "show", "--file", ring).out()).doesNotContain("\u001b");
        assertThat(Files.readString(Path.of(ring))).doesNotContain("\u001b");
    }

    static Stream<List<String>> badUse() {
        String text = "must be from 1 to 2147483647, not ";
        return Stream.of(
                List.of("--buckets " + text + "0", "ring", "locate", "--buckets", "0", "a"),
                List.of("--buckets " + text + "-1", "ring", "locate", "--buckets", "-1", "a"),
                List.of("--buckets " + text + "2147483648", "ring", "locate", "--buckets", "2147483648", "a"),
                List.of("'abc' is not a whole number", "ring", "locate", "--buckets", "abc", "a"),
                List.of(
                        "use one of jump, jump-back, rabbitmq",
                        "ring",
                        "locate",
                        "--algorithm",
                        "md5",
                        "--buckets",
                        "3",
                        "a"),
                List.of("say which ring", "ring", "locate"),
                List.of("leave out --algorithm", "ring", "locate", "--algorithm", "jump", "orders", "a"),
                List.of("leave out --algorithm", "ring", "locate", "--file", "RING", "--buckets", "3", "a"),
                List.of("leave out --exchange", "ring", "locate", "--file", "RING", "--exchange", "orders", "a"),
                List.of("'zz' is not hexadecimal", "ring", "locate", "--hex", "--buckets", "3", "zz"),
                List.of("there is no file", "ring", "locate", "--file", "MISSING", "a"),
                List.of("is a directory", "ring", "locate", "--file", "FOLDER", "a"),
                List.of("is not a ring file", "ring", "show", "--file", "EMPTY"),
                List.of("is not a ring file", "ring", "show", "--file", "BINARY"),
                List.of("from 0 to 10000, not '10001'", "ring", "preview", "--file", "RING", "--set", "q1=10001"),
                List.of("from 0 to 10000, not '-1'", "ring", "preview", "--file", "RING", "--set", "q1=-1"),
                List.of("from 0 to 10000, not 'abc'", "ring", "set", "--file", "RING", "q1=abc"),
                List.of("from 0 to 10000, not ''", "ring", "set", "--file", "RING", "q1="),
                List.of("'q1' is not NAME=WEIGHT", "ring", "set", "--file", "RING", "q1"),
                List.of("'=1' is not NAME=WEIGHT", "ring", "set", "--file", "RING", "=1"),
                List.of("two weights for q1", "ring", "set", "--file", "RING", "q1=1", "q1=2"),
                List.of("it takes a new file", "ring", "set", "--file", "RING", "--algorithm", "rabbitmq", "q1=2"),
                List.of("there is no folder", "ring", "set", "--file", "MISSING/x", "q1=2"),
                List.of("say which weights: NAME=WEIGHT", "ring", "preview", "--file", "RING"),
                List.of("unknown command 'sohw'; did you mean 'show'? (see 'jumpmq ring --help')", "ring", "sohw"),
                List.of("unknown command 'rign'; did you mean 'ring'?", "rign", "show"),
                List.of("unknown command 'rign'; did you mean 'ring'?", "help", "rign"),
                List.of("unknown option '--fromat'; did you mean '--format'?", "ring", "show", "--fromat=json"),
                List.of("unknown command 'foo' (see 'jumpmq --help')", "foo"),
                List.of("Missing required subcommand", "ring"));
    }

    @ParameterizedTest
    @MethodSource("badUse")
    void badUseIsOneClearLineAndExitCodeTwo(List<String> messageAndArguments) throws IOException {
        Files.write(folder.resolve("EMPTY"), new byte[0]);
        Files.write(folder.resolve("BINARY"), new byte[] {(byte) 0xca, (byte) 0xfe, 0, 1, 2, '\n'});
        String[] arguments = messageAndArguments.stream()
                .skip(1)
                .map(argument -> switch (argument) {
                    case "RING" -> ring;
                    case "FOLDER" -> folder.toString();
                    case "EMPTY", "BINARY", "MISSING", "MISSING/x" ->
                        folder.resolve(argument).toString();
                    default -> argument;
                })
                .toArray(String[]::new);
        CommandLineRun run = CommandLineRun.of(arguments);
        assertThat(run.err())
                .contains(messageAndArguments.get(0))
                .startsWith("jumpmq: ")
                .hasLineCount(1);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void helpIsThereForEveryCommand() {
        for (String command : List.of("locate", "show", "preview", "set", "diff", "check")) {
            CommandLineRun run = CommandLineRun.of("ring", command, "--help");
            assertThat(run.out()).contains("Usage: jumpmq ring " + command);
            assertThat(run.code()).isZero();
        }
        assertThat(CommandLineRun.of("--version").out()).startsWith("JumpMQ ");
        assertThat(CommandLineRun.of("completion").out()).contains("complete -F");
        assertThat(CommandLineRun.of().code()).isEqualTo(2);
    }
}
