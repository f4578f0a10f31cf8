package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.plugin.ExchangeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which jars are loaded, and what those are told that cannot be. */
class PluginsTest {
    @TempDir
    Path folder;

    private Path directory;
    private PluginJars jars;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createDirectory(folder.resolve("plugins"));
        jars = new PluginJars(Files.createDirectory(folder.resolve("work")));
    }

    private List<String> types() {
        try (Plugins plugins = Plugins.load(directory)) {
            return plugins.types().stream().map(ExchangeType::name).toList();
        }
    }

    private void assertRefused(String... lines) {
        assertThatThrownBy(() -> Plugins.load(directory).close())
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .satisfies(message -> {
                    assertThat(message.lines()).hasSameSizeAs(lines);
                    for (int i = 0; i < lines.length; i++) {
                        assertThat(message.lines().toList().get(i)).contains(lines[i]);
                    }
                });
    }

    @Test
    void jarsAreLoadedInTheOrderOfTheirNames() throws IOException {
        jars.simple(directory.resolve("b.jar"), "Second", "x-a-second");
        jars.simple(directory.resolve("c.jar"), "Third", "x-third");
        jars.simple(directory.resolve("a.jar"), "First", "x-first");
        Files.writeString(directory.resolve("README.txt"), "not a plugin");
        Files.createDirectory(directory.resolve("older.jar"));
        assertThat(types()).endsWith("x-first", "x-a-second", "x-third").contains("topic", "x-consistent-hash");
        try (Plugins plugins = Plugins.load(directory)) {
            assertThat(plugins.described()).extracting("name").containsExactly("a", "b", "c");
        }
    }

    @Test
    void theManifestNamesThePlugin() throws IOException {
        jars.modulus(directory.resolve("whatever.jar"));
        try (Plugins plugins = Plugins.load(directory)) {
            assertThat(plugins.described()).singleElement().satisfies(plugin -> {
                assertThat(plugin.name()).isEqualTo("modulus-hash");
                assertThat(plugin.version()).isEqualTo("1.0.0");
                assertThat(plugin.file()).hasFileName("whatever.jar");
                assertThat(plugin.exchangeTypes()).containsExactly("x-modulus-hash");
            });
        }
    }

    @Test
    void withoutADirectoryThereAreOnlyOurOwn() {
        try (Plugins plugins = Plugins.load(null)) {
            assertThat(plugins.described()).isEmpty();
            assertThat(plugins.types()).extracting(ExchangeType::name).contains("direct", "x-consistent-hash");
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsRefused() throws IOException {
        Files.delete(directory);
        assertRefused("there is no directory " + directory + " for plugins");
    }

    @Test
    void whatIsNoJarIsRefused() throws IOException {
        Files.writeString(directory.resolve("text.jar"), "some text");
        assertRefused("the plugin " + directory.resolve("text.jar") + " is no jar, or damaged: ");
    }

    @Test
    void aLinkThatLeadsNowhereIsRefusedAndNotPassedOver() throws IOException {
        Files.createSymbolicLink(directory.resolve("b.jar"), directory.resolve("nowhere"));
        assertRefused("b.jar is no file that can be read: a link that leads nowhere?");
    }

    @Test
    void aJarThatIsCutOffIsRefused() throws IOException {
        Path whole = jars.modulus(folder.resolve("whole.jar"));
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(directory.resolve("cut.jar"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused("cut.jar is no jar, or damaged: ");
    }

    @Test
    void aJarThatSaysNoVersionIsRefused() throws IOException {
        Manifest none = PluginJars.manifest();
        none.getMainAttributes().remove(new java.util.jar.Attributes.Name("JumpMQ-Plugin-Api"));
        PluginJars.jar(directory.resolve("old.jar"), none, "com.example.Old", jars.source("Old", "x-old", "", ""));
        assertRefused("old.jar does not say for which version of the plugin API it was built: its manifest needs"
                + " 'JumpMQ-Plugin-Api: 1'");
    }

    @Test
    void aJarForAnotherVersionIsRefusedBeforeAnyOfItRuns() throws IOException {
        Path classes = jars.source(
                "Newer", "x-newer", "static { System.setProperty(\"io.jumpmq.app.PluginsTest\", \"has run\"); }", "");
        PluginJars.jar(directory.resolve("newer.jar"), PluginJars.manifest("2"), "com.example.Newer", classes);
        assertRefused("newer.jar was built for version 2 of the plugin API, and this JumpMQ has version 1: ");
        assertThat(System.getProperty("io.jumpmq.app.PluginsTest")).isNull();
    }

    @Test
    void aJarWithoutATypeIsRefused() throws IOException {
        PluginJars.jar(
                directory.resolve("empty.jar"), PluginJars.manifest(), "", jars.source("Empty", "x-empty", "", ""));
        assertRefused("empty.jar brings no type of exchange: its META-INF/services/io.jumpmq.plugin.ExchangeType is");
    }

    @Test
    void aTypeThatIsNotInTheJarIsRefused() throws IOException {
        PluginJars.jar(
                directory.resolve("lost.jar"),
                PluginJars.manifest(),
                "com.example.Lost",
                jars.source("Other", "x-other", "", ""));
        assertRefused("lost.jar cannot be loaded: io.jumpmq.plugin.ExchangeType: Provider com.example.Lost not found");
    }

    @Test
    void aMissingClassIsRefused() throws IOException {
        Path classes =
                jars.source("Needs", "x-needs", "private final Part part = new Part(); static class Part {}", "");
        Files.delete(classes.resolve("com/example/Needs$Part.class"));
        PluginJars.jar(directory.resolve("needs.jar"), PluginJars.manifest(), "com.example.Needs", classes);
        assertRefused(
                "needs.jar cannot be loaded: java.lang.NoClassDefFoundError: com/example/Needs$Part. A plugin has to"
                        + " bring all classes");
    }

    @Test
    void theServersOwnClassesAreNotThere() throws IOException {
        String members = "public Peeps() throws Exception { Class.forName(\"io.jumpmq.broker.Broker\"); }";
        PluginJars.jar(
                directory.resolve("peeps.jar"),
                PluginJars.manifest(),
                "com.example.Peeps",
                jars.source("Peeps", "x-peeps", members, ""));
        assertRefused("peeps.jar fails when it is loaded: java.lang.ClassNotFoundException: io.jumpmq.broker.Broker");
    }

    @Test
    void aTypeThatThrowsIsRefused() throws IOException {
        String members = "public Throws() { throw new IllegalStateException(\"no licence\"); }";
        PluginJars.jar(
                directory.resolve("throws.jar"),
                PluginJars.manifest(),
                "com.example.Throws",
                jars.source("Throws", "x-throws", members, ""));
        assertRefused("throws.jar fails when it is loaded: java.lang.IllegalStateException: no licence. Ask whoever");
    }

    @Test
    void aNameThatIsTakenIsRefused() throws IOException {
        jars.simple(directory.resolve("a.jar"), "A", "x-mine");
        jars.simple(directory.resolve("b.jar"), "B", "x-mine");
        jars.simple(directory.resolve("c.jar"), "C", "x-consistent-hash");
        assertRefused(
                "b.jar brings the type of exchange 'x-mine', which a.jar brings already",
                "c.jar brings the type of exchange 'x-consistent-hash', which JumpMQ itself brings already");
    }

    @Test
    void aTypeNeedsAName() throws IOException {
        jars.simple(directory.resolve("nameless.jar"), "Nameless", "");
        assertRefused("nameless.jar brings a type of exchange whose name has not from 1 to 255 bytes");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() throws IOException {
        Files.write(directory.resolve("a.jar"), "no".getBytes(UTF_8));
        jars.simple(directory.resolve("b.jar"), "B", "x-fine");
        jars.simple(directory.resolve("c.jar"), "C", "topic");
        assertRefused("a.jar is no jar", "c.jar brings the type of exchange 'topic'");
    }

    @Test
    void whatEverybodyMayWriteToIsRefused() throws IOException {
        jars.simple(directory.resolve("a.jar"), "A", "x-a");
        Files.setPosixFilePermissions(directory.resolve("a.jar"), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertRefused("everybody may write to " + directory.resolve("a.jar"));
        Files.setPosixFilePermissions(directory.resolve("a.jar"), PosixFilePermissions.fromString("rw-rw-r--"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused("everybody may write to " + directory);
    }

    @Test
    void twoPluginsMayHaveClassesOfTheSameName() throws IOException {
        jars.simple(directory.resolve("a.jar"), "Same", "x-one");
        jars.simple(folder.resolve("b.jar"), "Same", "x-other");
        Files.move(folder.resolve("b.jar"), directory.resolve("b.jar"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(types()).endsWith("x-one", "x-other");
    }
}
