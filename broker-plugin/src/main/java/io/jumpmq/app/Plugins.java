package io.jumpmq.app;

import io.jumpmq.management.Node;
import io.jumpmq.plugin.ExchangeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The types of exchange that there are: those of JumpMQ, and those that the jars of a directory bring. */
final class Plugins implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.plugins");

    private final List<ExchangeType> types = new ArrayList<>();
    private final List<PluginJar> jars = new ArrayList<>();

    /** Who brings each type, in words. */
    private final Map<String, String> broughtBy = new TreeMap<>();

    private final List<String> problems = new ArrayList<>();

    private Plugins() {
        for (ExchangeType type : ServiceLoader.load(ExchangeType.class)) {
            types.add(type);
            broughtBy.put(type.name(), "JumpMQ itself");
        }
    }

    /**
     * Loads all jars of a directory, in the order of their names. A start without one of them would leave its exchanges
     * waiting, so all have to be usable.
     *
     * @param directory null: no plugins
     * @throws IllegalArgumentException with everything that is wrong, each on a line of its own
     */
    static Plugins load(@Nullable Path directory) {
        Plugins plugins = new Plugins();
        try {
            if (directory != null) {
                plugins.loadFrom(directory);
            }
        } catch (IOException e) {
            plugins.problems.add("the plugins in " + directory + " cannot be read: " + e);
        }
        if (!plugins.problems.isEmpty()) {
            plugins.close();
            throw new IllegalArgumentException(String.join("\n", plugins.problems));
        }
        return plugins;
    }

    private void loadFrom(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            problems.add("there is no directory " + directory + " for plugins");
            return;
        }
        if (!isGuarded(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.sorted(Comparator.comparing(Plugins::fileName)).toList()) {
                if (!fileName(file).endsWith(".jar") || Files.isDirectory(file)) {
                    LOG.warn("{} is no .jar, and so no plugin of JumpMQ: it makes no difference", file);
                } else if (!Files.isRegularFile(file)) {
                    problems.add(
                            "the plugin " + file + " is no file that can be read: a link that leads nowhere? Put the"
                                    + " jar in its place, or take it away");
                } else if (isGuarded(file)) {
                    add(file);
                }
            }
        }
    }

    /** Whoever can write there can do whatever the server can. */
    private boolean isGuarded(Path path) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null || !view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            return true;
        }
        problems.add("plugins run as a part of the server, and everybody may write to " + path + ": chmod o-w " + path);
        return false;
    }

    private static String fileName(Path file) {
        return String.valueOf(file.getFileName());
    }

    private void add(Path file) {
        try {
            PluginJar jar = PluginJar.open(file);
            jars.add(jar);
            for (ExchangeType type : jar.types()) {
                String other = broughtBy.putIfAbsent(type.name(), fileName(file));
                if (other != null) {
                    throw new PluginJar.UnusableException("brings the type of exchange '" + type.name() + "', which "
                            + other + " brings already: take one of them away");
                }
                types.add(type);
            }
        } catch (PluginJar.UnusableException e) {
            problems.add("the plugin " + file + " " + e.getMessage());
        }
    }

    /** All types of exchange. */
    List<ExchangeType> types() {
        return List.copyOf(types);
    }

    /** What the jars are, for operators. */
    List<Node.Plugin> described() {
        return jars.stream()
                .map(jar -> new Node.Plugin(
                        jar.name(),
                        jar.version(),
                        jar.file(),
                        jar.types().stream().map(ExchangeType::name).toList(),
                        jar::routingFailures))
                .toList();
    }

    /** To be called when nothing can route any more. */
    @Override
    public void close() {
        jars.forEach(PluginJar::close);
    }
}
