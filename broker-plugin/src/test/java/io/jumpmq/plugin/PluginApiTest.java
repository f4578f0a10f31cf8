package io.jumpmq.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Version 1 of the API, as plugins out there were compiled against it: whoever changes it makes another version. */
class PluginApiTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "plugins.md");

    @Test
    void itIsAsItWas() throws Exception {
        try (InputStream in = PluginApiTest.class.getResourceAsStream("api-" + PluginApi.VERSION + ".txt")) {
            String recorded = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
            assertThat(String.join("\n", members()) + "\n").isEqualTo(recorded);
        }
    }

    private static List<String> members() {
        List<String> all = new ArrayList<>();
        Stream.of(
                        Binding.class,
                        Destination.class,
                        DestinationNames.class,
                        ExchangeType.class,
                        NewExchange.class,
                        PluginApi.class,
                        PublishedMessage.class,
                        RefusedException.class,
                        Router.class)
                .forEach(type -> {
                    for (Constructor<?> constructor : type.getConstructors()) {
                        all.add(described(constructor));
                    }
                    for (Method method : type.getDeclaredMethods()) {
                        if (Modifier.isPublic(method.getModifiers())) {
                            all.add(described(method));
                        }
                    }
                });
        return all.stream().sorted().toList();
    }

    private static String described(Executable member) {
        return member.toGenericString().replace("io.jumpmq.plugin.", "");
    }

    @Test
    void theDocumentNamesTheVersion() throws Exception {
        assertThat(Files.readString(DOCUMENT))
                .contains(PluginApi.MANIFEST_ATTRIBUTE + ": " + PluginApi.VERSION)
                .contains("`PluginApi.VERSION` is " + PluginApi.VERSION)
                .contains("META-INF/services/" + ExchangeType.class.getName());
    }
}
