package io.jumpmq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RingFileTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    void whatWasWrittenIsRead() throws IOException {
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP_BACK);
        Path file = folder.resolve("r.json");
        RingFile.write(file, ring.state());
        assertThat(RingFile.read(file)).isEqualTo(ring.state());
        ring.bind("a", 10_000);
        ring.bind("b", 3);
        ring.bind("c", 70);
        ring.remove("b");
        RingFile.write(file, ring.state());
        assertThat(RingFile.read(file)).isEqualTo(ring.state());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    static Stream<List<String>> damaged() {
        return Stream.of(
                List.of("\"version\": 1", "\"version\": 2", "version 2; this program reads version 1"),
                List.of("\"version\": 1", "\"version\": \"1\"", "version \"1\""),
                List.of("\"jump\"", "\"jmup\"", "unknown hash algorithm 'jmup'"),
                List.of("\"epoch\": 2", "\"epoch\": -2", "epoch: -2"),
                List.of("\"epoch\": 2", "\"epoch\": 2.5", "epoch: 2.5"),
                List.of("\"epoch\": 2,", "", "the field 'epoch' is missing"),
                List.of("\"epoch\": 2,", "\"epoch\": 2, \"epoc\": 3,", "unknown field 'epoc'"),
                List.of("\"epoch\": 2,", "\"epoch\": 2, \"epoch\": 3,", "Duplicate field 'epoch'"),
                List.of("[\"q2\", 3]", "[\"q2\", 4]", "but these buckets have"),
                List.of("[\"q2\", 3]", "[\"q2\", 0]", "bucket 2: a run of 0 for q2"),
                List.of("[\"q2\", 3]", "[\"q2\", 10001]", "bucket 2: a run of 10001 for q2"),
                List.of("[\"q2\", 3]", "[\"q2\", 99999999999]", "buckets[1]"),
                List.of("[\"q2\", 3]", "[2, 3]", "buckets[1]: [2,3] is not"),
                List.of("[\"q2\", 3]", "[\"q2\"]", "buckets[1]: [\"q2\"] is not"),
                List.of("[\"q2\", 3]\n  ]\n}", "", "line "),
                List.of("[\"q2\", 3]\n  ]\n}", "[\"q2\", 3]\n  ]\n} x", "line"));
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void damageIsNamed(List<String> originalDamageMessage) throws IOException {
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        ring.bind("q1", 2);
        ring.bind("q2", 3);
        Path file = folder.resolve("r.json");
        RingFile.write(file, ring.state());
        String text = Files.readString(file);
        assertThat(text).contains(originalDamageMessage.get(0));
        Files.writeString(file, text.replace(originalDamageMessage.get(0), originalDamageMessage.get(1)));
        assertThatThrownBy(() -> RingFile.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file + " is not a ring file: ")
                .hasMessageContaining(originalDamageMessage.get(2));
    }

    @Test
    void runsThatRepeatADestinationCountTogether() {
        RingState<String> state = RingState.of(
                HashAlgorithm.JUMP,
                9,
                List.of(new RingState.Run<>("a", 2), new RingState.Run<>("b", 1), new RingState.Run<>("a", 3)));
        assertThat(state.weights()).containsEntry("a", 5).containsEntry("b", 1);
        assertThat(state.epoch()).isEqualTo(9);
        assertThatThrownBy(() -> RingState.of(
                        HashAlgorithm.JUMP,
                        0,
                        List.of(
                                new RingState.Run<>("a", 9_999),
                                new RingState.Run<>("b", 1),
                                new RingState.Run<>("a", 2))))
                .hasMessageContaining("bucket 10000");
    }
}
