package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.cli.Console;
import io.jumpmq.cli.DemoCommand;
import io.jumpmq.cli.JumpMqCommand;
import io.jumpmq.cli.ctl.CtlCommand;
import io.jumpmq.cli.perf.PerfCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every command, and every verb of ctl, exits with the codes that its help tells. */
class ExitCodesTest {
    private static final String NOWHERE = "http://127.0.0.1:1";
    private static final String NOWHERE_AMQP = "amqp://127.0.0.1:1";

    @TempDir
    static Path folder;

    private record Result(int code, String out, String err) {}

    private static Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                new ByteArrayInputStream("{}".getBytes(UTF_8)), out, new PrintWriter(err, true), false, false);
        List<Object> commands = List.of(
                new ServerCommand(),
                new ConfigCommand(console),
                new PerfCommand(console),
                new CtlCommand(console),
                new DemoCommand(console, () -> {
                    throw new IllegalStateException("no broker is to be started here");
                }));
        int code = JumpMqCommand.run(console, commands, arguments);
        return new Result(code, out.toString(UTF_8), err.toString());
    }

    private static String[] words(String line) {
        return line.split(" ", -1);
    }

    /** The commands below one, as its help lists them. */
    private static Stream<String> below(String command) {
        String help = run(words((command + " --help").strip())).out();
        return Pattern.compile("^  ([a-z]\\w*)", Pattern.MULTILINE)
                .matcher(help.substring(Math.max(0, help.indexOf("Commands:"))))
                .results()
                .map(match -> match.group(1));
    }

    @TestFactory
    Stream<DynamicTest> wrongUsage() {
        // The other two take what does not fit for a call for help.
        List<String> commands = new ArrayList<>(below("")
                .filter(command -> !command.equals("help") && !command.equals("completion"))
                .toList());
        assertThat(commands).contains("ring", "uniformity", "store", "server", "config", "perf", "ctl", "demo");
        for (String group : List.of("ring", "store")) {
            below(group).forEach(command -> commands.add(group + " " + command));
        }
        return commands.stream()
                .map(command -> DynamicTest.dynamicTest(command, () -> {
                    Result wrong = run(words(command + " --hepl"));
                    if (wrong.err().contains("Missing required parameter")) {
                        wrong = run(words(
                                command + " x".repeat(wrong.err().split("'[A-Z]", -1).length - 1) + " --hepl"));
                    }
                    assertThat(wrong.err())
                            .startsWith("jumpmq: ")
                            .hasLineCount(1)
                            .contains("did you mean '--help'?");
                    assertThat(wrong.code()).isEqualTo(command.equals("ctl") ? 64 : 2);
                }));
    }

    @TestFactory
    Stream<DynamicTest> aBrokerThatCannotBeReached() throws Exception {
        Path ring = folder.resolve("ring.json");
        run("ring", "set", "--file", ring.toString(), "q1=1");
        return Stream.of(
                        "ring locate orders key",
                        "ring show orders",
                        "ring preview orders q1=1",
                        "ring set orders q1=1",
                        "ring diff --exchange orders " + ring,
                        "ring check orders",
                        "ring drain orders q1",
                        "ring export orders",
                        "ring import orders " + ring,
                        "ring history orders",
                        "uniformity --exchange even --queues u1=1 --load 10",
                        "demo",
                        "perf -z 1")
                .map(command -> DynamicTest.dynamicTest(command, () -> {
                    boolean overHttp = command.startsWith("ring");
                    Result result = run(words(command + " --uri " + (overHttp ? NOWHERE : NOWHERE_AMQP)));
                    assertThat(result.err())
                            .startsWith("jumpmq: ")
                            .hasLineCount(1)
                            .contains("127.0.0.1:1");
                    assertThat(result.code()).isEqualTo(3);
                    assertThat(result.out()).isEmpty();
                }));
    }

    @TestFactory
    Stream<DynamicTest> verbsOfABrokerThatCannotBeReached() throws Exception {
        Path definitions = Files.writeString(folder.resolve("definitions.json"), "{}");
        return Pattern.compile("^  (\\w+)(.*)$", Pattern.MULTILINE)
                .matcher(run("ctl", "help").out())
                .results()
                .map(verb -> DynamicTest.dynamicTest(verb.group(1), () -> {
                    List<String> line = new ArrayList<>(List.of("ctl", verb.group(1)));
                    line.addAll(arguments(verb, definitions));
                    line.addAll(List.of("--uri", NOWHERE, "--timeout", "0"));
                    Result result = run(line.toArray(String[]::new));
                    assertThat(result.code())
                            .as(result.err())
                            .isIn(verb.group(1).equals("await_startup") ? 75 : 69, 70);
                    if (result.code() == 70) {
                        assertThat(result.err()).contains("has no meaning for JumpMQ");
                    }
                }));
    }

    /** Something for each argument that a verb needs, of the first of several ways to use it. */
    private static List<String> arguments(MatchResult verb, Path definitions) {
        String first = verb.group(2).replaceAll("\\[[^\\]]*\\]", "").replaceAll("> \\|.*", ">");
        return Arrays.stream(first.split("<", -1))
                .skip(1)
                .map(name -> argument(name.replace(">", "").strip(), definitions))
                .toList();
    }

    private static String argument(String name, Path definitions) {
        if (name.startsWith("file")) {
            return definitions.toString();
        }
        return switch (name) {
            case "definition", "value" -> "{\"a\":1}";
            case "fraction", "disk_limit" -> "1";
            default -> "x";
        };
    }
}
