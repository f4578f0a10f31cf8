package io.jumpmq.ring;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dynatrace.hash4j.hashing.Hashing;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RingSnapshotTest {
    private static final DestinationCodec<String> TEXT = DestinationCodec.TEXT;

    private static RingState<String> sample(HashAlgorithm algorithm) {
        Ring<String> ring = new Ring<>(algorithm);
        ring.bind("a", 2);
        ring.bind("grün", 300);
        ring.bind("a", 5);
        return ring.state();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsEncodedIsDecoded(HashAlgorithm algorithm) {
        RingState<String> state = sample(algorithm);
        assertThat(RingSnapshot.decode(RingSnapshot.encode(state, TEXT), TEXT)).isEqualTo(state);
        RingState<String> empty = RingState.empty(algorithm);
        assertThat(RingSnapshot.decode(RingSnapshot.encode(empty, TEXT), TEXT)).isEqualTo(empty);
    }

    /** The format is a promise to files that exist: these bytes were written by hand from its description. */
    @Test
    void theBytesAreThoseOfVersionOne() {
        byte[] body = body(
                "4a524e47 01 0000000000000003",
                "04 6a756d70",
                "02 01 61 05 6772c3bc6e",
                "03",
                "00 02",
                "01 ac02",
                "00 03");
        assertThat(RingSnapshot.encode(sample(HashAlgorithm.JUMP), TEXT)).isEqualTo(checked(body));
    }

    @Test
    void theLargestRingIsDecoded() {
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        for (int i = 0; i < Ring.MAX_BUCKETS / Ring.MAX_WEIGHT; i++) {
            ring.bind("q" + i, Ring.MAX_WEIGHT);
        }
        ring.bind("last", 7_216);
        byte[] bytes = RingSnapshot.encode(ring.state(), TEXT);
        assertThat(RingSnapshot.decode(bytes, TEXT)).isEqualTo(ring.state());
    }

    @Test
    void theDigestIsThatOfTheRoutingAlone() {
        RingState<String> state = sample(HashAlgorithm.JUMP);
        RingState<String> later = RingState.of(
                HashAlgorithm.JUMP,
                99,
                List.of(new RingState.Run<>("a", 2), new RingState.Run<>("grün", 300), new RingState.Run<>("a", 3)));
        assertThat(RingSnapshot.digest(later, TEXT)).isEqualTo(RingSnapshot.digest(state, TEXT));
        assertThat(RingSnapshot.digest(sample(HashAlgorithm.JUMP_BACK), TEXT))
                .isNotEqualTo(RingSnapshot.digest(state, TEXT));
        byte[] routing = body("04 6a756d70", "02 01 61 05 6772c3bc6e", "03", "00 02", "01 ac02", "00 03");
        assertThat(RingSnapshot.digest(state, TEXT)).isEqualTo(Hashing.xxh3_64().hashBytesToLong(routing));
    }

    @Test
    void everyTruncationIsFound() {
        byte[] whole = RingSnapshot.encode(sample(HashAlgorithm.JUMP), TEXT);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            String problem;
            if (length < 4) {
                problem = "4 bytes wanted where " + length + " are left at offset 0";
            } else if (length < 5) {
                problem = "1 bytes wanted where 0 are left at offset 4";
            } else {
                problem = CHECKSUM + Math.max(0, length - 8);
            }
            assertRefused(cut, problem);
        }
    }

    @Test
    void everyFlippedBitIsFound() {
        byte[] whole = RingSnapshot.encode(sample(HashAlgorithm.JUMP), TEXT);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            String problem;
            if (bit < 4 * 8) {
                problem = "it does not begin with 'JRNG' at offset 0";
            } else if (bit < 5 * 8) {
                problem = "version " + (1 ^ 1 << (bit % 8)) + ", but this is a reader of 1 at offset 4";
            } else {
                problem = CHECKSUM + (whole.length - 8);
            }
            assertRefused(flipped, problem);
        }
    }

    private static final String CHECKSUM = "the checksum does not fit: damaged or cut short at offset ";

    private static void assertRefused(byte[] bytes, String problem) {
        assertThatThrownBy(() -> RingSnapshot.decode(bytes, TEXT))
                .isInstanceOf(RingFormatException.class)
                .hasMessage("not a ring snapshot: " + problem);
    }

    private static final String HEAD = "4a524e47 01 0000000000000003";

    /** Well checked, but wrong: the offset that must be named, a part of the message, then the bytes before the check. */
    static Stream<List<String>> wrong() {
        String jump = "04 6a756d70";
        String ab = "02 0161 0162";
        return Stream.of(
                List.of("0", "it does not begin with 'JRNG'", "4a524e48 01 0000000000000003" + jump + "00 00"),
                List.of("4", "version 2, but this is a reader of 1", "4a524e47 02 0000000000000003" + jump + "00 00"),
                List.of("5", "a negative epoch, -2,", "4a524e47 01 fffffffffffffffe" + jump + "00 00"),
                List.of("13", "unknown hash algorithm 'jumq'", HEAD + "04 6a756d71" + "00 00"),
                List.of("14", "100 bytes wanted where 4 are left", HEAD + "64 6a756d70"),
                List.of("13", "1 bytes wanted where 0 are left", HEAD),
                List.of("18", "9 owners in 1 bytes", HEAD + jump + "09 00"),
                List.of("19", "a name that is not UTF-8", HEAD + jump + "01 01ff 01 0001"),
                List.of("19", "a name that is not UTF-8", HEAD + jump + "01 03eda080 01 0001"),
                List.of("21", "an owner that was named before", HEAD + jump + "02 0161 0161 01 0001"),
                List.of("26", "1 owners without buckets", HEAD + jump + ab + "01 0001"),
                List.of("24", "a run of owner 2", HEAD + jump + ab + "01 0201"),
                List.of("24", "a run of owner 1", HEAD + jump + ab + "02 0101 0001"),
                List.of("28", "a run of owner 2", HEAD + jump + ab + "03 0001 0101 0201"),
                List.of("26", "a run of owner 0", HEAD + jump + ab + "03 0001 0001 0101"),
                List.of("24", "a run of no buckets", HEAD + jump + ab + "02 0000 0101"),
                List.of("24", "a run of 10001 buckets", HEAD + jump + ab + "02 00914e 0101"),
                List.of("29", "a run of 2 buckets", HEAD + jump + ab + "03 008f4e 0101 0002"),
                List.of("28", "3 bytes too many", HEAD + jump + ab + "02 0001 0101 000000"),
                List.of("18", "2147483647 owners in 1 bytes", HEAD + jump + "ffffffff07 00"),
                List.of("18", "a number that is too large or written too long", HEAD + jump + "8080808008 00"),
                List.of("18", "a number that is too large or written too long", HEAD + jump + "8000 00"),
                List.of("18", "a number that is too large or written too long", HEAD + jump + "ffffffff0f 00"),
                List.of("18", "a number that is too large or written too long", HEAD + jump + "ffffffffff01 00"),
                List.of("19", "bytes wanted where 0 are left", HEAD + jump + "00"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatEncodeWouldNotWriteIsRefusedWithItsOffset(List<String> offsetMessageBytes) {
        byte[] bytes = checked(body(offsetMessageBytes.get(2)));
        assertThatThrownBy(() -> RingSnapshot.decode(bytes, TEXT))
                .isInstanceOfSatisfying(
                        RingFormatException.class,
                        e -> assertThat(e.offset()).isEqualTo(Integer.parseInt(offsetMessageBytes.get(0))))
                .hasMessageContaining(offsetMessageBytes.get(1))
                .hasMessageStartingWith("not a ring snapshot: ")
                .hasMessageEndingWith("at offset " + offsetMessageBytes.get(0));
    }

    @Test
    void moreBucketsThanARingMayHaveAreRefused() {
        int owners = Ring.MAX_BUCKETS / Ring.MAX_WEIGHT + 1;
        StringBuilder text = new StringBuilder(HEAD + "04 6a756d70" + "8e0d"); // 1,678 owners
        for (int i = 0; i < owners; i++) {
            text.append("02").append(HexFormat.of().toHexDigits((short) i));
        }
        text.append("8e0d");
        for (int i = 0; i < owners; i++) {
            text.append(
                    i < 128
                            ? HexFormat.of().toHexDigits((byte) i)
                            : HexFormat.of().toHexDigits((byte) ((i & 127) | 128))
                                    + HexFormat.of().toHexDigits((byte) (i >> 7)));
            text.append("904e"); // 10,000
        }
        byte[] bytes = checked(body(text.toString()));
        DestinationCodec<String> latin = new DestinationCodec<>() {
            @Override
            public byte[] encode(String destination) {
                return destination.getBytes(ISO_8859_1);
            }

            @Override
            public String decode(byte[] encoded) {
                return new String(encoded, ISO_8859_1);
            }
        };
        assertThatThrownBy(() -> RingSnapshot.decode(bytes, latin))
                .isInstanceOf(RingFormatException.class)
                .hasMessageContaining("a run of 10000 buckets, more than the limits allow");
    }

    /** Half of a surrogate pair would be written as a question mark, and two rings have one digest. */
    @Test
    void aNameThatIsNotTextIsRefused() {
        RingState<String> state = RingState.of(HashAlgorithm.JUMP, 1, List.of(new RingState.Run<>("a\ud83d", 1)));
        assertThatThrownBy(() -> RingSnapshot.encode(state, TEXT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a name that is not Unicode text");
        assertThat(TEXT.decode(TEXT.encode("a\ud83d\ude80"))).isEqualTo("a\ud83d\ude80");
    }

    @Test
    void aDestinationThatTheCodecRefusesIsNamed() {
        DestinationCodec<String> picky = new DestinationCodec<>() {
            @Override
            public byte[] encode(String destination) {
                return destination.getBytes(UTF_8);
            }

            @Override
            public String decode(byte[] bytes) {
                throw new IllegalArgumentException("no such queue");
            }
        };
        byte[] bytes = RingSnapshot.encode(sample(HashAlgorithm.JUMP), picky);
        assertThatThrownBy(() -> RingSnapshot.decode(bytes, picky))
                .isInstanceOf(RingFormatException.class)
                .hasMessage("not a ring snapshot: no such queue at offset 19");
    }

    private static byte[] body(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }

    private static byte[] checked(byte[] body) {
        return ByteBuffer.allocate(body.length + 8)
                .put(body)
                .putLong(Hashing.xxh3_64().hashBytesToLong(body))
                .array();
    }
}
