package io.jumpmq.ring.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashAlgorithmTest {
    /** XXH3-64 with seed 0 as the reference implementation (xxHash 0.8) prints it: `printf … | xxhsum -H3`. */
    @ParameterizedTest
    @CsvSource({"'',2d06800538d394c2", "a,e6c632b61e964e1f", "abc,78af5f94892f3950"})
    void xxh3IsThePublishedOne(String text, String hash) {
        for (HashAlgorithm algorithm : List.of(HashAlgorithm.JUMP, HashAlgorithm.JUMP_BACK)) {
            assertThat(Long.toHexString(algorithm.hash(text.getBytes(UTF_8)))).isEqualTo(hash);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRangeHashesAsItsCopy(HashAlgorithm algorithm) {
        SplittableRandom random = new SplittableRandom(11);
        byte[] bytes = new byte[200];
        random.nextBytes(bytes);
        for (int length = 0; length <= 100; length++) {
            int offset = random.nextInt(100);
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            assertThat(algorithm.hash(bytes, offset, length)).isEqualTo(algorithm.hash(copy));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRangeOutsideTheArrayIsRefused(HashAlgorithm algorithm) {
        byte[] bytes = new byte[8];
        assertThatThrownBy(() -> algorithm.hash(bytes, 1, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> algorithm.hash(bytes, -1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> algorithm.hash(bytes, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 5, 9, 10, 99, 100, -10, 1234567890123456789L, Long.MAX_VALUE, Long.MIN_VALUE})
    void anIntegerMeetsItsDecimalText(long integer) {
        byte[] text = Long.toString(integer).getBytes(UTF_8);
        assertThat(HashAlgorithm.JUMP.hash(integer)).isEqualTo(HashAlgorithm.JUMP.hash(text));
        assertThat(HashAlgorithm.JUMP_BACK.hash(integer)).isEqualTo(HashAlgorithm.JUMP_BACK.hash(text));
        assertThat(HashAlgorithm.RABBITMQ.hash(integer)).isEqualTo(integer);
    }

    @Test
    void otherValuesMeetTheirText() {
        for (HashAlgorithm algorithm : List.of(HashAlgorithm.JUMP, HashAlgorithm.JUMP_BACK)) {
            assertThat(algorithm.hash(1.5)).isEqualTo(algorithm.hash("1.5".getBytes(UTF_8)));
            assertThat(algorithm.hashOfBoolean(true)).isEqualTo(algorithm.hash("true".getBytes(UTF_8)));
            assertThat(algorithm.hashOfBoolean(false)).isEqualTo(algorithm.hash("false".getBytes(UTF_8)));
            assertThat(algorithm.hashOfNothing()).isEqualTo(algorithm.hash(new byte[0]));
            assertThat(algorithm.hashOfEmptyArray()).isEqualTo(algorithm.hashOfNothing());
        }
    }

    @Test
    void bothZeroesOfRabbitmqAreOne() {
        assertThat(HashAlgorithm.RABBITMQ.hash(-0.0)).isEqualTo(HashAlgorithm.RABBITMQ.hash(0.0));
    }

    /** The recurrence of the paper with integers of any size, beyond the golden rows. */
    @Test
    void jumpIsExactAtEverySize() {
        SplittableRandom random = new SplittableRandom(12);
        for (int i = 0; i < 2_000; i++) {
            long key = random.nextLong();
            int buckets = 1 + (int) (random.nextLong() >>> (33 + random.nextInt(31)));
            assertThat(HashAlgorithm.JUMP.bucket(key, buckets))
                    .as("%d of %d", key, buckets)
                    .isEqualTo(exactJump(key, buckets));
        }
    }

    private static int exactJump(long key, int buckets) {
        BigInteger state = new BigInteger(Long.toUnsignedString(key));
        BigInteger bucket = BigInteger.ZERO;
        BigInteger next = BigInteger.ZERO;
        while (next.compareTo(BigInteger.valueOf(buckets)) < 0) {
            bucket = next;
            state = state.multiply(new BigInteger("2862933555777941757"))
                    .add(BigInteger.ONE)
                    .mod(BigInteger.ONE.shiftLeft(64));
            next = bucket.add(BigInteger.ONE)
                    .shiftLeft(31)
                    .divide(state.shiftRight(33).add(BigInteger.ONE));
        }
        return bucket.intValueExact();
    }

    @ParameterizedTest
    @EnumSource
    void oneMoreBucketMovesAKeyThereOrNowhere(HashAlgorithm algorithm) {
        SplittableRandom random = new SplittableRandom(13);
        for (int i = 0; i < 300; i++) {
            long hash = algorithm.hash(random.nextLong());
            int before = algorithm.bucket(hash, 1);
            assertThat(before).isZero();
            for (int buckets = 2; buckets <= 200; buckets++) {
                int after = algorithm.bucket(hash, buckets);
                assertThat(after).isIn(before, buckets - 1);
                before = after;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void thereIsNoBucketAmongNone(HashAlgorithm algorithm) {
        for (int buckets : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> algorithm.bucket(1, buckets))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the number of buckets must be at least 1, not " + buckets);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAlgorithmIsFoundByItsText(HashAlgorithm algorithm) {
        assertThat(HashAlgorithm.named(algorithm.toString())).isSameAs(algorithm);
    }

    @Test
    void anUnknownNameIsToldTheKnownOnes() {
        assertThatThrownBy(() -> HashAlgorithm.named("JUMP"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown hash algorithm 'JUMP': use one of jump, jump-back, rabbitmq");
    }

    /** Pins the default algorithms' buckets too: a change here moves every user's keys. */
    @Test
    void bucketsStayWhatTheyWere() {
        byte[] key = "order-42".getBytes(UTF_8);
        assertThat(bucket(HashAlgorithm.JUMP, key)).containsExactly(PINNED_JUMP);
        assertThat(bucket(HashAlgorithm.JUMP_BACK, key)).containsExactly(PINNED_JUMP_BACK);
    }

    private static final int[] PINNED_JUMP = {0, 6, 6, 211, 9738, 775702};
    private static final int[] PINNED_JUMP_BACK = {0, 0, 32, 80, 2192, 705248};

    private static int[] bucket(HashAlgorithm algorithm, byte[] key) {
        return IntStream.of(2, 10, 48, 480, 10_000, 1_000_000)
                .map(buckets -> algorithm.bucket(algorithm.hash(key), buckets))
                .toArray();
    }
}
