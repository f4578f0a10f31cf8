package io.jumpmq.config;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All settings. RabbitMQ's have its names, meanings and defaults; those of our own begin with {@code jumpmq.}. */
public final class Options {
    private static final int MAX_PORTABLE_INT = 65_535;

    public static final Option<Address> TCP = new Option<>(
            "listeners.tcp.default",
            Kind.address(),
            new Address("", 5672),
            "Where to listen for AMQP 0-9-1; 'none' for nowhere, 0 for a free port.");

    public static final Option<Address> MORE_TCP = new Option<>(
            "listeners.tcp.*",
            Kind.address(),
            null,
            "More addresses to listen on: listeners.tcp.1, listeners.tcp.2, …");

    public static final Option<String> NO_TCP =
            new Option<>("listeners.tcp", Kind.choice("none"), null, "none: nowhere without TLS.");

    public static final Option<String> NO_TLS =
            new Option<>("listeners.ssl", Kind.choice("none"), null, "none: nowhere with TLS.");

    public static final Option<Address> MORE_TLS = new Option<>(
            "listeners.ssl.*",
            Kind.address(),
            null,
            "More addresses to listen on through TLS: listeners.ssl.1, listeners.ssl.2, …");

    public static final Option<Address> TLS = new Option<>(
            "listeners.ssl.default",
            Kind.address(),
            Address.NONE,
            "Where to listen for AMQP 0-9-1 through TLS, by custom 5671; needs ssl_options.certfile and .keyfile.");

    public static final TlsOptions TLS_OPTIONS = TlsOptions.under("ssl_options");

    public static final Option<String> DEFAULT_USER =
            new Option<>("default_user", Kind.text("a name"), "guest", "The user that a new, empty broker has.");

    public static final Option<String> DEFAULT_PASSWORD =
            new Option<>("default_pass", Kind.text("a password"), "guest", "That user's password.");

    public static final Option<String> DEFAULT_VHOST =
            new Option<>("default_vhost", Kind.text("a name"), "/", "The virtual host that a new, empty broker has.");

    public static final Option<String> DEFAULT_QUEUE_TYPE = new Option<>(
            "default_queue_type",
            Kind.choice("classic", "quorum"),
            null,
            "What durable queues are whose declaration does not say it, in virtual hosts made from now on that have no"
                    + " default of their own.");

    public static final Option<Boolean> DEFAULT_TAGS = new Option<>(
            "default_user_tags.*",
            Kind.truth(),
            null,
            "Tags of that user; default_user_tags.administrator = true unless others are named.");

    public static final Option<String> DEFAULT_CONFIGURE = permission("configure");

    public static final Option<String> DEFAULT_WRITE = permission("write");

    public static final Option<String> DEFAULT_READ = permission("read");

    private static Option<String> permission(String operation) {
        return new Option<>(
                "default_permissions." + operation,
                Kind.pattern(),
                ".*",
                "The names of what that user may " + operation + ", as a pattern.");
    }

    public static final Option<Boolean> LOOPBACK_USERS = new Option<>(
            "loopback_users.*",
            Kind.truth(),
            null,
            "Users who may log in from this machine only: loopback_users.NAME = true. 'guest' is one unless set to"
                    + " false; loopback_users = none lifts it for all.");

    public static final Option<String> NO_LOOPBACK_USERS =
            new Option<>("loopback_users", Kind.choice("none"), null, "none: every user may log in from everywhere.");

    public static final Option<Integer> HEARTBEAT = new Option<>(
            "heartbeat",
            Kind.wholeNumber(0, MAX_PORTABLE_INT),
            60,
            "The heartbeat interval suggested to clients, in seconds; 0 for none.");

    public static final Option<Integer> FRAME_MAX =
            new Option<>("frame_max", Kind.wholeNumber(4096, 1 << 30), 131_072, "The largest frame, in bytes.");

    public static final Option<Integer> CHANNEL_MAX = new Option<>(
            "channel_max",
            Kind.wholeNumber(0, MAX_PORTABLE_INT),
            2047,
            "The most channels of a connection; 0 for the protocol's own limit.");

