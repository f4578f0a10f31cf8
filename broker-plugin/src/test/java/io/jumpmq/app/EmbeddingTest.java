package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker in an application that has none of the libraries which only the command line needs. */
class EmbeddingTest {
    private static final Pattern OPTIONAL =
            Pattern.compile("<artifactId>([\\w-]+)</artifactId>\\s*<optional>true</optional>");

    @TempDir
    Path folder = Path.of("");

    /** Such an application: a broker with all that it has, used over its ports. */
    static final class Application {
        private static final HttpClient CLIENT = HttpClient.newHttpClient();

        private Application() {}

        /** Exits with 0 if all is well. */
        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) throws Exception {
            try (JumpMq broker = JumpMq.builder()
                    .host("127.0.0.1")
                    .port(0)
                    .management(0)
                    .prometheus(0)
                    .dataDirectory(Path.of(arguments[0]))
                    .start()) {
                broker.addVhost("v");
                System.out.println(greeting(broker.port()));
                System.out.println(status(broker.managementPort(), "PUT", "/api/queues/%2F/q", "{\"durable\":true}"));
                System.out.println(status(broker.managementPort(), "GET", "/api/overview", ""));
                System.out.println(status(broker.prometheusPort(), "GET", "/metrics", ""));
            }
        }

        /** The first frame that the broker answers with: a method on channel 0. */
        private static String greeting(int port) throws IOException {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write("AMQP\0\0\u0009\u0001".getBytes(US_ASCII));
                InputStream in = socket.getInputStream();
                return "frame " + in.read() + " channel " + in.read() + in.read();
            }
        }

        private static int status(int port, String method, String path, String body) throws Exception {
            String guest = Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8));
            return CLIENT.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .header("Authorization", "Basic " + guest)
                                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static List<String> optional() throws IOException {
        return OPTIONAL.matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static String classPathWithout(List<String> artifacts) {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(all.split(File.pathSeparator))
                .filter(entry -> artifacts.stream()
                        .noneMatch(artifact ->
                                Path.of(entry).getFileName().toString().startsWith(artifact + "-")))
                .filter(entry -> !entry.contains("logback"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void aBrokerNeedsNothingOfTheCommandLine() throws Exception {
        List<String> optional = optional();
        assertThat(optional).containsExactlyInAnyOrder("logback-classic", "picocli", "amqp-client", "HdrHistogram");
        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPathWithout(optional),
                        Application.class.getName(),
                        folder.resolve("data").toString())
                .redirectError(folder.resolve("err").toFile())
                .start();
        String output = new String(application.getInputStream().readAllBytes(), UTF_8);
        assertThat(application.waitFor())
                .as(Files.readString(folder.resolve("err")))
                .isZero();
        assertThat(output.lines()).containsExactly("frame 1 channel 00", "201", "200", "200");
    }
}
