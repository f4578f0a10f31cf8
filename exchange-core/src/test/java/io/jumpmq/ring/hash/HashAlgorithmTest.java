package io.jumpmq.ring.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashAlgorithmTest {
    /**
     * XXH3-64 with seed 0 as the reference implementation prints it ({@code xxhsum -H3}, xxHash 0.8.1), for so many of
     * the bytes 0123456789012…: it treats each range of lengths in a way of its own.
     */
    @ParameterizedTest
    @CsvSource({
        "0,2d06800538d394c2",
        "1,1982e3a7bb241055",
        "3,8ed2b2f360965d90",
        "4,8aa92da18edb594b",
        "8,1808e40d6723f646",
        "9,3b5293ce9b5bd7d7",
        "13,f6f9aa58bc78a24d",
        "16,84abdf53e8a03697",
        "17,33c12b721fdb9f24",
        "32,02d69c9048aecff4",
        "64,9d748132bb6ed89e",
        "128,2f83c9540ee32c9c",
        "129,629d0d760a7ca820",
        "240,73697f089085eabd",
        "241,367d0ce95644ade5",
        "512,2fcef8e30d9c19b7",
        "1024,f7158a3b78202e84",
        "1025,5133c7904c99fe38",
        "5000,4000d9d7d361ce12"
    })
    void xxh3IsThePublishedOne(int length, String hash) {
        byte[] key = "0123456789".repeat(500).substring(0, length).getBytes(UTF_8);
        for (HashAlgorithm algorithm : List.of(HashAlgorithm.JUMP, HashAlgorithm.JUMP_BACK)) {
            assertThat(HexFormat.of().toHexDigits(algorithm.hash(key))).isEqualTo(hash);
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
    void manyIntegersMeetTheirDecimalText() {
        SplittableRandom random = new SplittableRandom(10);
        for (int i = 0; i < 10_000; i++) {
            long integer = random.nextLong() >> random.nextInt(64);
            byte[] text = Long.toString(integer).getBytes(UTF_8);
            assertThat(HashAlgorithm.JUMP.hash(integer)).as("%d", integer).isEqualTo(HashAlgorithm.JUMP.hash(text));
        }
    }

    /** A number's text would not do: Java 17 and 25 write the first as 5.6843418860808015E-14 and 5.684341886080802E-14. */
    @ParameterizedTest
    @ValueSource(doubles = {0x1p-44, 1.5, -2.25, 0.0, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY})
    void aFloatingPointNumberHashesAsItsBytes(double number) {
        byte[] bytes = ByteBuffer.allocate(8).putDouble(number).array();
        assertThat(HashAlgorithm.JUMP.hash(number)).isEqualTo(HashAlgorithm.JUMP.hash(bytes));
        assertThat(HashAlgorithm.JUMP_BACK.hash(number)).isEqualTo(HashAlgorithm.JUMP_BACK.hash(bytes));
    }

    @Test
    void otherValuesMeetTheirText() {
        for (HashAlgorithm algorithm : List.of(HashAlgorithm.JUMP, HashAlgorithm.JUMP_BACK)) {
            assertThat(algorithm.hashOfBoolean(true)).isEqualTo(algorithm.hash("true".getBytes(UTF_8)));
            assertThat(algorithm.hashOfBoolean(false)).isEqualTo(algorithm.hash("false".getBytes(UTF_8)));
            assertThat(algorithm.hashOfNothing()).isEqualTo(algorithm.hash(new byte[0]));
            assertThat(algorithm.hashOfEmptyArray()).isEqualTo(algorithm.hashOfNothing());
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothZeroesAreOneNumber(HashAlgorithm algorithm) {
        assertThat(algorithm.hash(-0.0)).isEqualTo(algorithm.hash(0.0));
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
        assertThat(buckets(HashAlgorithm.JUMP, key)).containsExactly(0, 6, 6, 211, 9738, 775702);
        assertThat(buckets(HashAlgorithm.JUMP_BACK, key)).containsExactly(0, 0, 32, 80, 2192, 705248);
    }

    /** The same for a hundred thousand keys: a digest of all their buckets. */
    @ParameterizedTest
    @CsvSource({"jump,3b0ec5f5cb280732", "jump-back,6fbf8e13109b7248", "rabbitmq,81eece451ca9b64c"})
    void allBucketsStayWhatTheyWere(String name, String digest) {
        HashAlgorithm algorithm = HashAlgorithm.named(name);
        ByteBuffer all = ByteBuffer.allocate(100_000 * SIZES.length * Integer.BYTES);
        for (int i = 0; i < 100_000; i++) {
            for (int bucket : buckets(algorithm, ("order-" + i).getBytes(UTF_8))) {
                all.putInt(bucket);
            }
        }
        assertThat(HexFormat.of().toHexDigits(HashAlgorithm.JUMP.hash(all.array())))
                .isEqualTo(digest);
    }

    private static final int[] SIZES = {2, 10, 48, 480, 10_000, 1_000_000};

    private static int[] buckets(HashAlgorithm algorithm, byte[] key) {
        return IntStream.of(SIZES)
                .map(buckets -> algorithm.bucket(algorithm.hash(key), buckets))
                .toArray();
    }
}
