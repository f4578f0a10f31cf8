package io.jumpmq.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.app.TestCertificate;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever types what the README shows, in its order, sees what it shows. */
class ReadmeIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String PROMPT = "    $ ";
    private static final long PATIENCE_SECONDS = 120;

    /** Commands whose numbers are another machine's: of these the words are compared. */
    private static final Pattern MEASURED = Pattern.compile("\\./jumpmq (server|perf|demo|uniformity) .*");

    /** A command, and the lines that are shown below it. */
    private record Example(String command, List<String> shown) {
        boolean isServer() {
            return command.startsWith("./jumpmq server");
        }
    }

    @TempDir
    Path folder = Path.of("");

    private final int amqp = freePort();
    private final int http = freePort();
    private final int https = freePort();
    private @Nullable Process server;

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Example> examples() throws IOException {
        List<Example> all = new ArrayList<>();
        boolean within = false;
        for (String line : Files.readAllLines(ROOT.resolve("README.md"))) {
            if (line.startsWith(PROMPT)) {
                all.add(new Example(line.substring(PROMPT.length()).replaceFirst(" +# .*", ""), new ArrayList<>()));
                within = true;
            } else if (within && (line.startsWith("    ") || line.isEmpty())) {
                all.get(all.size() - 1).shown().add(line.strip());
            } else {
                within = false;
            }
        }
        return all;
    }

    @AfterEach
    void stop() throws Exception {
        Process running = server;
        if (running != null) {
            running.destroy();
            assertThat(running.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(running.exitValue()).as("after SIGTERM").isZero();
        }
    }

    @Test
    void everyExampleShowsWhatItSays() throws Exception {
        Files.createSymbolicLink(folder.resolve("jumpmq"), ROOT.resolve("jumpmq"));
        Files.createSymbolicLink(folder.resolve("docs"), ROOT.resolve("docs"));
        Files.copy(
                ROOT.resolve("broker-plugin/src/test/resources/management/exports/rabbitmq-3.12.json"),
                folder.resolve("rabbit.json"));
        TestCertificate certificate = TestCertificate.of(folder, "own", 365);
        Files.copy(certificate.certificate(), folder.resolve("chain.pem"));
        Files.copy(certificate.certificate(), folder.resolve("ca.pem"));
        Files.copy(certificate.key(), folder.resolve("key.pem"));
        List<Example> examples = examples();
        assertThat(examples).hasSizeGreaterThan(15).anyMatch(Example::isServer);
        for (Example example : examples) {
            if (example.isServer()) {
                stop();
                server = start(example);
            } else if (!example.command().startsWith("rabbitmqctl")) {
                compare(example, run(example));
            }
        }
    }

    private ProcessBuilder shell(String command) {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "exec " + here(command))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("RABBITMQ_NODE_PORT", Integer.toString(amqp));
        builder.environment().put("JUMPMQ_MANAGEMENT_TCP_PORT", Integer.toString(http));
        if (command.contains("management.ssl")) {
            builder.environment().put("JUMPMQ_MANAGEMENT_SSL_PORT", Integer.toString(https));
        }
        builder.environment().put("JUMPMQ_PROMETHEUS_TCP_PORT", "0");
        builder.environment().put("JUMPMQ_URI", "http://localhost:" + http);
        builder.environment().put("JUMPMQ_JAVA_OPTS", "-Djumpmq.interactive=true");
        return builder;
    }

    /** The command, with ports that are free here. */
    private String here(String command) {
        return command.replaceAll("localhost:5672\\b", "localhost:" + amqp)
                .replaceAll("amqp://localhost(?!:)", "amqp://localhost:" + amqp)
                .replaceAll("localhost:15671\\b", "localhost:" + https);
    }

    private Process start(Example example) throws Exception {
        Process process = shell(example.command()).start();
        StringBuilder seen = new StringBuilder();
        while (!seen.toString().contains("is ready")) {
            String line = process.inputReader().readLine();
            assertThat(line).as("%s ended: %s", example.command(), seen).isNotNull();
            seen.append(line).append('\n');
        }
        assertThat(numberless(seen.toString().lines().toList()))
                .containsAll(numberless(
                        example.shown().stream().filter(line -> !line.isEmpty()).toList()));
        return process;
    }

    private List<String> run(Example example) throws Exception {
        Path out = folder.resolve("out");
        Path in = Files.writeString(folder.resolve("in"), "y\n");
        Process process = shell(example.command())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as(example.command())
                .isTrue();
        String output = Files.readString(out);
        assertThat(process.exitValue()).as("%s: %s", example.command(), output).isZero();
        return output.lines().map(String::strip).toList();
    }

    /** Lines that are shown follow each other in what was printed, but where three dots stand. */
    private static void compare(Example example, List<String> printed) {
        // What is typed behind a question is not printed, nor is the end of its line.
        String text = String.join("\n", example.shown()).strip().replace("[y/N] y\n", "[y/N] ");
        if (text.isEmpty()) {
            return;
        }
        boolean measured = MEASURED.matcher(example.command() + " ").matches();
        String whole = String.join("\n", measured ? numberless(printed) : printed);
        for (String part : text.split("(?m)^\\.\\.\\.\n", -1)) {
            String wanted = String.join(
                    "\n",
                    measured ? numberless(part.lines().toList()) : part.lines().toList());
            assertThat(whole).as(example.command()).contains(wanted.strip());
        }
    }

    private static List<String> numberless(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("[0-9][0-9.,]*", "#")
                        .replaceAll("[█▉▊▋▌▍▎▏]+", "=")
                        .replaceAll(" +", " "))
                .toList();
    }
}
