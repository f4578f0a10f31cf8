package io.jumpmq.app;

import ch.qos.logback.classic.Level;
import io.jumpmq.config.ConfigException;
import io.jumpmq.config.Options;
import io.jumpmq.config.Settings;
import io.jumpmq.security.Permission;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.store.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jumpmq server}: serves until it is told to stop. */
@Command(
        name = "server",
        description = {
            "Serves AMQP 0-9-1 clients until it is stopped (SIGTERM, or Ctrl-C).",
            "Durable queues and persistent messages are kept in a directory, ./data unless told otherwise."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "'jumpmq config' prints a configuration file with all settings explained."})
final class ServerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.server");
    private static final String GUEST = "guest";

    /** The exit code when the disk has failed: nothing may be confirmed any more, so there is nothing to wait for. */
    private static final int STORE_FAILED = 3;

    private static final String CONFIG_VARIABLE = "JUMPMQ_CONFIG_FILE";

    @Option(names = "--config", paramLabel = "FILE", description = "Settings, in rabbitmq.conf's syntax.")
    private @Nullable Path config;

    @Option(names = "--port", paramLabel = "PORT", description = "Where to listen. Default: 5672; 0 takes a free port.")
    private @Nullable String port;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "The address to listen on. Default: all.")
    private @Nullable String host;

    @Option(names = "--data-dir", paramLabel = "DIRECTORY", description = "Where data is kept. Default: ./data.")
    private @Nullable String dataDirectory;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting; may be given several times.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(
            names = "--management-port",
            paramLabel = "PORT",
            description = "Where the HTTP API and the web pages are. Default: 15672; 'none' for nowhere.")
    private @Nullable String managementPort;

    @Option(
            names = "--prometheus-port",
            paramLabel = "PORT",
            description = "Where Prometheus finds metrics. Default: 15692; 'none' for nowhere.")
    private @Nullable String prometheusPort;

    @Override
    @SuppressWarnings("SystemOut") // The banner is for whoever started it.
    public Integer call() throws InterruptedException {
        long started = System.nanoTime();
        JumpMq broker;
        try {
            Settings settings = settings();
            log(settings.get(Options.LOG_LEVEL));
            broker = builder(settings).start();
        } catch (UncheckedIOException e) {
            return refuse(String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
        } catch (ConfigException | IllegalArgumentException e) {
            return refuse(String.valueOf(e.getMessage()));
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            broker.close();
                            stopped.countDown();
                        },
                        "jumpmq-stop"));
        List<String> listening = new ArrayList<>();
        broker.listeners().forEach(listener -> listening.add(listener.described()));
        System.out.printf(
                "JumpMQ is ready: %s (%d ms)%n",
                String.join(", ", listening), (System.nanoTime() - started) / 1_000_000);
        stopped.await();
        return 0;
    }

    private static void log(String level) {
        ConsoleLog.limit(
                switch (level) {
                    case "debug" -> Level.DEBUG;
                    case "warning" -> Level.WARN;
                    case "error" -> Level.ERROR;
                    case "none" -> Level.OFF;
                    default -> Level.INFO;
                });
    }

    private static int refuse(String reason) {
        System.err.println("jumpmq: " + reason);
        return 2;
    }

    private Settings settings() {
        Settings.Builder settings = new Settings.Builder();
        Map<String, String> environment = System.getenv();
        String file = environment.getOrDefault(CONFIG_VARIABLE, environment.get("RABBITMQ_CONFIG_FILE"));
        if (config != null) {
            settings.file(config);
        } else if (file != null) {
            settings.file(Path.of(file));
        }
        settings.environment(environment);
        set.forEach((key, value) -> settings.set("--set", key, value));
        if (dataDirectory != null) {
            settings.set("--data-dir", Options.DATA_DIRECTORY.key(), dataDirectory);
        }
        if (managementPort != null) {
            settings.set("--management-port", Options.MANAGEMENT.port().key(), managementPort);
        }
        if (prometheusPort != null) {
            settings.set("--prometheus-port", Options.PROMETHEUS.port().key(), prometheusPort);
        }
        String key = Options.TCP.key();
        if (host != null) {
            settings.set("--host", Options.MANAGEMENT.host().key(), host);
            settings.set("--host", Options.MANAGEMENT.tlsHost().key(), host);
            settings.set("--host", Options.PROMETHEUS.host().key(), host);
            settings.set("--host", Options.PROMETHEUS.tlsHost().key(), host);
            settings.set(
                    "--host",
                    key,
                    (host.contains(":") ? "[" + host + "]" : host) + ":" + (port == null ? JumpMq.DEFAULT_PORT : port));
        } else if (port != null) {
            settings.set("--port", key, port);
        }
        return settings.build();
    }

    private JumpMq.Builder builder(Settings settings) {
        JumpMq.Builder builder = JumpMq.builder()
                .withoutUsers()
                .vhost(settings.get(Options.DEFAULT_VHOST))
                .user(settings.get(Options.DEFAULT_USER), settings.get(Options.DEFAULT_PASSWORD), tags(settings))
                .permission(Permission.of(
                        settings.get(Options.DEFAULT_CONFIGURE),
                        settings.get(Options.DEFAULT_WRITE),
                        settings.get(Options.DEFAULT_READ)))
                .loopbackUsers(loopbackUsers(settings))
                .maxConnections(settings.get(Options.CONNECTION_MAX))
                .messageMemory(settings.find(Options.MEMORY_BYTES).orElseGet(() ->
                        (long) (Runtime.getRuntime().maxMemory() * settings.get(Options.MEMORY_SHARE))))
                .connections(new ConnectionSettings(
                        settings.get(Options.FRAME_MAX),
                        settings.get(Options.CHANNEL_MAX),
                        settings.get(Options.HEARTBEAT),
                        settings.get(Options.MAX_MESSAGE_SIZE),
                        settings.get(Options.HANDSHAKE_TIMEOUT),
                        settings.get(Options.SEND_TIMEOUT)));
        boolean interval = settings.get(Options.STORE_SYNC).equals("interval");
        builder.dataDirectory(Path.of(settings.get(Options.DATA_DIRECTORY)))
                .store(new StoreSettings(
                        settings.get(Options.STORE_SEGMENT),
                        interval ? Duration.ofMillis(settings.get(Options.STORE_INTERVAL)) : Duration.ZERO,
                        settings.get(Options.DISK_FREE),
                        StoreSettings.DEFAULT.maxUnflushedBytes()))
                .onStoreFailure(failure -> Runtime.getRuntime().halt(STORE_FAILED));
        settings.find(Options.THREADS).ifPresent(builder::threads);
        builder.port(-1);
        new ListenerSettings(settings, host != null).wanted().forEach(builder::listen);
        settings.find(Options.CLUSTER_NAME).ifPresent(builder::clusterName);
        settings.find(Options.DEFINITIONS)
                .or(() -> settings.find(Options.MANAGEMENT_DEFINITIONS))
                .ifPresent(file -> builder.definitions(read(Path.of(file))));
        settings.withoutMeaning().forEach(key -> LOG.info("{} has no meaning here and is ignored", key));
        return builder;
    }

    private static byte[] read(Path definitions) {
        try {
            return Files.readAllBytes(definitions);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    Options.DEFINITIONS.key() + ": " + definitions + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String[] tags(Settings settings) {
        Map<String, Boolean> tags = settings.members(Options.DEFAULT_TAGS);
        return tags.isEmpty()
                ? new String[] {"administrator"}
                : tags.entrySet().stream()
                        .filter(Map.Entry::getValue)
                        .map(Map.Entry::getKey)
                        .toArray(String[]::new);
    }

    private static Set<String> loopbackUsers(Settings settings) {
        Set<String> users = new HashSet<>();
        if (settings.find(Options.NO_LOOPBACK_USERS).isEmpty()) {
            users.add(GUEST);
            settings.members(Options.LOOPBACK_USERS).forEach((name, only) -> {
                if (only) {
                    users.add(name);
                } else {
                    users.remove(name);
                }
            });
        }
        return users;
    }
}