    public static final Option<Integer> CONNECTION_MAX = new Option<>(
            "connection_max", Kind.wholeNumberOrInfinity(1, 1_000_000), 100_000, "The most connections at a time.");

    public static final Option<Integer> HANDSHAKE_TIMEOUT = new Option<>(
            "handshake_timeout",
            Kind.wholeNumber(1, 600_000),
            10_000,
            "How long a client may take to open its connection, in milliseconds.");

    public static final Option<Integer> SEND_TIMEOUT = new Option<>(
            "tcp_listen_options.send_timeout",
            Kind.wholeNumber(0, 3_600_000),
            30_000,
            "A client that does not read is closed when no byte could be sent to it for so long, in milliseconds; 0 for never.");

    public static final Option<Integer> CONSUMER_TIMEOUT = new Option<>(
            "consumer_timeout",
            Kind.timeout(),
            1_800_000,
            "How long a consumer may take to acknowledge a delivery, in milliseconds; 0: for ever.");

    public static final Option<Long> MAX_MESSAGE_SIZE =
            new Option<>("max_message_size", Kind.bytes(1, 512L << 20), 16L << 20, "The largest message body.");

    public static final Option<Double> MEMORY_SHARE = new Option<>(
            "vm_memory_high_watermark.relative",
            Kind.decimal(0, 0.9),
            0.4,
            "The share of the Java heap that messages may take; beyond it publishers wait. With 0 all do.");

    public static final Option<Long> MEMORY_BYTES = new Option<>(
            "vm_memory_high_watermark.absolute",
            Kind.bytes(1 << 20, Long.MAX_VALUE),
            null,
            "The same in bytes; it comes before the share.");

    public static final Option<Long> DISK_FREE = new Option<>(
            "disk_free_limit.absolute",
            Kind.bytes(0, Long.MAX_VALUE),
            50_000_000L,
            "Publishers wait while the disk has less than this left.");

    public static final Option<Double> DISK_FREE_SHARE = new Option<>(
            "disk_free_limit.relative",
            Kind.decimal(0, 100),
            null,
            "The same as a multiple of the machine's memory, or the container's; disk_free_limit.absolute comes before"
                    + " it.");

    public static final Option<String> NODE_NAME = new Option<>(
            "nodename",
            Kind.nodeName(),
            "jumpmq",
            "What the node is called: NAME@HOST, or a name that this machine's is put behind. Tools that look for"
                    + " rabbit@HOST want nodename = rabbit.");

    public static final Option<String> DATA_DIRECTORY = new Option<>(
            "jumpmq.data_dir",
            Kind.text("a directory's path"),
            "data",
            "Where durable queues and persistent messages are kept. It is made when it is missing.");

    public static final Option<String> PLUGINS_DIRECTORY = new Option<>(
            "jumpmq.plugins_dir",
            Kind.text("a directory's path"),
            null,
            "Where the jars of plugins are, which bring types of exchanges (see plugins.md). Unset, it is the directory plugins"
                    + " beside jumpmq.data_dir, if there is one. Changes take effect at the next start.");

    public static final Option<String> STORE_SYNC = new Option<>(
            "jumpmq.store.sync",
            Kind.choice("always", "interval"),
            "always",
            "always: what is confirmed is on the disk. interval: it is flushed every jumpmq.store.sync_interval; what"
                    + " was confirmed since may be lost when the machine, not just the process, dies.");

    public static final Option<Integer> STORE_INTERVAL = new Option<>(
            "jumpmq.store.sync_interval",
            Kind.wholeNumber(1, 60_000),
            200,
            "How often is flushed with jumpmq.store.sync = interval, in milliseconds.");

    public static final Option<String> STORE_ON_DAMAGE = new Option<>(
            "jumpmq.store.on_damage",
            Kind.choice("quarantine", "stop"),
            "quarantine",
            "What a queue does with a message that cannot be read any more. quarantine: it goes on behind it. stop: it"
                    + " delivers nothing from there on, until it is purged. Either way the message is reported, and what is"
                    + " left of it kept.");

    public static final Option<Long> STORE_SEGMENT = new Option<>(
            "jumpmq.store.segment_size",
            Kind.bytes(4L << 20, 1L << 30),
            64L << 20,
            "Size of a file of the message log; one is always ready in advance.");

