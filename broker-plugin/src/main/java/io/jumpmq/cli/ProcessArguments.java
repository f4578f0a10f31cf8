package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The arguments of this process as UTF-8, whatever the locale. Java decodes them by the locale, and one that knows ASCII only
 * makes all other letters the same: keys would be located where they are not.
 */
final class ProcessArguments {
    /** Linux keeps the bytes, each argument ended by a zero; other systems' arguments are Unicode to begin with. */
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private ProcessArguments() {}

    /**
     * What Java has decoded, decoded again where the bytes can be had.
     *
     * @throws UsageException when they are not UTF-8
     */
    static String[] utf8(String... decoded) {
        try {
            return Files.isReadable(COMMAND_LINE) ? utf8(Files.readAllBytes(COMMAND_LINE), decoded) : decoded;
        } catch (IOException e) {
            return decoded;
        }
    }

    static String[] utf8(byte[] commandLine, String... decoded) {
        List<byte[]> all = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                all.add(Arrays.copyOfRange(commandLine, start, i));
                start = i + 1;
            }
        }
        // Before them stand Java and its options.
        return all.size() < decoded.length
                ? decoded
                : all.subList(all.size() - decoded.length, all.size()).stream()
                        .map(ProcessArguments::utf8)
                        .toArray(String[]::new);
    }

    private static String utf8(byte[] argument) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(argument)).toString();
        } catch (CharacterCodingException e) {
            throw new UsageException("the argument '" + new String(argument, UTF_8)
                    + "' is not UTF-8: keys of other bytes are given in hexadecimal, with --hex");
        }
    }
}
