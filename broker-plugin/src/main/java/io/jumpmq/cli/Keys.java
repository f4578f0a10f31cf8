package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Keys, one a line, as bytes: nothing is decoded, so a key is hashed as a broker would hash it. A line ends with a line
 * feed, a carriage return before it is dropped, and the last line needs no end.
 */
final class Keys {
    /** Takes the bytes from offset, length on; they are valid during the call only. */
    @FunctionalInterface
    interface Taker {
        void take(byte[] bytes, int offset, int length);
    }

    /** Longer lines are not keys: a routing key has at most 255 bytes, a header some thousands. */
    private static final int MAX_LENGTH = 1 << 20;

    private Keys() {}

    static void of(List<String> arguments, Taker taker) {
        for (String argument : arguments) {
            byte[] bytes = argument.getBytes(UTF_8);
            taker.take(bytes, 0, bytes.length);
        }
    }

    static void read(InputStream in, Taker taker) throws IOException {
        byte[] buffer = new byte[1 << 16];
        int start = 0;
        int end = 0;
        int scanned = 0;
        while (true) {
            while (scanned < end) {
                if (buffer[scanned] == '\n') {
                    takeLine(buffer, start, scanned, taker);
                    start = scanned + 1;
                }
                scanned++;
            }
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                scanned -= start;
                start = 0;
            } else if (end == buffer.length) {
                if (end >= MAX_LENGTH) {
                    throw new UsageException("a line of more than " + MAX_LENGTH + " bytes: keys are read one a line");
                }
                buffer = Arrays.copyOf(buffer, end * 2);
            }
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                break;
            }
            end += read;
        }
        if (end > start) {
            takeLine(buffer, start, end, taker);
        }
    }

    /** A taker of hexadecimal lines that hands on the bytes they stand for. */
    static Taker decodingHex(Taker taker) {
        return (bytes, offset, length) -> {
            byte[] decoded;
            try {
                decoded = HexFormat.of().parseHex(new String(bytes, offset, length, UTF_8));
            } catch (IllegalArgumentException e) {
                String shown = new String(bytes, offset, Math.min(length, 40), UTF_8);
                throw new UsageException("'" + shown + "' is not hexadecimal: " + e.getMessage());
            }
            taker.take(decoded, 0, decoded.length);
        };
    }

    private static void takeLine(byte[] buffer, int start, int end, Taker taker) {
        int length = end - start;
        for (int i = start; i < end; i++) {
            if (buffer[i] == 0) {
                throw new UsageException("a key with a zero byte: binary keys are given in hexadecimal, with --hex");
            }
        }
        if (length > 0 && buffer[end - 1] == '\r') {
            length--;
        }
        taker.take(buffer, start, length);
    }
}
