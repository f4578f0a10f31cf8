package io.jumpmq.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What environment variables set: {@code JUMPMQ_} and a key in capitals with underscores for dots, and RabbitMQ's own, those
 * of its container image among them. A variable that would set something and cannot stops the start.
 */
final class Environment {
    static final String OURS = "JUMPMQ_";
    private static final String RABBITMQ = "RABBITMQ_";
    private static final String FILE = "_FILE";

    /** Those of the launcher, of the commands that are clients, and of images. */
    private static final Set<String> NO_SETTINGS = Set.of(
            "JUMPMQ_AMQP_URI",
            "JUMPMQ_CACERT",
            "JUMPMQ_CONFIG_FILE",
            "JUMPMQ_HOME",
            "JUMPMQ_JAVA_OPTS",
            "JUMPMQ_PASSWORD",
            "JUMPMQ_URI",
            "JUMPMQ_USERNAME",
            "JUMPMQ_VERSION");

    /** What Kubernetes, and Docker's links, tell every container about a service of that name. */
    private static final Pattern INJECTED_NAME =
            Pattern.compile(".*_SERVICE_HOST|.*_SERVICE_PORT(_.*)?|.*_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

    private static final Pattern INJECTED_VALUE = Pattern.compile("(tcp|udp|sctp)://.*");

    private static final Map<String, Option<?>> RABBITMQ_SETTINGS = Map.of(
            "RABBITMQ_DEFAULT_USER", Options.DEFAULT_USER,
            "RABBITMQ_DEFAULT_PASS", Options.DEFAULT_PASSWORD,
            "RABBITMQ_DEFAULT_VHOST", Options.DEFAULT_VHOST,
            "RABBITMQ_NODENAME", Options.NODE_NAME,
            "RABBITMQ_LOG_BASE", Options.LOG_DIRECTORY);

    /** Where RabbitMQ keeps its data, the most exact last. */
    private static final String[] DATA = {"RABBITMQ_DATA_DIR", "RABBITMQ_MNESIA_BASE", "RABBITMQ_MNESIA_DIR"};

    /** Of RabbitMQ's inner life, or read elsewhere. */
    private static final Pattern WITHOUT_EFFECT = Pattern.compile("RABBITMQ_(DATA_DIR|MNESIA_BASE|MNESIA_DIR|LOGS"
            + "|NODE_PORT|NODE_IP_ADDRESS|CONFIG_FILES?|VERSION|HOME|PGP_KEY_ID|PID_FILE|KEEP_PID_FILE_ON_EXIT|DIST_PORT"
            + "|ERLANG_COOKIE|USE_LONGNAME|ENABLED_PLUGINS(_FILE)?|PLUGINS_DIR|PLUGINS_EXPAND_DIR|SERVER_.*|CTL_.*|CLI_.*"
            + "|IO_THREAD_POOL_SIZE|MAX_NUMBER_OF_(PROCESSES|ATOMS)|DISTRIBUTION_BUFFER_SIZE|SCHEDULER_BIND_TYPE"
            + "|(FORCED_)?FEATURE_FLAGS.*|MOTD_FILE|SCHEMA_DIR|GENERATED_CONFIG_DIR|QUORUM_DIR|STREAM_DIR|UPGRADE_LOG"
            + "|PRODUCT_(NAME|VERSION)|DEFAULT_ALLOC_ARGS|ALLOC_ARGS|BOOT_MODULE|SYS_PREFIX|SCRIPTS_DIR|EXT_DIR|BASE"
            + "|SERVICENAME|CONSOLE_LOG|BUILD.*)");

    /** What would let somebody in, or keep somebody out. */
    private static final Pattern GRAVE =
            Pattern.compile("RABBITMQ_(DEFAULT_.*|SSL_.*|MANAGEMENT_SSL_.*|VM_MEMORY_HIGH_WATERMARK)");

    private final Map<String, String> environment;
    private final Settings.Builder settings;
    private final Problems problems;

    Environment(Map<String, String> environment, Settings.Builder settings, Problems problems) {
        this.environment = new TreeMap<>(environment);
        this.settings = settings;
        this.problems = problems;
    }

    void read() {
        environment.forEach((name, value) -> {
            if (name.startsWith(RABBITMQ) && !isInjected(name, value)) {
                rabbitmq(name, value);
            }
        });
        readPlaces();
        environment.forEach((name, value) -> {
            if (name.startsWith(OURS) && !NO_SETTINGS.contains(name)) {
                if (!isInjected(name, value)) {
                    ours(name, value);
                } else if (Options.ofVariable(name) != null) {
                    problems.warning("The environment variable " + name + " is taken for what Kubernetes tells about a"
                            + " service of that name, and sets nothing");
                }
            }
        });
    }

    private static boolean isInjected(String name, String value) {
        return INJECTED_NAME.matcher(name).matches()
                || (name.endsWith("_PORT") && INJECTED_VALUE.matcher(value).matches());
    }

    private void ours(String name, String value) {
        Option<?> option = Options.ofVariable(name);
        if (option != null) {
            settings.set(name, option.key(), value);
        } else if (!secretFromFile(name, Options.ofVariable(withoutFile(name)))) {
            problems.error("the environment variable " + name + " names no setting; 'jumpmq config' lists them");
        }
    }

    private void rabbitmq(String name, String value) {
        Option<?> option = RABBITMQ_SETTINGS.get(name);
        if (option != null) {
            // One that is empty is none, as in RabbitMQ; but an empty password is not to make it guest's.
            if (!value.isEmpty() || Options.SECRETS.contains(option)) {
                settings.set(name, option.key(), value);
            }
        } else if (!secretFromFile(name, RABBITMQ_SETTINGS.get(withoutFile(name)))
                && !WITHOUT_EFFECT.matcher(name).matches()) {
            if (GRAVE.matcher(name).matches()) {
                problems.error("the environment variable " + name
                        + " is not supported: put what it means into the configuration file, and remove it");
            } else {
                problems.warning("The environment variable " + name + " has no effect here");
            }
        }
    }

    private static String withoutFile(String name) {
        return name.endsWith(FILE) ? name.substring(0, name.length() - FILE.length()) : "";
    }

    /** A user's name or password may come from a file, such as a container's secret; a newline at its end is no part of it. */
    private boolean secretFromFile(String name, @Nullable Option<?> option) {
        if (option == null || !Options.SECRETS.contains(option)) {
            return false;
        }
        String file = environment.getOrDefault(name, "");
        if (environment.containsKey(withoutFile(name))) {
            problems.error("both " + withoutFile(name) + " and " + name + " are set: only one can hold");
            return true;
        }
        try {
            settings.set(name, option.key(), Files.readString(Path.of(file)).replaceFirst("\\R$", ""));
        } catch (IOException e) {
            problems.error(name + ": cannot read the file " + file + ": " + e.getMessage());
        }
        return true;
    }

    /** Where RabbitMQ would listen, keep its data and its log. */
    private void readPlaces() {
        String port = given("RABBITMQ_NODE_PORT");
        String host = given("RABBITMQ_NODE_IP_ADDRESS");
        if (!port.isEmpty() || !host.isEmpty()) {
            String address = (host.contains(":") ? "[" + host + "]" : host)
                    + (host.isEmpty() ? "" : ":")
                    + (port.isEmpty() ? "5672" : port);
            settings.set(
                    port.isEmpty() ? "RABBITMQ_NODE_IP_ADDRESS" : "RABBITMQ_NODE_PORT", Options.TCP.key(), address);
        }
        for (String name : DATA) {
            if (!given(name).isEmpty()) {
                // Its own files may be there.
                settings.set(name, Options.DATA_DIRECTORY.key(), given(name) + "/jumpmq");
            }
        }
        String logs = given("RABBITMQ_LOGS");
        if (logs.equals("-") || logs.equals("-stderr")) {
            settings.set("RABBITMQ_LOGS", Options.LOG_CONSOLE.key(), "true");
            settings.set("RABBITMQ_LOGS", Options.LOG_FILE.key(), "false");
        } else if (!logs.isEmpty()) {
            settings.set(
                    "RABBITMQ_LOGS",
                    Options.LOG_FILE.key(),
                    Path.of(logs).toAbsolutePath().toString());
        }
    }

    private String given(String name) {
        String value = environment.getOrDefault(name, "");
        return isInjected(name, value) ? "" : value;
    }
}
