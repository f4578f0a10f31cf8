package io.jumpmq.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.Connect;
import io.jumpmq.cli.http.ManagementClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq plugins}: what scripts ask rabbitmq-plugins. Plugins come and go as files; there is nothing to switch. */
@Command(
        name = "plugins",
        description = {
            "Lists the plugins of a running node, as rabbitmq-plugins does.",
            "A plugin is enabled by putting its jar into the server's --plugins-dir and starting again: see docs/plugins.md."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class PluginsCommand {
    private final Console console;

    private PluginsCommand(Console console) {
        this.console = console;
    }

    static CommandLine commandLine(Console console) {
        return new CommandLine(new PluginsCommand(console));
    }

    /** What both options of rabbitmq-plugins list choose: here all that is there is enabled by somebody. */
    @Command(name = "list", description = "Lists plugins.", mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedVariable") // Options that scripts give and that change nothing here have to be taken.
    int list(
            @Parameters(paramLabel = "PATTERN", arity = "0..1", defaultValue = ".*", description = "Found in the name.")
                    String pattern,
            @Option(
                            names = {"-E", "--enabled"},
                            description = "Only those enabled explicitly: all are.")
                    boolean explicit,
            @Option(
                            names = {"-e", "--implicitly-enabled"},
                            description = "Those enabled explicitly or implicitly: all are.")
                    boolean implicit,
            @Option(
                            names = {"-m", "--minimal"},
                            description = "Only names.")
                    boolean minimal,
            @Option(
                            names = {"-v", "--verbose"},
                            description = "All that is known.")
                    boolean verbose,
            @Option(
                            names = {"-q", "--quiet"},
                            description = "No banner.")
                    boolean quiet,
            @Option(
                            names = {"-s", "--silent"},
                            description = "No banner and no legend.")
                    boolean silent,
            @Option(
                            names = "--formatter",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table (default) or json.")
                    String formatter,
            @Mixin Connect connect) {
        if (!List.of("table", "json").contains(formatter)) {
            throw new UsageException("--formatter must be table or json, not '" + formatter + "'");
        }
        ManagementClient client = connect.client();
        String node = node(client);
        List<JsonNode> plugins = plugins(client, node, compiled(pattern));
        if (formatter.equals("json")) {
            console.print(json(plugins, minimal, verbose));
            return JumpMqCommand.OK;
        }
        if (!quiet && !silent) {
            console.print("Listing plugins with pattern \"" + pattern + "\" ...\n");
        }
        if (!minimal && !silent) {
            console.print(" Configured: E = explicitly enabled; e = implicitly enabled\n | Status: * = running on "
                    + node + "\n |/\n");
        }
        int width =
                plugins.stream().mapToInt(plugin -> name(plugin).length()).max().orElse(0);
        for (JsonNode plugin : plugins) {
            console.print(minimal ? name(plugin) + "\n" : verbose ? described(plugin) : line(plugin, width));
        }
        return JumpMqCommand.OK;
    }

    @Command(
            name = "is_enabled",
            description = "Asks whether plugins are there. Exit code 1: one is not.",
            mixinStandardHelpOptions = true)
    int isEnabled(
            @Parameters(paramLabel = "NAME", arity = "1..*", description = "Their names.") List<String> names,
            @Mixin Connect connect) {
        ManagementClient client = connect.client();
        String node = node(client);
        List<String> enabled = plugins(client, node, compiled("")).stream()
                .map(PluginsCommand::name)
                .toList();
        for (String name : names) {
            console.print("Plugin " + name
                    + (enabled.contains(name) ? " is enabled on node " : " is not enabled on node ") + node + "\n");
        }
        return enabled.containsAll(names) ? JumpMqCommand.OK : JumpMqCommand.NO;
    }

    private static Pattern compiled(String pattern) {
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new UsageException("'" + pattern + "' is no pattern: " + e.getDescription());
        }
    }

    private static String node(ManagementClient client) {
        return client.get(ManagementClient.path("ctl", "state")).path("node").asText();
    }

    private static List<JsonNode> plugins(ManagementClient client, String node, Pattern pattern) {
        List<JsonNode> matching = new ArrayList<>();
        client.get(ManagementClient.path("nodes", node, "plugins")).forEach(plugin -> {
            if (pattern.matcher(name(plugin)).find()) {
                matching.add(plugin);
            }
        });
        return matching;
    }

    private static String name(JsonNode plugin) {
        return plugin.path("name").asText();
    }

    private static String version(JsonNode plugin) {
        return plugin.path("version").asText();
    }

    private static String line(JsonNode plugin, int width) {
        return ("[E*] " + name(plugin) + " ".repeat(width - name(plugin).length()) + " " + version(plugin))
                        .stripTrailing()
                + "\n";
    }

    private static String described(JsonNode plugin) {
        StringBuilder text = new StringBuilder("[E*] " + name(plugin) + "\n");
        plugin.properties().forEach(fact -> {
            if (!fact.getKey().equals("name")) {
                text.append("     ").append(fact.getKey()).append(": ");
                text.append(fact.getValue().isTextual() ? fact.getValue().asText() : fact.getValue())
                        .append('\n');
            }
        });
        return text.toString();
    }

    /** RabbitMQ's document, but for versions: there they are lists of numbers, here the text that they stand for. */
    private static String json(List<JsonNode> plugins, boolean minimal, boolean verbose) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (JsonNode plugin : plugins) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", name(plugin));
            if (!minimal) {
                map.put("enabled", "enabled");
                map.put("running", true);
                map.put("version", version(plugin));
                map.put("running_version", version(plugin));
            }
            if (verbose) {
                plugin.properties().forEach(fact -> map.putIfAbsent(fact.getKey(), fact.getValue()));
            }
            all.add(map);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("format", minimal ? "minimal" : verbose ? "verbose" : "normal");
        document.put("plugins", all);
        document.put("status", "running");
        try {
            return Json.MAPPER.writeValueAsString(document) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
