package io.jumpmq.ring.hash;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How a key becomes a bucket. Two steps, so that one hash can be looked up in rings of different sizes:
 *
 * <ol>
 *   <li>{@code hash(key)}: the key's 64-bit hash;
 *   <li>{@link #bucket}: one of {@code n} buckets, each with probability 1/n over random keys, such that going from
 *       {@code n} to {@code n + 1} buckets moves a key either nowhere or to bucket {@code n}.
 * </ol>
 *
 * <p>A bucket's number is part of what operators rely on: the golden vectors in the tests pin it for good.
 */
public enum HashAlgorithm {
    /** XXH3-64 of the key, then {@link JumpHash}. The default. */
    JUMP("jump") {
        @Override
        public long hash(byte[] key, int offset, int length) {
            return Xxh3.hash(key, offset, length);
        }

        @Override
        public long hash(long key) {
            return Xxh3.hashDecimal(key);
        }

        @Override
        public long hash(double key) {
            return Xxh3.hashBits(key);
        }

        @Override
        public int bucket(long hash, int buckets) {
            return JumpHash.bucket(hash, buckets);
        }
    },

    /** XXH3-64 of the key, then {@link JumpBackHash}: constant time at any number of buckets. */
    JUMP_BACK("jump-back") {
        @Override
        public long hash(byte[] key, int offset, int length) {
            return Xxh3.hash(key, offset, length);
        }

        @Override
        public long hash(long key) {
            return Xxh3.hashDecimal(key);
        }

        @Override
        public long hash(double key) {
            return Xxh3.hashBits(key);
        }

        @Override
        public int bucket(long hash, int buckets) {
            return JumpBackHash.bucket(hash, buckets);
        }
    },

    /**
     * {@link Phash2} of the key, then {@link ErlangJump}: the bucket that RabbitMQ chooses, key for key. Only 21 bits
     * of the hash take part in the choice, so it stops being uniform beyond about a million keys.
     */
    RABBITMQ("rabbitmq") {
        @Override
        public long hash(byte[] key, int offset, int length) {
            return Phash2.ofBinary(key, offset, length);
        }

        /** RabbitMQ seeds its generator with the integer itself. */
        @Override
        public long hash(long key) {
            return key;
        }

        @Override
        public long hash(double key) {
            return Phash2.ofDouble(key);
        }

        @Override
        public long hashOfBoolean(boolean key) {
            return key ? Phash2.ATOM_TRUE : Phash2.ATOM_FALSE;
        }

        @Override
        public long hashOfNothing() {
            return Phash2.ATOM_UNDEFINED;
        }

        @Override
        public long hashOfEmptyArray() {
            return Phash2.EMPTY_LIST;
        }

        @Override
        public int bucket(long hash, int buckets) {
            return ErlangJump.bucket(hash, buckets);
        }
    };

    private static final byte[] NO_BYTES = {};

    private final String text;

    HashAlgorithm(String text) {
        this.text = text;
    }

    /**
     * The algorithm that goes by {@code text} in arguments, settings and files.
     *
     * @throws IllegalArgumentException when there is none; the message lists those that there are
     */
    public static HashAlgorithm named(String text) {
        for (HashAlgorithm algorithm : values()) {
            if (algorithm.text.equals(text)) {
                return algorithm;
            }
        }
        throw new IllegalArgumentException("unknown hash algorithm '" + text + "': use one of "
                + Arrays.stream(values()).map(HashAlgorithm::toString).collect(Collectors.joining(", ")));
    }

    /**
     * The hash of {@code length} bytes from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException when the range is not within the array
     */
    public abstract long hash(byte[] key, int offset, int length);

    /** The hash of all bytes of {@code key}. */
    public final long hash(byte[] key) {
        return hash(key, 0, key.length);
    }

    /**
     * The hash of an integer key, such as an integer header. All but {@link #RABBITMQ} hash its decimal text, so that 5
     * and "5" meet.
     */
    public abstract long hash(long key);

    /**
     * The hash of a floating-point key. All but {@link #RABBITMQ} hash its IEEE 754 bytes, not its text: Java 19 changed
     * what {@link Double#toString(double)} writes, and nodes must agree across Java versions.
     */
    public abstract long hash(double key);

    /** The hash of a truth value: of the texts "true" and "false", but for {@link #RABBITMQ}, which hashes atoms. */
    public long hashOfBoolean(boolean key) {
        return key ? Xxh3.TRUE : Xxh3.FALSE;
    }

    /** The one hash of all messages that lack the header or property to be hashed. */
    public long hashOfNothing() {
        return hash(NO_BYTES, 0, 0);
    }

    /** The one hash of all messages whose header is an array without elements. */
    public long hashOfEmptyArray() {
        return hashOfNothing();
    }

    /**
     * The bucket of a hash, from 0 to {@code buckets - 1}.
     *
     * @throws IllegalArgumentException when {@code buckets} is less than 1
     */
    public abstract int bucket(long hash, int buckets);

    /** The name in arguments, settings and files, as {@link #named} takes it. */
    @Override
    public String toString() {
        return text;
    }

    static void requireBuckets(int buckets) {
        if (buckets < 1) {
            throw new IllegalArgumentException("the number of buckets must be at least 1, not " + buckets);
        }
    }
}
