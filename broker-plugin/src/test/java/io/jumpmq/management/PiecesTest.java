package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PiecesTest {
    private static final int BYTES = 100_000;

    private final HttpMemory memory = new HttpMemory(BYTES);

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(length).nextBytes(noise);
        return noise;
    }

    @Test
    void whatIsWrittenIsThere() {
        byte[] noise = noise(BYTES / 2);
        Pieces pieces = new Pieces(memory);
        for (int at = 0; at < noise.length; at += 999) {
            pieces.write(noise, at, Math.min(999, noise.length - at));
        }
        assertThat(pieces.size()).isEqualTo(noise.length);
        assertThat(pieces.toBytes()).isEqualTo(noise);
        ByteBuffer whole = ByteBuffer.allocate(noise.length);
        for (ByteBuffer piece : pieces.buffers()) {
            whole.put(piece);
        }
        assertThat(whole.array()).isEqualTo(noise);
    }

    @Test
    void moreThanThereIsMemoryForIsRefusedUntilOthersAreDone() {
        Pieces first = new Pieces(memory);
        first.write(noise(BYTES), 0, BYTES);
        Pieces second = new Pieces(memory);
        assertThatThrownBy(() -> second.write(noise(BYTES), 0, BYTES))
                .isInstanceOfSatisfying(
                        HttpError.class, refused -> assertThat(refused.status()).isEqualTo(503));
        second.discard();
        assertThat(second.size()).isZero();
        first.release();
        first.release();
        assertThatCode(() -> second.write(noise(BYTES), 0, BYTES)).doesNotThrowAnyException();
    }

    @Test
    void aLittleIsAlwaysThere() {
        new Pieces(memory).write(noise(BYTES), 0, BYTES);
        assertThatCode(() -> new Pieces(memory).write(noise(1_000), 0, 1_000)).doesNotThrowAnyException();
    }
}