    public static final HttpOptions MANAGEMENT =
            HttpOptions.under("management", "Where the HTTP API and the web pages are", 15_672, 15_671);

    public static final HttpOptions PROMETHEUS =
            HttpOptions.under("prometheus", "Where Prometheus finds metrics, without a login", 15_692, 15_691);

    public static final Option<String> MANAGEMENT_PATH = new Option<>(
            "management.path_prefix",
            Kind.path(),
            "",
            "What the paths of the HTTP API and of the web pages begin with, such as /jumpmq.");

    public static final Option<String> CORS_ORIGINS = new Option<>(
            "management.cors.allow_origins.*",
            Kind.origin(),
            null,
            "Pages of other origins that may use the HTTP API from a browser, with all that its user may:"
                    + " management.cors.allow_origins.1, …. With * all may read, with a password of their own.");

    public static final Option<Integer> CORS_MAX_AGE = new Option<>(
            "management.cors.max_age",
            Kind.wholeNumber(0, 86_400),
            1800,
            "For how long a browser need not ask again whether they may, in seconds.");

    public static final Option<String> PROMETHEUS_PATH =
            new Option<>("prometheus.path", Kind.path(), "/metrics", "The path of the metrics.");

    public static final Option<String> DEFINITIONS = new Option<>(
            "load_definitions",
            Kind.text("a file's path"),
            null,
            "Definitions, in RabbitMQ's JSON, that are imported at each start, before clients are let in: a file, or a"
                    + " directory with several, which come in the order of their names. A new broker has no default user"
                    + " if they bring users.");

    public static final Option<String> DEFINITIONS_SOURCE = new Option<>(
            "definitions.import_backend",
            Kind.choice("local_filesystem"),
            "local_filesystem",
            "Where definitions.local.path is.");

    public static final Option<String> DEFINITIONS_PATH =
            new Option<>("definitions.local.path", Kind.text("a path"), null, "The newer name of load_definitions.");

    public static final Option<String> MANAGEMENT_DEFINITIONS = new Option<>(
            "management.load_definitions", Kind.text("a file's path"), null, "The older name of load_definitions.");

    public static final Option<String> CLUSTER_NAME = new Option<>(
            "cluster_name",
            Kind.text("a name"),
            null,
            "What the cluster is called, set at each start. Unset, it keeps the name that it was given (jumpmq ctl"
                    + " set_cluster_name), and has its node's at first.");

    public static final Option<Boolean> LOG_CONSOLE =
            new Option<>("log.console", Kind.truth(), true, "Whether the console is told what happens.");

    public static final Option<String> LOG_CONSOLE_STREAM = new Option<>(
            "log.console.stdio", Kind.choice("stdout", "stderr"), "stderr", "What of the console is written to.");

    public static final LogOptions LOG_TO_CONSOLE = LogOptions.under("log.console", "the console");

    public static final Option<String> LOG_DIRECTORY = new Option<>(
            "log.dir", Kind.text("a directory's path"), "log", "Where the log file is. It is made when it is missing.");

    public static final Option<String> LOG_FILE = new Option<>(
            "log.file",
            Kind.text("a file's path, or false"),
            null,
            "The log file, in log.dir unless it begins with /; false for none. There is one, called as the node, if"
                    + " another log.file setting or log.dir is set, or log.console = false.");

    public static final LogOptions LOG_TO_FILE = LogOptions.under("log.file", "the file");

    public static final Option<String> LOG_ROTATION_DATE = new Option<>(
            "log.file.rotation.date",
            Kind.rotation(),
            "",
            "When a new log file is begun, in RabbitMQ's words: $H0 each hour, $D0 each day, $W0 each week, $M1 each"
                    + " month, at its beginning.");

    public static final Option<Long> LOG_ROTATION_SIZE = new Option<>(
            "log.file.rotation.size",
            Kind.bytes(0, Long.MAX_VALUE),
            100L << 20,
            "Beyond which a new log file is begun; 0 for never.");

    public static final Option<Integer> LOG_ROTATION_COUNT = new Option<>(
            "log.file.rotation.count", Kind.wholeNumber(0, 10_000), 10, "How many older log files are kept.");

