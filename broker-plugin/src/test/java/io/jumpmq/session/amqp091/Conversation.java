package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with a broker, as text. Lines that begin with {@code >} are what the client sends, with {@code <} what it
 * must be answered, in this order and nothing else; {@code @ +30s} lets time pass; {@code #} begins a comment.
 *
 * <pre>
 * > open heartbeat=10                          the whole handshake, answers included
 * > 1 queue.declare queue=q exclusive=true     a method on channel 1; what is left out is 0, false or empty
 * &lt; 1 queue.declare-ok queue=q                what is left out of an answer may be anything
 * > 1 header size=5 expiration="1000"          a content's header, with class=60 unless said otherwise
 * > 1 body "hello"                             or: body size=5
 * > heartbeat
 * > AMQP 0 0 9 1                               the protocol's header
 * > hex 01 0001 00000004 00140028 ce           octets as they are, in answers, too
 * &lt; closed                                    the broker closes the connection
 * </pre>
 */
final class Conversation {
    private static final Pattern WORD = Pattern.compile("(?:([\\w-]+)=)?(\"(?:[^\"\\\\]|\\\\.)*\"|\\{[^}]*}|\\S+)");
    private static final Pattern ENTRY = Pattern.compile("([^:,{}\\s]+): *(\"[^\"]*\"|[^,}]+)");
    private static final Map<String, Class<?>> METHODS = Arrays.stream(Method.class.getPermittedSubclasses())
            .collect(Collectors.toMap(
                    type -> kebab(type.getSimpleName()).replaceFirst("-", "."), Function.<Class<?>>identity()));
    private static final int METHOD_HEADER = 12;

    private final String name;
    private final Peer peer;
    private int lineNumber;

    /** Whoever is talked to. */
    interface Peer {
        void send(byte[] bytes) throws IOException;

        /** The next frame; null when there is none, and none will come without more ado. */
        byte @Nullable [] next() throws IOException;

        /** The next frame if it has come already. */
        byte @Nullable [] pending() throws IOException;

        boolean isClosed() throws IOException;

        void advance(long millis);

        void hangUp() throws IOException;
    }

    Conversation(String name, Peer peer) {
        this.name = name;
        this.peer = peer;
    }

    /** Plays the script; throws AssertionError where an answer is another. */
    void play(List<String> script) throws IOException {
        for (String line : script) {
            lineNumber++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            Words words = new Words(text.substring(1));
            switch (text.charAt(0)) {
                case '>' -> {
                    expectSilence();
                    say(words);
                }
                case '@' -> {
                    expectSilence();
                    String time = words.word();
                    peer.advance(Long.parseLong(time.substring(1, time.length() - 1)) * 1_000);
                }
                case '<' -> expect(words);
                default -> throw failure("a line begins with >, <, @ or #", text);
            }
        }
        expectSilence();
    }

    private void expectSilence() throws IOException {
        byte[] frame = peer.pending();
        if (frame != null) {
            throw failure("nothing", describe(frame).toString());
        }
    }

    private AssertionError failure(String expected, String actual) {
        return new AssertionError(
                "%s:%d%n  expected: %s%n   but was: %s".formatted(name, lineNumber, expected, actual));
    }

    private void say(Words words) throws IOException {
        int channel = words.number();
        String what = words.word();
        ByteBuf out = Unpooled.buffer();
        switch (what) {
            case "open" -> {
                open(words);
                return;
            }
            case "hang-up" -> {
                peer.hangUp();
                return;
            }
            case "AMQP" -> out.writeBytes("AMQP".getBytes(UTF_8)).writeBytes(words.octets());
            case "hex" -> out.writeBytes(ByteBufUtil.decodeHexDump(words.rest().replace(" ", "")));
            case "heartbeat" -> FrameWriter.heartbeat(out);
            case "header" -> {
                int start = FrameWriter.begin(out, FrameReader.HEADER, channel);
                out.writeShort(Integer.parseInt(words.get("class", "60"))).writeShort(0);
                out.writeLong(Long.parseLong(words.get("size", "0")));
                out.writeBytes(BasicProperties.encode(properties(words)));
                FrameWriter.end(out, start);
            }
            case "body" -> {
                int start = FrameWriter.begin(out, FrameReader.BODY, channel);
                String size = words.get("size", "");
                out.writeBytes(size.isEmpty() ? words.word().getBytes(UTF_8) : new byte[Integer.parseInt(size)]);
                FrameWriter.end(out, start);
            }
            default -> FrameWriter.method(out, channel, method(what, words));
        }
        peer.send(ByteBufUtil.getBytes(out));
    }

    private void open(Words words) throws IOException {
        say(new Words("AMQP 0 0 9 1"));
        expect(new Words("0 connection.start"));
        say(new Words("0 connection.start-ok mechanism=PLAIN response=\"\\0guest\\0guest\" locale=en_US "
                + "client-properties={capabilities: %s}".formatted(words.get("capabilities", "refusals"))));
        expect(new Words("0 connection.tune"));
        say(new Words("0 connection.tune-ok channel-max=%s frame-max=%s heartbeat=%s"
                .formatted(
                        words.get("channel-max", "2047"),
                        words.get("frame-max", "131072"),
                        words.get("heartbeat", "0"))));
        say(new Words("0 connection.open virtual-host=/"));
        expect(new Words("0 connection.open-ok"));
    }

    private Method method(String what, Words words) {
        Class<?> type = METHODS.get(what);
        if (type == null) {
            throw failure("a method", what);
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(components)
                .map(component -> value(component.getType(), words.get(kebab(component.getName()), "")))
                .toArray();
        words.expectAllUsed();
        try {
            return (Method) type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object value(Class<?> type, String text) {
        if (type == boolean.class) {
            return Boolean.valueOf(text);
        } else if (type == int.class) {
            return text.isEmpty() ? 0 : Integer.parseInt(text);
        } else if (type == long.class) {
            return text.isEmpty() ? 0L : Long.parseUnsignedLong(text);
        } else if (type == byte[].class) {
            return text.getBytes(UTF_8);
        }
        return type == FieldTable.class ? table(text) : text;
    }

    private static FieldTable table(String text) {
        Map<String, Object> entries = new LinkedHashMap<>();
        Matcher matcher = ENTRY.matcher(text);
        while (matcher.find()) {
            String value = matcher.group(2);
            if (matcher.group(1).equals("capabilities")) {
                entries.put(
                        "capabilities",
                        FieldTable.of(Map.of(
                                "authentication_failure_close",
                                true,
                                "consumer_cancel_notify",
                                value.strip().equals("cancels"))));
            } else if (value.startsWith("\"")) {
                entries.put(matcher.group(1), value.substring(1, value.length() - 1));
            } else if (value.equals("true") || value.equals("false")) {
                entries.put(matcher.group(1), Boolean.valueOf(value));
            } else {
                entries.put(matcher.group(1), Integer.valueOf(value.strip()));
            }
        }
        return FieldTable.of(entries);
    }

    private static MessageProperties properties(Words words) {
        String mode = words.get("delivery-mode", "");
        return new MessageProperties(
                words.find("content-type"),
                null,
                null,
                mode.isEmpty() ? null : Integer.valueOf(mode),
                null,
                null,
                words.find("reply-to"),
                words.find("expiration"),
                null,
                null,
                null,
                words.find("user-id"),
                null,
                null);
    }

    private void expect(Words words) throws IOException {
        if (words.rest().equals("closed")) {
            byte[] frame = peer.next();
            if (frame != null || !peer.isClosed()) {
                throw failure(
                        "closed", frame == null ? "nothing" : describe(frame).toString());
            }
            return;
        }
        byte[] frame = peer.next();
        if (frame == null) {
            throw failure(words.toString(), peer.isClosed() ? "closed" : "nothing");
        }
        if (words.toString().startsWith("hex ")) {
            String octets = words.toString().substring(4).replace(" ", "");
            if (!octets.equals(ByteBufUtil.hexDump(frame))) {
                throw failure(octets, ByteBufUtil.hexDump(frame));
            }
            return;
        }
        Map<String, String> actual = describe(frame);
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("channel", String.valueOf(words.number()));
        expected.put("what", words.word());
        expected.putAll(words.named());
        if (words.hasMore()) {
            expected.put("content", words.rest());
        }
        expected.forEach((field, value) -> {
            if (!value.equals(actual.get(field))) {
                throw failure(words.toString(), actual.toString());
            }
        });
    }

    /** Everything about a frame, as a script would say it. */
    private static Map<String, String> describe(byte[] frame) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (frame[0] == 'A') {
            fields.put("channel", "0");
            fields.put("what", "AMQP");
            fields.put("content", frame[4] + " " + frame[5] + " " + frame[6] + " " + frame[7]);
            return fields;
        }
        ByteBuf in = Unpooled.wrappedBuffer(frame);
        FrameReader reader = new FrameReader(0);
        reader.next(in);
        ByteBuf payload = in.slice(reader.payloadIndex(), reader.payloadLength());
        fields.put("channel", String.valueOf(reader.channel()));
        switch (reader.type()) {
            case FrameReader.METHOD -> {
                Method method = Method.read(payload);
                fields.put("what", method.dottedName());
                for (RecordComponent component : method.getClass().getRecordComponents()) {
                    try {
                        Object value = component.getAccessor().invoke(method);
                        fields.put(kebab(component.getName()), String.valueOf(value));
                    } catch (ReflectiveOperationException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            case FrameReader.HEADER -> {
                fields.put("what", "header");
                fields.put("size", String.valueOf(payload.getLong(4)));
                MessageProperties properties = BasicProperties.decode(
                        ByteBufUtil.getBytes(payload, METHOD_HEADER, payload.readableBytes() - METHOD_HEADER));
                fields.put("expiration", String.valueOf(properties.expiration()));
            }
            case FrameReader.BODY -> {
                fields.put("what", "body");
                fields.put("content", payload.toString(UTF_8));
                fields.put("size", String.valueOf(payload.readableBytes()));
            }
            case FrameReader.HEARTBEAT -> fields.put("what", "heartbeat");
            default -> fields.put("what", "a frame of type " + reader.type());
        }
        return fields;
    }

    private static String kebab(String camel) {
        return camel.replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** A line's words: a channel's number may come first, and some are named. */
    private static final class Words {
        private final String line;
        private final Map<String, String> named = new LinkedHashMap<>();
        private final List<String> plain = new ArrayList<>();
        private final Map<String, String> unused;

        Words(String line) {
            this.line = line.strip();
            Matcher matcher = WORD.matcher(line);
            while (matcher.find()) {
                String value = unquoted(matcher.group(2));
                if (matcher.group(1) == null) {
                    plain.add(value);
                } else {
                    named.put(matcher.group(1), value);
                }
            }
            unused = new LinkedHashMap<>(named);
        }

        private static String unquoted(String word) {
            return word.startsWith("\"")
                    ? word.substring(1, word.length() - 1)
                            .replace("\\0", "\0")
                            .replace("\\\"", "\"")
                            .replace("\\\\", "\\")
                    : word;
        }

        int number() {
            return plain.get(0).matches("\\d+") ? Integer.parseInt(plain.remove(0)) : 0;
        }

        String word() {
            return plain.remove(0);
        }

        boolean hasMore() {
            return !plain.isEmpty();
        }

        String rest() {
            return String.join(" ", plain);
        }

        byte[] octets() {
            String text = plain.stream()
                    .map(octet -> String.valueOf((char) Integer.parseInt(octet)))
                    .collect(Collectors.joining());
            return text.getBytes(ISO_8859_1);
        }

        Map<String, String> named() {
            return named;
        }

        String get(String key, String otherwise) {
            unused.remove(key);
            return named.getOrDefault(key, otherwise);
        }

        @Nullable String find(String key) {
            return named.get(key);
        }

        void expectAllUsed() {
            if (!unused.isEmpty()) {
                throw new IllegalArgumentException("no such arguments: " + unused + " in " + line);
            }
        }

        @Override
        public String toString() {
            return line;
        }
    }
}
