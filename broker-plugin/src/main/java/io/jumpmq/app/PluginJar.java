package io.jumpmq.app;

import io.jumpmq.broker.exchange.PluginExchange;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.PluginApi;
import io.jumpmq.value.ShortString;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** A plugin: a jar whose class loader sees Java, the API that plugins are written against, and the jar itself. */
final class PluginJar implements AutoCloseable {
    private static final String SERVICE = "META-INF/services/" + ExchangeType.class.getName();

    private final Path file;
    private final Attributes attributes;
    private final URLClassLoader loader;
    private final PluginFailures failures;
    private final List<ExchangeType> types = new ArrayList<>();

    /** A jar cannot be used; the message completes the sentence "the plugin x.jar …", and says what to do. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String why) {
            super(why);
        }
    }

    /** What plugins may use of the server: the classes of the API, and no others. */
    private static final class ApiLoader extends ClassLoader {
        private static final String API = PluginApi.class.getPackageName() + ".";

        ApiLoader() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (!name.startsWith(API)) {
                throw new ClassNotFoundException(name);
            }
            return PluginApi.class.getClassLoader().loadClass(name);
        }
    }

    private PluginJar(Path file, Attributes attributes, URLClassLoader loader) {
        this.file = file;
        this.attributes = attributes;
        this.loader = loader;
        this.failures = new PluginFailures(name());
    }

    /** Loads all that a jar brings. */
    static PluginJar open(Path file) throws UnusableException {
        try {
            Attributes attributes = attributes(file);
            requireVersion(attributes.getValue(PluginApi.MANIFEST_ATTRIBUTE));
            PluginJar jar = new PluginJar(
                    file, attributes, new URLClassLoader("plugin " + file.getFileName(), urls(file), new ApiLoader()));
            try {
                jar.load();
                return jar;
            } catch (UnusableException | RuntimeException | Error e) {
                jar.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UnusableException("is no jar, or damaged: " + e.getMessage() + "; copy it here again");
        }
    }

    private static URL[] urls(Path file) throws IOException {
        return new URL[] {file.toUri().toURL()};
    }

    private static Attributes attributes(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            return manifest == null ? new Attributes() : manifest.getMainAttributes();
        }
    }

    private static void requireVersion(@Nullable String version) throws UnusableException {
        if (version == null) {
            throw new UnusableException(
                    "does not say for which version of the plugin API it was built: its manifest needs '"
                            + PluginApi.MANIFEST_ATTRIBUTE + ": " + PluginApi.VERSION + "'. Is it a plugin of JumpMQ?");
        }
        if (!version.equals(Integer.toString(PluginApi.VERSION))) {
            throw new UnusableException(
                    "was built for version " + version + " of the plugin API, and this JumpMQ has version "
                            + PluginApi.VERSION + ": take a build of the plugin for that version");
        }
    }

    private void load() throws UnusableException {
        try {
            ServiceLoader.load(ExchangeType.class, loader).forEach(this::add);
        } catch (ServiceConfigurationError e) {
            Throwable cause = e.getCause();
            throw cause == null ? unusable(e) : cause instanceof LinkageError ? incomplete(cause) : failing(cause);
        } catch (LinkageError e) {
            throw incomplete(e);
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            throw failing(e);
        }
        if (types.isEmpty()) {
            throw new UnusableException("brings no type of exchange: its " + SERVICE + " is missing, or empty");
        }
        for (ExchangeType type : types) {
            if (type.name().isEmpty() || !ShortString.fits(type.name())) {
                throw new UnusableException(
                        "brings a type of exchange whose name has not from 1 to 255 bytes: '" + type.name() + "'");
            }
        }
    }

    private void add(ExchangeType type) {
        types.add(new PluginExchange(type, String.valueOf(file.getFileName()), failures));
    }

    private static UnusableException unusable(Throwable why) {
        return new UnusableException("cannot be loaded: " + why.getMessage());
    }

    private static UnusableException incomplete(Throwable why) {
        return new UnusableException("cannot be loaded: " + why
                + ". A plugin has to bring all classes that it needs beside those of Java "
                + Runtime.version().feature()
                + " and io.jumpmq.plugin");
    }

    private static UnusableException failing(Throwable why) {
        return new UnusableException("fails when it is loaded: " + why + ". Ask whoever made it");
    }

    Path file() {
        return file;
    }

    /** As its manifest says; else as the file. */
    String name() {
        String title = attributes.getValue(Attributes.Name.IMPLEMENTATION_TITLE);
        return title == null ? String.valueOf(file.getFileName()).replaceFirst("\\.jar$", "") : title;
    }

    /** As its manifest says; empty if it does not. */
    String version() {
        String version = attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION);
        return version == null ? "" : version;
    }

    List<ExchangeType> types() {
        return List.copyOf(types);
    }

    /** Messages that it could not route. */
    long routingFailures() {
        return failures.count();
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            throw new IllegalStateException("a jar that was only read cannot be closed", e);
        }
    }
}
