package io.jumpmq.amqp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/** Octets as RabbitMQ's error texts show them: in Erlang's notation. */
final class OctetText {
    private static final int SNIPPET_OCTETS = 16;

    private OctetText() {}

    /** The beginning of these octets; as text when all of it can be printed. */
    static String snippet(ByteBuf in, int index, int length) {
        boolean all = length <= SNIPPET_OCTETS;
        int shown = all ? length : SNIPPET_OCTETS;
        String octets = isPrintable(in, index, shown)
                ? "<<\"" + in.toString(index, shown, US_ASCII) + "\">>"
                : numbers(in, index, shown);
        return (all ? "all" : "first 16") + " octets = " + octets;
    }

    private static boolean isPrintable(ByteBuf in, int index, int length) {
        return length > 0
                && in.forEachByte(index, length, octet -> octet >= ' ' && octet <= '~' && octet != '"' && octet != '\\')
                        < 0;
    }

    /** Octets as numbers. */
    static String numbers(ByteBuf in, int index, int length) {
        StringBuilder text = new StringBuilder("<<");
        for (int i = 0; i < length; i++) {
            text.append(i == 0 ? "" : ",").append(in.getUnsignedByte(index + i));
        }
        return text.append(">>").toString();
    }
}
