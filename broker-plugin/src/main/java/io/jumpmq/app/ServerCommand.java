package io.jumpmq.app;

import com.sun.management.OperatingSystemMXBean;
import io.jumpmq.config.ConfigException;
import io.jumpmq.config.Options;
import io.jumpmq.config.Settings;
import io.jumpmq.management.Cors;
import io.jumpmq.security.Permission;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.store.StoreSettings;
import io.jumpmq.store.StoreSettings.OnDamage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped in order",
            "2:did not start",
            "3:the disk failed, or the data directory went, while it ran",
            "4:the Java machine failed: memory ran out",
            "70:a defect of JumpMQ"
        },
        footer = {"", "'jumpmq config' prints a configuration file with all settings explained."})
final class ServerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.server");
    private static final String GUEST = "guest";

    /** The exit code when the disk has failed: nothing may be confirmed any more, so there is nothing to wait for. */
    private static final int STORE_FAILED = 3;

    /** The exit code after a defect, as other commands have it. */
    private static final int DEFECT = 70;
    /** The exit code when the Java machine fails, as for want of memory, where nothing smaller can be given up than the node. */
    private static final int MACHINE_FAILED = 4;

    /** What messages may take at most of the heap, whatever is set: the rest has to fit, too. */
    private static final double MAX_HEAP_SHARE = 0.9;

    /** What is on its way to the disk takes at most this part of the heap. */
    private static final int UNFLUSHED_HEAP_DIVISOR = 16;

    private static final String CONFIG_VARIABLE = "JUMPMQ_CONFIG_FILE";

    @Option(names = "--config", paramLabel = "FILE", description = "Settings, in rabbitmq.conf's syntax.")
    private @Nullable Path config;

    @Option(names = "--port", paramLabel = "PORT", description = "Where to listen. Default: 5672; 0 takes a free port.")
    private @Nullable String port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The address to listen on, at all ports. Default: all.")
    private @Nullable String host;

    @Option(names = "--data-dir", paramLabel = "DIRECTORY", description = "Where data is kept. Default: ./data.")
    private @Nullable String dataDirectory;

    @Option(
            names = "--plugins-dir",
            paramLabel = "DIRECTORY",
            description = "Where plugins' jars are. Default: 'plugins' beside the data directory, if it is there.")
    private @Nullable String pluginsDirectory;

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
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicInteger code = new AtomicInteger();
        Thread.setDefaultUncaughtExceptionHandler(ServerCommand::onDeath);
        JumpMq broker;
        try {
            Settings settings = settings();
            RecentLog recent = new LogSettings(settings).apply();
            broker = builder(settings)
                    .recentLog(recent::lines)
                    .onDefect(defect -> {
                        code.set(DEFECT);
                        stopped.countDown();
                    })
                    .start();
        } catch (UncheckedIOException e) {
            return refuse(String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
        } catch (ConfigException | IllegalArgumentException e) {
            return refuse(String.valueOf(e.getMessage()));
        }
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            broker.close();
                            stopped.countDown();
                            Runtime.getRuntime().halt(code.get()); // Else a signal's number would be the code.
                        },
                        "jumpmq-stop"));
        List<String> listening = new ArrayList<>();
        broker.listeners().forEach(listener -> listening.add(listener.described()));
        System.out.printf(
                "JumpMQ is ready: %s (%d ms)%n",
                String.join(", ", listening), (System.nanoTime() - started) / 1_000_000);
        stopped.await();
        return code.get();
    }

    /** No thread dies unnoticed; pools replace theirs when a task has failed. */
    private static void onDeath(Thread thread, Throwable failure) {
        if (failure instanceof Error) {
            giveUp(failure);
        }
        LOG.error(
                "A defect in JumpMQ: something thread {} did has failed. Please report this.",
                thread.getName(),
                failure);
    }

    /** Nothing may be half done for long: ends the process at once, also if there is no memory for a word. */
    private static void giveUp(Throwable failure) {
        try {
            LOG.error(
                    "The Java machine has failed, which leaves things half done: this node ends with code {}. What was confirmed is"
                            + " on disk: start it again; if memory ran out and does so again, with a larger heap (-Xmx).",
                    MACHINE_FAILED,
                    failure);
        } finally {
            Runtime.getRuntime().halt(MACHINE_FAILED);
        }
    }

    private static void onStoreFailure(Throwable failure) {
        if (failure instanceof VirtualMachineError) {
            giveUp(failure);
        }
        Runtime.getRuntime().halt(STORE_FAILED);
    }

    /** What messages may take. */
    private static long messageMemory(Settings settings) {
        long heap = Runtime.getRuntime().maxMemory();
        long max = (long) (heap * MAX_HEAP_SHARE);
        long wanted =
                settings.find(Options.MEMORY_BYTES).orElseGet(() -> (long) (heap * settings.get(Options.MEMORY_SHARE)));
        if (wanted > max) {
            LOG.warn(
                    "{} = {} is more than this Java has: its heap is {} bytes (-Xmx). Messages get {} of it.",
                    Options.MEMORY_BYTES.key(),
                    wanted,
                    heap,
                    max);
        }
        return Math.min(wanted, max);
    }

    private static int refuse(String reason) {
        System.err.println("jumpmq: " + reason.replace("\n", "\njumpmq: "));
        return 2;
    }

    private Settings settings() {
        Map<String, String> environment = System.getenv();
        Settings.Builder settings = new Settings.Builder(environment);
        String file = environment.getOrDefault(CONFIG_VARIABLE, environment.get("RABBITMQ_CONFIG_FILE"));
        if (config != null) {
            settings.file(config);
        } else if (file != null) {
            settings.file(Path.of(file));
        }
        String more = environment.get("RABBITMQ_CONFIG_FILES");
        if (more != null) {
            settings.file(Path.of(more));
        }
        settings.environment();
        set.forEach((key, value) -> settings.set("--set", key, value));
        if (dataDirectory != null) {
            settings.set("--data-dir", Options.DATA_DIRECTORY.key(), dataDirectory);
        }
        if (pluginsDirectory != null) {
            settings.set("--plugins-dir", Options.PLUGINS_DIRECTORY.key(), pluginsDirectory);
        }
        if (managementPort != null) {
            settings.set("--management-port", Options.MANAGEMENT.port().key(), managementPort);
        }
        if (prometheusPort != null) {
            settings.set("--prometheus-port", Options.PROMETHEUS.port().key(), prometheusPort);
        }
        if (port != null) {
            settings.set("--port", Options.TCP.key(), port);
        }
        return settings.build();
    }

    private JumpMq.Builder builder(Settings settings) {
        JumpMq.Builder builder = JumpMq.builder()
                .settings(settings)
                .withoutUsers()
                .vhost(settings.get(Options.DEFAULT_VHOST))
                .user(settings.get(Options.DEFAULT_USER), settings.get(Options.DEFAULT_PASSWORD), tags(settings))
                .permission(Permission.of(
                        settings.get(Options.DEFAULT_CONFIGURE),
                        settings.get(Options.DEFAULT_WRITE),
                        settings.get(Options.DEFAULT_READ)))
                .loopbackUsers(loopbackUsers(settings))
                .maxConnections(settings.get(Options.CONNECTION_MAX))
                .messageMemory(messageMemory(settings))
                .connections(new ConnectionSettings(
                        settings.get(Options.FRAME_MAX),
                        settings.get(Options.CHANNEL_MAX),
                        settings.get(Options.HEARTBEAT),
                        settings.get(Options.MAX_MESSAGE_SIZE),
                        settings.get(Options.HANDSHAKE_TIMEOUT),
                        settings.get(Options.SEND_TIMEOUT),
                        settings.get(Options.CONSUMER_TIMEOUT)));
        boolean interval = settings.get(Options.STORE_SYNC).equals("interval");
        builder.dataDirectory(Path.of(settings.get(Options.DATA_DIRECTORY)))
                .store(new StoreSettings(
                        settings.get(Options.STORE_SEGMENT),
                        interval ? Duration.ofMillis(settings.get(Options.STORE_INTERVAL)) : Duration.ZERO,
                        diskFreeLimit(settings),
                        Math.min(
                                StoreSettings.DEFAULT.maxUnflushedBytes(),
                                Runtime.getRuntime().maxMemory() / UNFLUSHED_HEAP_DIVISOR),
                        OnDamage.valueOf(settings.get(Options.STORE_ON_DAMAGE).toUpperCase(Locale.ROOT))))
                .onStoreFailure(ServerCommand::onStoreFailure)
                .onFatal(ServerCommand::giveUp);
        pluginsDirectory(settings).ifPresent(builder::pluginsDirectory);
        settings.find(Options.THREADS).ifPresent(builder::threads);
        builder.port(-1);
        new ListenerSettings(settings, host).wanted().forEach(builder::listen);
        settings.find(Options.DEFAULT_QUEUE_TYPE).ifPresent(builder::defaultQueueType);
        settings.find(Options.CLUSTER_NAME).ifPresent(builder::clusterName);
        builder.nodeName(settings.get(Options.NODE_NAME))
                .cors(new Cors(
                        Set.copyOf(settings.members(Options.CORS_ORIGINS).values()),
                        settings.get(Options.CORS_MAX_AGE)))
                .httpPaths(new HttpPaths(settings.get(Options.MANAGEMENT_PATH), settings.get(Options.PROMETHEUS_PATH)));
        settings.find(Options.DEFINITIONS)
                .or(() -> settings.find(Options.DEFINITIONS_PATH))
                .or(() -> settings.find(Options.MANAGEMENT_DEFINITIONS))
                .ifPresent(path -> read(Path.of(path)).forEach(builder::definitions));
        settings.warnings().forEach(LOG::warn);
        settings.ignored().forEach(key -> LOG.info("{} makes no difference here", key));
        return builder;
    }

    /** The one that is set has to be there; the one beside the data directory need not. */
    private static Optional<Path> pluginsDirectory(Settings settings) {
        Path data = Path.of(settings.get(Options.DATA_DIRECTORY)).toAbsolutePath();
        return settings.find(Options.PLUGINS_DIRECTORY)
                .map(Path::of)
                .or(() -> Optional.of(data.resolveSibling("plugins")).filter(ServerCommand::isOwnDirectory));
    }

    /** Where the data directory is beside other people's, as in /tmp, theirs must not become a part of the server. */
    private static boolean isOwnDirectory(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                return false;
            }
            Object owner = Files.getAttribute(path, "unix:uid");
            boolean own = owner.equals(0) || owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
            if (!own) {
                LOG.warn(
                        "{} belongs to somebody else: no plugins are loaded from there unless --plugins-dir says so",
                        path);
            }
            return own;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return true; // Not on Linux.
        }
    }

    private static long diskFreeLimit(Settings settings) {
        Double share = settings.find(Options.DISK_FREE_SHARE).orElse(null);
        if (share == null || settings.isSet(Options.DISK_FREE)) {
            return settings.get(Options.DISK_FREE);
        }
        return diskFree(share);
    }

    /** A share of the machine's memory. */
    static long diskFree(double share) {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return (long) (system.getTotalMemorySize() * share);
    }

    /** A file, or those of a directory in the order of their names. */
    private static List<byte[]> read(Path definitions) {
        try {
            if (!Files.isDirectory(definitions)) {
                return List.of(Files.readAllBytes(definitions));
            }
            List<byte[]> all = new ArrayList<>();
            try (Stream<Path> files = Files.list(definitions)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    all.add(Files.readAllBytes(file));
                }
            }
            return all;
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
