package io.jumpmq.ring.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every row of the golden files. {@code jump-hash.csv} was computed from the paper's recurrence with integers of any
 * size; {@code rabbitmq-hash.csv} was printed by RabbitMQ 3.10.8 itself.
 */
class GoldenVectorsTest {
    @TestFactory
    Stream<DynamicTest> jump() throws IOException {
        List<String[]> rows = rows("jump-hash.csv");
        return rows.stream()
                .skip(1)
                .map(row -> DynamicTest.dynamicTest("key " + row[0], () -> {
                    long key = Long.parseUnsignedLong(row[0]);
                    for (int column = 1; column < row.length; column++) {
                        int buckets = Integer.parseInt(rows.get(0)[column].substring(1));
                        assertThat(HashAlgorithm.JUMP.bucket(key, buckets))
                                .as("of %d", buckets)
                                .isEqualTo(Integer.parseInt(row[column]));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> rabbitmq() throws IOException {
        List<String[]> rows = rows("rabbitmq-hash.csv");
        return rows.stream()
                .skip(1)
                .map(row -> DynamicTest.dynamicTest(row[0] + " " + row[1], () -> {
                    long hash = hash(row[0], row[1]);
                    if (!row[0].equals("int")) {
                        assertThat(hash).isEqualTo(Long.parseLong(row[2]));
                    }
                    for (int column = 3; column < row.length; column++) {
                        int buckets = Integer.parseInt(rows.get(0)[column].substring(1));
                        assertThat(HashAlgorithm.RABBITMQ.bucket(hash, buckets))
                                .as("of %d", buckets)
                                .isEqualTo(Integer.parseInt(row[column]));
                    }
                }));
    }

    private static long hash(String type, String value) {
        HashAlgorithm rabbitmq = HashAlgorithm.RABBITMQ;
        return switch (type + " " + value) {
            case "atom undefined" -> rabbitmq.hashOfNothing();
            case "atom []" -> rabbitmq.hashOfEmptyArray();
            case "atom true" -> rabbitmq.hashOfBoolean(true);
            case "atom false" -> rabbitmq.hashOfBoolean(false);
            default ->
                switch (type) {
                    case "bytes" -> rabbitmq.hash(HexFormat.of().parseHex(value));
                    case "int" -> rabbitmq.hash(new BigInteger(value).longValueExact());
                    case "double" -> rabbitmq.hash(Double.parseDouble(value));
                    default -> throw new IllegalArgumentException(type);
                };
        };
    }

    private static List<String[]> rows(String file) throws IOException {
        try (InputStream in = GoldenVectorsTest.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException(file + " is missing among the test resources");
            }
            return new BufferedReader(new InputStreamReader(in, UTF_8))
                    .lines()
                    .map(line -> line.split(",", -1))
                    .toList();
        }
    }
}