    public static final Option<Boolean> LOG_ROTATION_COMPRESS =
            new Option<>("log.file.rotation.compress", Kind.truth(), false, "Whether those are compressed.");

    public static final Option<String> LOG_DEFAULT_LEVEL =
            new Option<>("log.default.level", Kind.level(), "info", "What is logged at all.");

    public static final Option<String> LOG_CONNECTION_LEVEL =
            new Option<>("log.connection.level", Kind.level(), null, "The same for what connections do.");

    public static final Option<Integer> THREADS = new Option<>(
            "jumpmq.threads", Kind.wholeNumber(1, 1024), null, "Event loops; as many as there are cores unless set.");

    /** In the order of the reference page. Families come after the keys that look like their members. */
    static final List<Option<?>> ALL = Stream.<List<Option<?>>>of(
                    List.of(TCP, NO_TCP, MORE_TCP, TLS, NO_TLS, MORE_TLS),
                    TLS_OPTIONS.all(),
                    List.of(
                            DEFAULT_USER,
                            DEFAULT_PASSWORD,
                            DEFAULT_VHOST,
                            DEFAULT_QUEUE_TYPE,
                            DEFAULT_TAGS,
                            DEFAULT_CONFIGURE,
                            DEFAULT_WRITE,
                            DEFAULT_READ,
                            NO_LOOPBACK_USERS,
                            LOOPBACK_USERS,
                            HEARTBEAT,
                            FRAME_MAX,
                            CHANNEL_MAX,
                            CONNECTION_MAX,
                            HANDSHAKE_TIMEOUT,
                            SEND_TIMEOUT,
                            CONSUMER_TIMEOUT,
                            MAX_MESSAGE_SIZE,
                            MEMORY_SHARE,
                            MEMORY_BYTES,
                            DISK_FREE,
                            DISK_FREE_SHARE,
                            NODE_NAME,
                            DATA_DIRECTORY,
                            PLUGINS_DIRECTORY,
                            STORE_SYNC,
                            STORE_INTERVAL,
                            STORE_SEGMENT,
                            STORE_ON_DAMAGE),
                    MANAGEMENT.all(),
                    PROMETHEUS.all(),
                    List.of(
                            MANAGEMENT_PATH,
                            CORS_ORIGINS,
                            CORS_MAX_AGE,
                            PROMETHEUS_PATH,
                            DEFINITIONS,
                            MANAGEMENT_DEFINITIONS,
                            DEFINITIONS_SOURCE,
                            DEFINITIONS_PATH,
                            CLUSTER_NAME,
                            LOG_CONSOLE,
                            LOG_CONSOLE_STREAM),
                    LOG_TO_CONSOLE.all(),
                    List.of(LOG_DIRECTORY, LOG_FILE),
                    LOG_TO_FILE.all(),
                    List.of(
                            LOG_ROTATION_DATE,
                            LOG_ROTATION_SIZE,
                            LOG_ROTATION_COUNT,
                            LOG_ROTATION_COMPRESS,
                            LOG_DEFAULT_LEVEL,
                            LOG_CONNECTION_LEVEL,
                            THREADS))
            .flatMap(List::stream)
            .toList();

    /** May be in files of their own, as containers' secrets are. */
    static final Set<Option<?>> SECRETS = Set.of(DEFAULT_USER, DEFAULT_PASSWORD, DEFAULT_VHOST);

    private Options() {}

    /** Those that want a log file. */
    public static List<Option<?>> fileLog() {
        return ALL.stream()
                .filter(option -> option.key().startsWith(LOG_FILE.key()))
                .toList();
    }

    /** The option that a key in a file means, or null. */
    static @Nullable Option<?> ofKey(String key) {
        return first(option -> option.matches(key));
    }

    /** The option that a variable of ours sets, or null. */
    static @Nullable Option<?> ofVariable(String name) {
        return first(option -> !option.isFamily() && option.variable().equals(name));
    }

    private static @Nullable Option<?> first(Predicate<Option<?>> which) {
        for (Option<?> option : ALL) {
            if (which.test(option)) {
                return option;
            }
        }
        return null;
    }
}
