package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.jumpmq.store.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A data directory that goes, or changes, under a running broker; and one that cannot be used to begin with. */
class DirectoryGoneTest {
    private static final StoreSettings SETTINGS =
            new StoreSettings(4 << 20, Duration.ZERO, 0, 1 << 20, StoreSettings.OnDamage.QUARANTINE);

    /** What is done to a directory, and what the failure names. */
    enum Deed {
        RENAMED("data") {
            @Override
            void doTo(Path data) throws IOException {
                Files.move(data, data.resolveSibling("elsewhere"));
            }
        },
        /** As by a mount over it. */
        REPLACED("data") {
            @Override
            void doTo(Path data) throws IOException {
                Path elsewhere = data.resolveSibling("elsewhere");
                Files.move(data, elsewhere);
                for (String part : List.of("", "catalog", "messages")) {
                    Files.createDirectories(data.resolve(part));
                    for (Path file : files(elsewhere.resolve(part), "")) {
                        Files.copy(file, data.resolve(part).resolve(String.valueOf(file.getFileName())));
                    }
                }
            }
        },
        LOCK_DELETED("lock") {
            @Override
            void doTo(Path data) throws IOException {
                Files.delete(data.resolve("lock"));
            }
        },
        LOCK_REPLACED("lock") {
            @Override
            void doTo(Path data) throws IOException {
                Files.delete(data.resolve("lock"));
                Files.createFile(data.resolve("lock"));
            }
        },
        SEGMENTS_DELETED("messages") {
            @Override
            void doTo(Path data) throws IOException {
                for (Path file : files(data.resolve("messages"), ".log")) {
                    Files.delete(file);
                }
            }
        },
        OLDEST_SEGMENT_REPLACED("0000000000000001.log") {
            @Override
            void doTo(Path data) throws IOException {
                Path oldest = data.resolve("messages").resolve("0000000000000001.log");
                Path copy = data.resolve("copy");
                Files.copy(oldest, copy);
                Files.move(copy, oldest, StandardCopyOption.REPLACE_EXISTING);
            }
        },
        JOURNAL_DELETED(".journal") {
            @Override
            void doTo(Path data) throws IOException {
                for (Path file : files(data.resolve("catalog"), ".journal")) {
                    Files.delete(file);
                }
            }
        },
        SNAPSHOT_DELETED(".snapshot") {
            @Override
            void doTo(Path data) throws IOException {
                for (Path file : files(data.resolve("catalog"), ".snapshot")) {
                    Files.delete(file);
                }
            }
        };

        final String named;

        Deed(String named) {
            this.named = named;
        }

        abstract void doTo(Path data) throws IOException;

        static List<Path> files(Path directory, String suffix) throws IOException {
            try (Stream<Path> all = Files.list(directory)) {
                return all.filter(Files::isRegularFile)
                        .filter(file -> file.toString().endsWith(suffix))
                        .toList();
            }
        }
    }

    @TempDir
    Path folder = Path.of("");

    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    private JumpMq start(Path data) {
        return JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .threads(1)
                .dataDirectory(data)
                .store(SETTINGS)
                .onStoreFailure(failures::add)
                .start();
    }

    private static Connection connect(JumpMq broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    private static void publish(Channel channel) throws IOException {
        channel.basicPublish("", "kept", MessageProperties.PERSISTENT_BASIC, "kept".getBytes(UTF_8));
    }

    private void requireTold(String named) {
        await().atMost(Duration.ofSeconds(20)).until(() -> !failures.isEmpty());
        assertThat(failures).hasSize(1);
        assertThat(failures.get(0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.resolve("data").toString())
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @EnumSource
    void isNoticedThoughNobodyPublishes(Deed deed) throws Exception {
        try (JumpMq broker = start(folder.resolve("data"))) {
            assertThat(broker.port()).isPositive();
            deed.doTo(folder.resolve("data"));
            requireTold(deed.named);
        }
    }

    /** All that a message goes through: what is missing elsewhere is noticed in a second. */
    @ParameterizedTest
    @EnumSource(names = {"RENAMED", "REPLACED", "LOCK_DELETED", "LOCK_REPLACED", "SEGMENTS_DELETED"})
    void nothingIsConfirmedAfterwards(Deed deed) throws Exception {
        try (JumpMq broker = start(folder.resolve("data"))) {
            Connection connection = connect(broker);
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.queueDeclare("kept", true, false, false, null);
            publish(channel);
            channel.waitForConfirmsOrDie(20_000);
            deed.doTo(folder.resolve("data"));
            publish(channel);
            assertThatThrownBy(() -> channel.waitForConfirms(1_000)).isInstanceOf(TimeoutException.class);
            requireTold("");
            connection.abort(1_000); // It is blocked, so that its farewell is not heard.
        }
    }

    @Test
    void aDirectoryThatIsUsedIsRefusedEachTime() {
        Path data = folder.resolve("data");
        try (JumpMq broker = start(data)) {
            assertThat(broker.port()).isPositive();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> start(data))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("another JumpMQ uses the directory " + data);
            }
        }
        start(data).close();
        assertThat(failures).isEmpty();
    }

    @Test
    void aFileWhereTheDirectoryShouldBeIsSaidPlainly() throws IOException {
        Path data = Files.createFile(folder.resolve("data"));
        assertThatThrownBy(() -> start(data))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(data + " cannot be used as the data directory: it is no directory")
                .hasMessageContaining("--data-dir");
    }

    @Test
    void aDirectoryOfSomebodyElseIsSaidPlainly() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeFalse(Files.isWritable(data), "this user may write anywhere");
        assertThatThrownBy(() -> start(data))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("permission denied for user '" + System.getProperty("user.name"))
                .hasMessageContaining("must own it");
    }
}
