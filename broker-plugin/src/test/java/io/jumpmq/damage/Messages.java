package io.jumpmq.damage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/** Messages whose name tells every byte of them, so that an altered one is known without a copy of it. */
final class Messages {
    private static final char END_OF_NAME = ';';
    private static final int PERSISTENT = 2;
    private static final int TRANSIENT = 1;
    private static final String A_DAY = "86400000";

    private Messages() {}

    /** Mostly small, some of several kilobytes, a few larger than a frame. */
    static byte[] body(String name) {
        SplittableRandom random = new SplittableRandom(seed(name));
        int kind = random.nextInt(100);
        int size = kind < 50
                ? random.nextInt(20, 500)
                : kind < 80 ? random.nextInt(500, 8_000) : kind < 99 ? random.nextInt(8_000, 60_000) : 200_000;
        byte[] start = (name + END_OF_NAME).getBytes(UTF_8);
        byte[] body = new byte[start.length + size];
        random.nextBytes(body);
        System.arraycopy(start, 0, body, 0, start.length);
        return body;
    }

    private static long seed(String name) {
        return name.hashCode() * 0x9E3779B97F4A7C15L;
    }

    static AMQP.BasicProperties properties(String name, boolean persistent) {
        AMQP.BasicProperties.Builder properties = new AMQP.BasicProperties.Builder()
                .deliveryMode(persistent ? PERSISTENT : TRANSIENT)
                .messageId(name);
        if (seed(name) % 3 == 0) {
            properties.headers(Map.of("name", name, "number", seed(name))).expiration(A_DAY);
        }
        return properties.build();
    }

    /** The name that a body, or what is left of it, begins with; empty: none. */
    static String name(byte[] body) {
        for (int i = 0; i < Math.min(body.length, 40); i++) {
            if (body[i] == END_OF_NAME) {
                return new String(body, 0, i, UTF_8);
            }
        }
        return "";
    }

    /** Whether all of it is as it was published; headers that a queue adds are not looked at. */
    static boolean isWhole(String name, AMQP.BasicProperties properties, byte[] body) {
        AMQP.BasicProperties published = properties(name, true);
        return Arrays.equals(body, body(name))
                && name.equals(properties.getMessageId())
                && Integer.valueOf(PERSISTENT).equals(properties.getDeliveryMode())
                && String.valueOf(published.getExpiration()).equals(String.valueOf(properties.getExpiration()))
                && (published.getHeaders() == null
                        || (properties.getHeaders() != null
                                && Long.valueOf(seed(name))
                                        .equals(properties.getHeaders().get("number"))
                                && name.equals(
                                        String.valueOf(properties.getHeaders().get("name")))));
    }
}
