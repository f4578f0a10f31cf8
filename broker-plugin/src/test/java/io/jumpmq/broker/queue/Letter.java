package io.jumpmq.broker.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.message.Message;
import io.jumpmq.session.amqp091.BasicFormat;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** Spells out messages for tests: a body, and the properties that a queue acts on. */
final class Letter {
    private final String body;
    private boolean persistent;
    private int priority = -1;
    private @Nullable String expiration;
    private boolean crowded;

    private Letter(String body) {
        this.body = body;
    }

    static Letter of(String body) {
        return new Letter(body);
    }

    Letter persistent() {
        persistent = true;
        return this;
    }

    Letter priority(int value) {
        priority = value;
        return this;
    }

    Letter expiration(String millis) {
        expiration = millis;
        return this;
    }

    /** Surrounds what matters with all the properties that do not. */
    Letter crowded() {
        crowded = true;
        return this;
    }

    Message message() {
        return new Message("", "key".getBytes(UTF_8), BasicFormat.INSTANCE.header(properties()), body.getBytes(UTF_8));
    }

    private byte[] properties() {
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        int flags = 0;
        if (crowded) {
            flags |= 0b1110_0110_1111_1100;
            shortString(values, "text/plain");
            shortString(values, "");
            values.writeBytes(new byte[] {0, 1, 1, 1}); // The size of a header table.
            values.writeBytes(new byte[0x01_01_01]);
        }
        if (persistent) {
            flags |= 1 << 12;
            values.write(2);
        }
        if (priority >= 0) {
            flags |= 1 << 11;
            values.write(priority);
        }
        if (crowded) {
            shortString(values, "c".repeat(255));
            shortString(values, "reply");
        }
        if (expiration != null) {
            flags |= 1 << 8;
            shortString(values, expiration);
        }
        if (crowded) {
            shortString(values, "id");
            values.writeBytes(new byte[8]);
            for (int i = 0; i < 4; i++) {
                shortString(values, "x");
            }
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(flags >> 8);
        all.write(flags);
        all.writeBytes(values.toByteArray());
        return all.toByteArray();
    }

    private static void shortString(ByteArrayOutputStream out, String text) {
        out.write(text.length());
        out.writeBytes(text.getBytes(US_ASCII));
    }
}
