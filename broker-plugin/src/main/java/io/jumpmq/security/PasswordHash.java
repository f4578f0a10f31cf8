package io.jumpmq.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A salted password hash as RabbitMQ exports it: base64 of a four-byte salt and the hash of salt and password. New ones are by
 * SHA-256; those by MD5 and SHA-512 are known by their length. Never shows itself in {@code toString}.
 */
public final class PasswordHash {
    /** Of the salt that {@link #of} wants. */
    public static final int SALT_BYTES = 4;

    private enum Algorithm {
        MD5("MD5", 16),
        SHA256("SHA-256", 32),
        SHA512("SHA-512", 64);

        private final String platformName;
        private final int bytes;

        Algorithm(String platformName, int bytes) {
            this.platformName = platformName;
            this.bytes = bytes;
        }

        /** RabbitMQ's name for it. */
        String exported() {
            return "rabbit_password_hashing_" + name().toLowerCase(Locale.ROOT);
        }
    }

    /** Of a user who cannot log in with a password. Exported as the empty text. */
    public static final PasswordHash NONE = new PasswordHash(new byte[0]);

    private final byte[] saltAndHash;

    private PasswordHash(byte[] saltAndHash) {
        this.saltAndHash = saltAndHash;
    }

    /** The hash of a password with the given salt of four bytes, which should be random. */
    public static PasswordHash of(String password, byte[] salt) {
        if (salt.length != SALT_BYTES) {
            throw new IllegalArgumentException("a salt has " + SALT_BYTES + " bytes, not " + salt.length);
        }
        byte[] hash = hash(Algorithm.SHA256, salt, password.getBytes(UTF_8));
        byte[] both = Arrays.copyOf(salt, SALT_BYTES + hash.length);
        System.arraycopy(hash, 0, both, SALT_BYTES, hash.length);
        return new PasswordHash(both);
    }

    /**
     * Reads an exported hash.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static PasswordHash parse(String base64) {
        if (base64.isEmpty()) {
            return NONE;
        }
        byte[] both = Base64.getDecoder().decode(base64);
        if (algorithm(both) == null) {
            throw new IllegalArgumentException(
                    "a salted hash has 20 bytes by MD5, 36 by SHA-256 and 68 by SHA-512, not " + both.length);
        }
        return new PasswordHash(both);
    }

    private static @Nullable Algorithm algorithm(byte[] saltAndHash) {
        for (Algorithm algorithm : Algorithm.values()) {
            if (saltAndHash.length == SALT_BYTES + algorithm.bytes) {
                return algorithm;
            }
        }
        return null;
    }

    /** How it is made, by RabbitMQ's name. */
    public String algorithm() {
        Algorithm algorithm = algorithm(saltAndHash);
        return (algorithm == null ? Algorithm.SHA256 : algorithm).exported();
    }

    /** Whether this is the password; takes as long for a wrong one as for the right one. */
    public boolean matches(byte[] password) {
        Algorithm algorithm = algorithm(saltAndHash);
        if (algorithm == null) {
            return false;
        }
        byte[] salt = Arrays.copyOf(saltAndHash, SALT_BYTES);
        byte[] expected = Arrays.copyOfRange(saltAndHash, SALT_BYTES, saltAndHash.length);
        return MessageDigest.isEqual(expected, hash(algorithm, salt, password));
    }

    /** For an export: base64. */
    public String export() {
        return Base64.getEncoder().encodeToString(saltAndHash);
    }

    private static byte[] hash(Algorithm algorithm, byte[] salt, byte[] password) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm.platformName);
            digest.update(salt);
            return digest.digest(password);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform has no " + algorithm.platformName, e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PasswordHash hash && Arrays.equals(saltAndHash, hash.saltAndHash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(saltAndHash);
    }

    @Override
    public String toString() {
        return "(password hash)";
    }
}
