package io.jumpmq.config;

import java.util.List;
import java.util.stream.Stream;

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

    public static final Option<Integer> CONNECTION_MAX =
            new Option<>("connection_max", Kind.wholeNumber(1, 1_000_000), 100_000, "The most connections at a time.");

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

    public static final Option<Long> MAX_MESSAGE_SIZE =
            new Option<>("max_message_size", Kind.bytes(1, 512L << 20), 16L << 20, "The largest message body.");

    public static final Option<Double> MEMORY_SHARE = new Option<>(
            "vm_memory_high_watermark.relative",
            Kind.decimal(0.01, 0.9),
            0.4,
            "The share of the Java heap that messages may take; beyond it publishers wait.");

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

    public static final Option<String> DATA_DIRECTORY = new Option<>(
            "jumpmq.data_dir",
            Kind.text("a directory's path"),
            "data",
            "Where durable queues and persistent messages are kept. It is made when it is missing.");

    public static final Option<String> STORE_SYNC = new Option<>(
            "jumpmq.store.sync",
            Kind.choice("always", "interval"),
            "always",
            "always: what is confirmed is on the disk. interval: it is flushed every jumpmq.store.sync_interval; what was"
                    + " confirmed since may be lost when the machine, not just the process, dies.");

    public static final Option<Integer> STORE_INTERVAL = new Option<>(
            "jumpmq.store.sync_interval",
            Kind.wholeNumber(1, 60_000),
            200,
            "How often is flushed with jumpmq.store.sync = interval, in milliseconds.");

    public static final Option<Long> STORE_SEGMENT = new Option<>(
            "jumpmq.store.segment_size",
            Kind.bytes(4L << 20, 1L << 30),
            64L << 20,
            "Size of a file of the message log; one is always ready in advance.");

    public static final HttpOptions MANAGEMENT =
            HttpOptions.under("management", "Where the HTTP API and the web pages are", 15_672, 15_671);

    public static final HttpOptions PROMETHEUS =
            HttpOptions.under("prometheus", "Where Prometheus finds metrics, without a login", 15_692, 15_691);

    public static final Option<String> DEFINITIONS = new Option<>(
            "load_definitions",
            Kind.text("a file's path"),
            null,
            "Definitions, in RabbitMQ's JSON, that are imported at each start, before clients are let in.");

    public static final Option<String> MANAGEMENT_DEFINITIONS = new Option<>(
            "management.load_definitions", Kind.text("a file's path"), null, "The older name of load_definitions.");

    public static final Option<String> CLUSTER_NAME = new Option<>(
            "cluster_name", Kind.text("a name"), null, "What the cluster is called; as its first node by default.");

    public static final Option<String> LOG_LEVEL = new Option<>(
            "log.console.level",
            Kind.choice("debug", "info", "warning", "error", "none"),
            "info",
            "What is logged on the console.");

    public static final Option<Integer> THREADS = new Option<>(
            "jumpmq.threads", Kind.wholeNumber(1, 1024), null, "Event loops; as many as there are cores unless set.");

    /** In the order of the reference page. Families come after the keys that look like their members. */
    static final List<Option<?>> ALL = Stream.<List<Option<?>>>of(
                    List.of(TCP, MORE_TCP, TLS),
                    TLS_OPTIONS.all(),
                    List.of(
                            DEFAULT_USER,
                            DEFAULT_PASSWORD,
                            DEFAULT_VHOST,
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
                            MAX_MESSAGE_SIZE,
                            MEMORY_SHARE,
                            MEMORY_BYTES,
                            DISK_FREE,
                            DATA_DIRECTORY,
                            STORE_SYNC,
                            STORE_INTERVAL,
                            STORE_SEGMENT),
                    MANAGEMENT.all(),
                    PROMETHEUS.all(),
                    List.of(DEFINITIONS, MANAGEMENT_DEFINITIONS, CLUSTER_NAME, LOG_LEVEL, THREADS))
            .flatMap(List::stream)
            .toList();

    /** Keys of RabbitMQ's that make sense there and have no meaning here: taken with a word in the log. */
    static final List<String> WITHOUT_MEANING = List.of(
            "cluster_formation.",
            "cluster_partition_handling",
            "cluster_keepalive_interval",
            "collect_statistics_interval",
            "consumer_timeout",
            "definitions.",
            "disk_free_limit.relative",
            "log.file",
            "log.dir",
            "log.console",
            "log.exchange",
            "log.default.level",
            "log.connection.level",
            "log.channel.level",
            "log.queue.level",
            "management.",
            "management_agent.",
            "mirroring_sync_batch_size",
            "mnesia_table_loading_retry_timeout",
            "mnesia_table_loading_retry_limit",
            "net_ticktime",
            "num_acceptors.",
            "prometheus.",
            "queue_index_embed_msgs_below",
            "queue_leader_locator",
            "queue_master_locator",
            "raft.",
            "reverse_dns_lookups",
            "ssl_options.depth",
            "ssl_options.honor_cipher_order",
            "ssl_options.honor_ecc_order",
            "ssl_options.versions.",
            "statistics_collect_interval",
            "tcp_listen_options.",
            "total_memory_available_override_value",
            "vm_memory_calculation_strategy",
            "vm_memory_high_watermark_paging_ratio");

    private Options() {}
}
