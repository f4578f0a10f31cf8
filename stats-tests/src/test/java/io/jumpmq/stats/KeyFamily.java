package io.jumpmq.stats;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Kinds of keys as they occur in practice. Each family is a sequence of distinct keys: a repeated key would not be an
 * independent draw, and the chi-squared statistic assumes that draws are.
 */
enum KeyFamily {
    SEQUENTIAL("0, 1, 2 …") {
        @Override
        int write(long index, Scratch out) {
            return out.start().decimal(index).length();
        }
    },
    ORDER("order-0 …") {
        @Override
        int write(long index, Scratch out) {
            return out.start().text(ORDER_PREFIX).decimal(index).length();
        }
    },
    UUID("UUID v4") {
        @Override
        int write(long index, Scratch out) {
            long high = (mix(index) & ~0xf000L) | 0x4000L;
            long low = (mix(~index) & ~(3L << 62)) | (1L << 63);
            return out.start()
                    .hex(high, 60, 8)
                    .dash()
                    .hex(high, 28, 4)
                    .dash()
                    .hex(high, 12, 4)
                    .dash()
                    .hex(low, 60, 4)
                    .dash()
                    .hex(low, 44, 12)
                    .length();
        }
    },
    IPV4("IPv4 text") {
        @Override
        int write(long index, Scratch out) {
            long address = (index * 0x9e3779b1L) & 0xffffffffL; // An odd factor: no address comes twice in 2³².
            out.start();
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.decimal((address >>> shift) & 0xff);
                if (shift > 0) {
                    out.text(DOT);
                }
            }
            return out.length();
        }
    },
    EMAIL("e-mail") {
        @Override
        int write(long index, Scratch out) {
            return out.start()
                    .text(NAMES[(int) (index % NAMES.length)])
                    .text(DOT)
                    .decimal(index / NAMES.length)
                    .text(DOMAINS[(int) ((mix(index) >>> 1) % DOMAINS.length)])
                    .length();
        }
    },
    LONG_PREFIX("80 equal bytes, then a number") {
        @Override
        int write(long index, Scratch out) {
            return out.start().text(LONG).decimal(index).length();
        }
    },
    BIG_ENDIAN("8-byte integers") {
        @Override
        int write(long index, Scratch out) {
            return out.start().bigEndian(index, 8).length();
        }
    },
    RANDOM_BYTES("1 to 64 random bytes") {
        /** Lengths 1 and 2 run out of values soon; keys of lengths up to 8 begin with a counter, so none repeats. */
        @Override
        int write(long index, Scratch out) {
            int length = 1 + (int) (index & 63);
            long counter = index >>> 6;
            if (length < 8 && counter >>> (8 * length) != 0) {
                length += 57; // 58 to 64 hold them; their own keys differ in the eighth byte.
                return out.start()
                        .bigEndian(counter, 7)
                        .fill((byte) 1, 1)
                        .random(mix(index), length - 8)
                        .length();
            }
            int counterBytes = Math.min(length, 7);
            out.start().bigEndian(counter * 0x9e3779b97f4a7c15L, counterBytes);
            return length <= 7
                    ? out.length()
                    : out.fill((byte) 0, 1).random(mix(index), length - 8).length();
        }
    },
    SHA_256("hex SHA-256") {
        @Override
        int write(long index, Scratch out) {
            return out.sha256(index);
        }
    };

    private static final byte[] ORDER_PREFIX = "order-".getBytes(US_ASCII);
    private static final byte[] DOT = ".".getBytes(US_ASCII);
    private static final byte[] LONG =
            "tenant/eu-west/warehouse/17/".repeat(3).substring(0, 80).getBytes(US_ASCII);
    private static final byte[][] NAMES = bytes("ada", "grace", "alan", "edsger", "barbara", "donald", "leslie");
    private static final byte[][] DOMAINS = bytes("@example.com", "@mail.example.org", "@example.net");

    private final String description;

    KeyFamily(String description) {
        this.description = description;
    }

    /** Writes key number {@code index} and returns its length in bytes. */
    abstract int write(long index, Scratch out);

    @Override
    public String toString() {
        return description;
    }

    /** A bijection of 64-bit integers: the finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    static long mix(long z) {
        long x = (z + 0x9e3779b97f4a7c15L) * 0xbf58476d1ce4e5b9L;
        x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
        return x ^ x >>> 31;
    }

    private static byte[][] bytes(String... texts) {
        byte[][] all = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            all[i] = texts[i].getBytes(US_ASCII);
        }
        return all;
    }

    /** Where one thread writes keys, one after the other. */
    static final class Scratch {
        private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

        final byte[] bytes = new byte[128];
        private final MessageDigest sha256;
        private int length;

        Scratch() {
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }

        int length() {
            return length;
        }

        Scratch start() {
            length = 0;
            return this;
        }

        Scratch text(byte[] text) {
            System.arraycopy(text, 0, bytes, length, text.length);
            length += text.length;
            return this;
        }

        Scratch decimal(long value) {
            int digits = 1;
            for (long rest = value / 10; rest > 0; rest /= 10) {
                digits++;
            }
            long rest = value;
            for (int at = length + digits - 1; at >= length; at--) {
                bytes[at] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            length += digits;
            return this;
        }

        Scratch hex(long value, int firstShift, int digits) {
            for (int i = 0; i < digits; i++) {
                bytes[length++] = HEX[(int) (value >>> (firstShift - 4 * i)) & 15];
            }
            return this;
        }

        Scratch dash() {
            bytes[length++] = '-';
            return this;
        }

        Scratch bigEndian(long value, int count) {
            for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
                bytes[length++] = (byte) (value >>> shift);
            }
            return this;
        }

        Scratch fill(byte value, int count) {
            for (int i = 0; i < count; i++) {
                bytes[length++] = value;
            }
            return this;
        }

        Scratch random(long seed, int count) {
            long random = seed;
            for (int i = 0; i < count; i++) {
                if ((i & 7) == 0) {
                    random = mix(random);
                }
                bytes[length++] = (byte) (random >>> (8 * (i & 7)));
            }
            return this;
        }

        int sha256(long index) {
            start().bigEndian(index, 8);
            sha256.update(bytes, 0, length);
            byte[] digest = sha256.digest();
            length = 0;
            for (byte b : digest) {
                bytes[length++] = HEX[b >> 4 & 15];
                bytes[length++] = HEX[b & 15];
            }
            return length;
        }
    }
}
