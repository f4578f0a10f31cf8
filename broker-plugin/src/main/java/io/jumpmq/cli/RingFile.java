package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.ring.DestinationCodec;
import io.jumpmq.ring.RingSnapshot;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A ring as a JSON document that people can read. {@code docs/ring-file.md} describes it.
 *
 * <p>Reading checks everything: a ring that routes other than its writer meant is worse than none.
 */
final class RingFile {
    private static final int VERSION = 1;
    private static final String EXCHANGE = "exchange";
    private static final String EXCHANGE_MARK = "\0";
    private static final long MAX_BYTES = 256L << 20;
    private static final Set<String> FIELDS =
            new LinkedHashSet<>(List.of("version", "algorithm", "epoch", "digest", "buckets"));

    private RingFile() {}

    static RingState<String> read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new UsageException(file + " is a directory");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new UsageException(file + " is larger than any ring file: more than " + MAX_BYTES + " bytes");
            }
            return parse(Json.MAPPER.readTree(Files.readAllBytes(file)));
        } catch (JsonProcessingException e) {
            throw new UsageException(file + " is not a ring file: "
                    + (e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ")
                    + firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw UsageException.of(file, e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(file + " is not a ring file: " + e.getMessage());
        }
    }

    /** Replaces the file as a whole: after a crash there is the old ring or the new one. */
    static void write(Path file, RingState<String> state) {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        try {
            if (folder == null || !Files.isDirectory(folder)) {
                throw new UsageException("there is no folder " + folder);
            }
            Path temporary = Files.createTempFile(folder, file.getFileName() + ".", ".new");
            try {
                try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                    ByteBuffer bytes = ByteBuffer.wrap(text(state).getBytes(UTF_8));
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(true);
                }
                Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw UsageException.of(file, e);
        }
    }

    static String digest(RingState<String> state) {
        return HexFormat.of().toHexDigits(RingSnapshot.digest(state, DestinationCodec.TEXT));
    }

    /** The document of a ring. */
    static String text(RingState<String> state) {
        StringBuilder text = new StringBuilder();
        text.append("{\n  \"version\": ").append(VERSION);
        text.append(",\n  \"algorithm\": \"").append(state.algorithm()).append('"');
        text.append(",\n  \"epoch\": ").append(state.epoch());
        text.append(",\n  \"digest\": \"").append(digest(state)).append('"');
        text.append(",\n  \"buckets\": [");
        List<String> runs = new ArrayList<>();
        state.forEachRun((destination, length) -> runs.add("\n    [" + quoted(plain(destination)) + ", " + length
                + (isExchange(destination) ? ", \"" + EXCHANGE + "\"]" : "]")));
        text.append(String.join(",", runs)).append(runs.isEmpty() ? "]\n}\n" : "\n  ]\n}\n");
        return text.toString();
    }

    private static String quoted(String text) {
        try {
            return Json.MAPPER.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A destination's name within this program: a queue's is its own, an exchange's stands behind a character that no name
     * has, for there may be a queue of the same name.
     */
    static String name(String name, boolean isExchange) {
        return isExchange ? EXCHANGE_MARK + name : name;
    }

    static boolean isExchange(String name) {
        return name.startsWith(EXCHANGE_MARK);
    }

    /** The name that the destination itself has. */
    static String plain(String name) {
        return isExchange(name) ? name.substring(EXCHANGE_MARK.length()) : name;
    }

    /** A name for people. */
    static String shown(String name) {
        return isExchange(name) ? "exchange " + plain(name) : name;
    }

    /**
     * Reads a ring file's document.
     *
     * @throws IllegalArgumentException when it is none
     */
    static RingState<String> parse(@Nullable JsonNode document) {
        if (document == null || !document.isObject()) {
            throw new IllegalArgumentException("it is not a JSON object");
        }
        document.fieldNames()
                .forEachRemaining(
                        name -> require(FIELDS.contains(name), "unknown field '" + name + "'; known are " + FIELDS));
        FIELDS.forEach(name -> require(document.has(name), "the field '" + name + "' is missing"));
        JsonNode version = document.get("version");
        require(
                version.isInt() && version.intValue() == VERSION,
                "version " + version + "; this program reads version " + VERSION);
        JsonNode epoch = document.get("epoch");
        require(
                epoch.canConvertToLong() && epoch.isIntegralNumber() && epoch.longValue() >= 0,
                "epoch: " + epoch + " is not a whole number from 0 on");
        JsonNode algorithm = document.get("algorithm");
        require(algorithm.isTextual(), "algorithm: " + algorithm + " is not a text");
        JsonNode buckets = document.get("buckets");
        require(buckets.isArray(), "buckets: not an array");
        List<RingState.Run<String>> runs = new ArrayList<>(buckets.size());
        for (int i = 0; i < buckets.size(); i++) {
            JsonNode run = buckets.get(i);
            boolean isExchange = run.size() == 3 && EXCHANGE.equals(run.get(2).textValue());
            require(
                    run.isArray()
                            && (run.size() == 2 || isExchange)
                            && run.get(0).isTextual()
                            && run.get(1).isInt(),
                    "buckets[" + i + "]: " + abbreviated(run)
                            + " is not a [\"name\", count], nor a [\"name\", count, \"" + EXCHANGE + "\"]");
            runs.add(new RingState.Run<>(
                    name(run.get(0).textValue(), isExchange), run.get(1).intValue()));
        }
        RingState<String> state = RingState.of(HashAlgorithm.named(algorithm.textValue()), epoch.longValue(), runs);
        String digest = digest(state);
        require(
                digest.equals(document.get("digest").asText()),
                "digest: " + abbreviated(document.get("digest")) + ", but these buckets have \"" + digest + "\"");
        return state;
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem);
        }
    }

    private static String abbreviated(JsonNode node) {
        String text = node.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
