package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;

class UniformityCommandTest {
    @TempDir
    Path folder = Path.of("");

    private static byte[] keys(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "order-" + i + "\n")
                .collect(Collectors.joining())
                .getBytes(UTF_8);
    }

    /** Keys that jump puts into the first of two buckets in two cases of three. */
    private static byte[] unevenKeys() {
        return IntStream.range(0, 3_000)
                .mapToObj(i -> "order-" + i)
                .filter(key -> key.hashCode() % 2 == 0
                        || HashAlgorithm.JUMP.bucket(HashAlgorithm.JUMP.hash(key.getBytes(UTF_8)), 2) == 0)
                .map(key -> key + "\n")
                .collect(Collectors.joining())
                .getBytes(UTF_8);
    }

    @Test
    void evenKeysAreUniform() {
        CommandLineRun run =
                CommandLineRun.withInput(keys(100_000), "uniformity", "--keys", "-", "--weights", "1,1,2,2");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("100,000 different", "on 3 degrees of freedom", "verdict       uniform (p ≥ 0.001)");
    }

    @Test
    void unevenKeysAreNot() {
        CommandLineRun run = CommandLineRun.withInput(unevenKeys(), "uniformity", "--keys", "-", "--buckets", "2");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("not uniform (p < 0.001)");
    }

    /** By hand: 30 keys, 20 and 10 where 15 and 15 were expected: 25/15 + 25/15 = 10/3; p = erfc(√(10/6)) = 0.0679. */
    @Test
    void theNumbersAreRight() {
        Uniformity result = Uniformity.of(List.of("a", "b"), new long[] {20, 10}, new int[] {3, 3}, 0, 0.05);
        assertThat(result.statistic()).isCloseTo(10 / 3.0, within(1e-12));
        assertThat(result.pValue()).isCloseTo(0.0679, within(5e-5));
        assertThat(result.cramersV()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(result.maxToMean()).isCloseTo(4 / 3.0, within(1e-12));
        assertThat(result.isUniform()).isTrue();
    }

    @Test
    void aRepeatedKeyCountsOnce() throws IOException {
        byte[] input = (new String(keys(5_000), UTF_8) + "hot\n".repeat(5_000)).getBytes(UTF_8);
        CommandLineRun run =
                CommandLineRun.withInput(input, "uniformity", "--keys", "-", "--buckets", "4", "--format", "json");
        JsonNode json = Json.MAPPER.readTree(run.out());
        assertThat(json.get("keys").intValue()).isEqualTo(5_001);
        assertThat(json.get("repeated").intValue()).isEqualTo(4_999);
        assertThat(json.get("uniform").booleanValue()).isTrue();
    }

    @Test
    void theReportsForMachinesAndEyesAreWritten() throws Exception {
        Path junit = folder.resolve("u.xml");
        Path svg = folder.resolve("u.svg");
        CommandLineRun.withInput(
                unevenKeys(),
                "uniformity",
                "--keys",
                "-",
                "--weights",
                "1,1",
                "--junit",
                junit.toString(),
                "--svg",
                svg.toString());
        Document report = parsed(junit);
        assertThat(report.getDocumentElement().getAttribute("failures")).isEqualTo("1");
        assertThat(report.getElementsByTagName("failure").getLength()).isEqualTo(1);
        Document picture = parsed(svg);
        assertThat(picture.getElementsByTagName("rect").getLength()).isEqualTo(2);
        assertThat(picture.getElementsByTagName("line").getLength()).isEqualTo(2);
    }

    private static Document parsed(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        }
    }

    @Test
    void aRingFileSaysWhoOwnsWhat() throws IOException {
        String ring = folder.resolve("r.json").toString();
        CommandLineRun.of("ring", "set", "--file", ring, "q1=10", "q2=20");
        CommandLineRun run =
                CommandLineRun.withInput(keys(30_000), "uniformity", "--keys", "-", "--file", ring, "--format", "json");
        JsonNode destinations = Json.MAPPER.readTree(run.out()).get("destinations");
        assertThat(destinations.get(0).get("expected").doubleValue()).isCloseTo(10_000, within(1e-6));
        assertThat(destinations.get(1).get("name").textValue()).isEqualTo("q2");
    }

    static Stream<List<String>> badUse() {
        return Stream.of(
                List.of("there are no keys", "--keys", "EMPTY", "--weights", "1,1"),
                List.of("a key with a zero byte", "--keys", "BINARY", "--weights", "1,1"),
                List.of("there is no file", "--keys", "MISSING", "--weights", "1,1"),
                List.of("is a directory", "--keys", "FOLDER", "--weights", "1,1"),
                List.of("nothing to test", "--keys", "GOOD", "--weights", "1"),
                List.of("not '0'", "--keys", "GOOD", "--weights", "1,0"),
                List.of("not '-1'", "--keys", "GOOD", "--weights", "1,-1"),
                List.of("not '10001'", "--keys", "GOOD", "--weights", "1,10001"),
                List.of("not 'abc'", "--keys", "GOOD", "--weights", "1,abc"),
                List.of("not ''", "--keys", "GOOD", "--weights", ""),
                List.of("from 1 to 1000000 here, not 0", "--keys", "GOOD", "--buckets", "0"),
                List.of("from 1 to 1000000 here, not 2147483648", "--keys", "GOOD", "--buckets", "2147483648"),
                List.of("too few keys: 100 different ones; this test needs 500", "--keys", "GOOD", "--buckets", "100"),
                List.of("between 0 and 1, not 2.0", "--keys", "GOOD", "--buckets", "2", "--alpha", "2"),
                List.of("between 0 and 1, not NaN", "--keys", "GOOD", "--buckets", "2", "--alpha", "NaN"),
                List.of("'abc' is not a number", "--keys", "GOOD", "--buckets", "2", "--alpha", "abc"),
                List.of("one of --weights, --buckets and --file", "--keys", "GOOD"),
                List.of(
                        "one of --weights, --buckets and --file",
                        "--keys",
                        "GOOD",
                        "--buckets",
                        "2",
                        "--weights",
                        "1,1"),
                List.of("there is no folder", "--keys", "GOOD", "--buckets", "2", "--svg", "MISSING/x.svg"));
    }

    @ParameterizedTest
    @MethodSource("badUse")
    void badUseIsOneClearLineAndExitCodeTwo(List<String> messageAndArguments) throws IOException {
        Files.write(folder.resolve("EMPTY"), new byte[0]);
        Files.write(folder.resolve("BINARY"), new byte[] {1, 0, 2, '\n', 3});
        Files.write(folder.resolve("GOOD"), keys(100));
        Stream<String> arguments = messageAndArguments.stream().skip(1).map(argument -> switch (argument) {
            case "FOLDER" -> folder.toString();
            case "EMPTY", "BINARY", "MISSING", "GOOD", "MISSING/x.svg" ->
                folder.resolve(argument).toString();
            default -> argument;
        });
        CommandLineRun run = CommandLineRun.of(
                Stream.concat(Stream.of("uniformity"), arguments).toArray(String[]::new));
        assertThat(run.err())
                .contains(messageAndArguments.get(0))
                .startsWith("jumpmq: ")
                .hasLineCount(1);
        assertThat(run.code()).isEqualTo(2);
    }
}
