package io.jumpmq.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A salted password hash as RabbitMQ exports it: base64 of a four-byte salt and SHA-256(salt, password). Never shows
 * itself in {@code toString}.
 */
public final class PasswordHash {
    /** Of the salt that {@link #of} wants. */
    public static final int SALT_BYTES = 4;

    private static final int HASH_BYTES = 32;

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
        byte[] both = Arrays.copyOf(salt, SALT_BYTES + HASH_BYTES);
        System.arraycopy(hash(salt, password.getBytes(UTF_8)), 0, both, SALT_BYTES, HASH_BYTES);
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
        if (both.length != SALT_BYTES + HASH_BYTES) {
            throw new IllegalArgumentException(
                    "a SHA-256 password hash has " + (SALT_BYTES + HASH_BYTES) + " bytes, not " + both.length);
        }
        return new PasswordHash(both);
    }

    /** Whether this is the password; takes as long for a wrong one as for the right one. */
    public boolean matches(byte[] password) {
        if (saltAndHash.length == 0) {
            return false;
        }
        byte[] salt = Arrays.copyOf(saltAndHash, SALT_BYTES);
        byte[] expected = Arrays.copyOfRange(saltAndHash, SALT_BYTES, saltAndHash.length);
        return MessageDigest.isEqual(expected, hash(salt, password));
    }

    /** For an export: base64. */
    public String export() {
        return Base64.getEncoder().encodeToString(saltAndHash);
    }

    private static byte[] hash(byte[] salt, byte[] password) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(salt);
            return sha256.digest(password);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
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
