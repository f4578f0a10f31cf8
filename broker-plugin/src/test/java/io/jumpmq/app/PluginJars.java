package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.PluginApi;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Makes plugins: jars of classes that are compiled from sources, against the API and nothing else of JumpMQ. */
final class PluginJars {
    static final String MODULUS = "com.example.ModulusHashExchange";

    private static final Path DOCUMENT = Path.of("..", "docs", "plugins.md");
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    /** A type that does what its parts say. */
    private static final String TEMPLATE = """
            package com.example;

            import io.jumpmq.plugin.*;
            import java.util.function.Consumer;

            public class %1$s implements ExchangeType {
                %3$s

                @Override
                public String name() {
                    return "%2$s";
                }

                @Override
                public String description() {
                    return "For a test";
                }

                @Override
                public Router create(NewExchange exchange) {
                    return new Router() {
                        @Override
                        public void bind(Binding binding) {
                            if (binding.key().equals("unbindable")) {
                                throw new IllegalStateException("a defect on purpose");
                            }
                        }

                        @Override
                        public void unbind(Binding binding) {}

                        @Override
                        public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {
                            %4$s
                        }
                    };
                }
            }
            """;

    private final Path work;

    PluginJars(Path work) {
        this.work = work;
    }

    /** The manifest that a plugin needs. */
    static Manifest manifest(String apiVersion) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue(PluginApi.MANIFEST_ATTRIBUTE, apiVersion);
        return manifest;
    }

    static Manifest manifest() {
        return manifest(Integer.toString(PluginApi.VERSION));
    }

    /** The example of the document. */
    static String example() throws IOException {
        Matcher matcher = EXAMPLE.matcher(Files.readString(DOCUMENT));
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    /** Its plugin, with title and version. */
    Path modulus(Path jar) throws IOException {
        Manifest manifest = manifest();
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_TITLE, "modulus-hash");
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "1.0.0");
        return jar(jar, manifest, MODULUS, compiled("ModulusHashExchange", example()));
    }

    /** A plugin with one simple type. */
    Path simple(Path jar, String className, String type) throws IOException {
        return jar(jar, manifest(), "com.example." + className, source(className, type, "", ""));
    }

    /** The classes of a simple type, with more members, and this in its routing. */
    Path source(String className, String type, String members, String routing) throws IOException {
        return compiled(className, TEMPLATE.formatted(className, type, members, routing));
    }

    /** A directory with what a source compiles to. */
    Path compiled(String className, String source) throws IOException {
        Path folder = Files.createTempDirectory(work, "compiled");
        Path file = Files.writeString(folder.resolve(className + ".java"), source);
        Path classes = Files.createDirectory(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            boolean compiles = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    api().toString(),
                                    "--release",
                                    "17",
                                    "-Xlint:-classfile"),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertThat(compiles).as(said.toString()).isTrue();
        }
        return classes;
    }

    /** The classes of the API alone. */
    private Path api() throws IOException {
        Path api = work.resolve("api");
        if (Files.notExists(api)) {
            Path from = Path.of(PluginApi.class.getResource("PluginApi.class").getPath())
                    .getParent();
            Path into = Files.createDirectories(api.resolve("io/jumpmq/plugin"));
            try (Stream<Path> classes = Files.list(from)) {
                for (Path file : classes.toList()) {
                    Files.copy(file, into.resolve(file.getFileName()));
                }
            }
        }
        return api;
    }

    /** A jar of these classes that says it provides types, one a line. */
    static Path jar(Path jar, Manifest manifest, String types, Path classes) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
                Files.copy(each, out);
            }
            if (!types.isEmpty()) {
                out.putNextEntry(new ZipEntry("META-INF/services/" + ExchangeType.class.getName()));
                out.write(types.getBytes(UTF_8));
            }
        }
        return jar;
    }
}
