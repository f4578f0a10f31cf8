package io.jumpmq.damage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import io.jumpmq.store.StoreSettings;
import io.jumpmq.store.StoreSettings.OnDamage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A broker that serves a directory, in this process or in one of its own, and how it is reached. */
final class ServedBroker implements AutoCloseable {
    static final long SEGMENT_BYTES = 4 << 20;
    private static final int PATIENCE_SECONDS = 60;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** It did not start; the message is what it said. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        RefusedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** How it is stopped, or ended. */
    private interface End {
        void end(boolean inOrder);
    }

    private final int port;
    private final int managementPort;
    private final End end;
    private final AtomicReference<@Nullable Throwable> failure;

    private ServedBroker(int port, int managementPort, End end, AtomicReference<@Nullable Throwable> failure) {
        this.port = port;
        this.managementPort = managementPort;
        this.end = end;
        this.failure = failure;
    }

    /** In this process, with so much memory for messages. */
    static ServedBroker embedded(Path directory, long memoryBytes) throws RefusedException {
        return embedded(directory, memoryBytes, OnDamage.QUARANTINE);
    }

    static ServedBroker embedded(Path directory, long memoryBytes, OnDamage onDamage) throws RefusedException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        try {
            JumpMq broker = JumpMq.builder()
                    .host("127.0.0.1")
                    .port(0)
                    .management(0)
                    .threads(2)
                    .messageMemory(memoryBytes)
                    .dataDirectory(directory)
                    .store(new StoreSettings(
                            SEGMENT_BYTES, Duration.ZERO, 0, StoreSettings.DEFAULT.maxUnflushedBytes(), onDamage))
                    .onStoreFailure(failure::set)
                    .start();
            return new ServedBroker(broker.port(), broker.managementPort(), inOrder -> broker.close(), failure);
        } catch (UncheckedIOException e) {
            throw new RefusedException(
                    String.valueOf(
                            e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
                    e);
        }
    }

    /** The jar, in a process of its own. Its log goes to a file beside the directory. */
    static ServedBroker process(Path directory, String... settings) throws IOException, RefusedException {
        Path log = directory.resolveSibling(directory.getFileName() + ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-jar",
                Path.of("target", "jumpmq.jar").toAbsolutePath().toString()));
        command.addAll(List.of("server", "--host", "127.0.0.1", "--port", "0", "--management-port", "0"));
        command.addAll(List.of("--prometheus-port", "none", "--data-dir", directory.toString()));
        command.addAll(List.of("--set", "jumpmq.store.segment_size=4MiB", "--set", "log.console.level=warning"));
        for (String setting : settings) {
            command.addAll(List.of("--set", setting));
        }
        Process process =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        BufferedReader banner = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String line = String.valueOf(banner.readLine());
        Matcher ports = Pattern.compile("on 127\\.0\\.0\\.1:(\\d+), management on http://127\\.0\\.0\\.1:(\\d+)")
                .matcher(line);
        End end = inOrder -> {
            if (inOrder) {
                process.destroy(); // SIGTERM
            } else {
                process.destroyForcibly(); // SIGKILL
            }
            awaitEnd(process);
        };
        if (!ports.find()) {
            process.destroyForcibly();
            throw new RefusedException(line + "\n" + Files.readString(log), null);
        }
        return new ServedBroker(
                Integer.parseInt(ports.group(1)), Integer.parseInt(ports.group(2)), end, new AtomicReference<>());
    }

    private static void awaitEnd(Process process) {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the broker did not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A connection as guest, with its own exceptions left to whoever waits for it. */
    Connection connect() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setExceptionHandler(new com.rabbitmq.client.impl.ForgivingExceptionHandler() {
            @Override
            protected void log(String message, Throwable e) {
                // It is killed under its clients: that is what this is about.
            }
        });
        return factory.newConnection();
    }

    /** What the HTTP API answers. */
    record Answer(int status, JsonNode json) {}

    Answer get(String path) throws IOException, InterruptedException {
        return ask("GET", path, "");
    }

    Answer ask(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/api/" + path))
                        .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                        .header(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8)))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(answer.statusCode(), MAPPER.readTree(answer.body()));
    }

    /** Why its store has failed since, if it has. */
    @Nullable Throwable failure() {
        return failure.get();
    }

    /** What its store is doing, if it is in this process: for who finds it doing nothing. */
    String storeThreads() {
        StringBuilder text = new StringBuilder("failure: " + failure.get());
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (thread.getName().startsWith("jumpmq-store")) {
                text.append("; ").append(thread.getName()).append(" ").append(List.of(stack));
            }
        });
        return text.toString();
    }

    /** {@code kill -9}; only of a process of its own. */
    void kill() {
        end.end(false);
    }

    /** Stops it in order. */
    void stop() {
        end.end(true);
    }

    @Override
    public void close() {
        stop();
    }
}
