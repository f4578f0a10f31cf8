package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.DestinationNames;
import io.jumpmq.plugin.Router;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an exchange whose type a plugin brings: the state as its router wrote it, and what became of its bindings
 * since then while there was no router. A router that is told all this in its order is where it would be, had it never been
 * away.
 *
 * @param state null: none, as a new exchange has
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record KeptState(byte @Nullable [] state, List<Step> since) {
    private static final byte VERSION = 1;

    /** A binding came, or went. */
    record Step(boolean added, Binding binding) {}

    /** Brings a new router there. */
    void replay(Router router, DestinationNames names) {
        if (state != null) {
            router.restore(state.clone(), names);
        }
        for (Step step : since) {
            if (step.added) {
                router.bind(step.binding);
            } else {
                router.unbind(step.binding);
            }
        }
    }

    byte[] encode(DestinationNames names) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(VERSION).writeBoolean(state != null);
        if (state != null) {
            out.writeInt(state.length).writeBytes(state);
        }
        out.writeInt(since.size());
        for (Step step : since) {
            out.writeBoolean(step.added);
            write(out, names.write(step.binding.destination()));
            write(out, step.binding.key());
            step.binding.table().write(out);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static void write(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length).writeBytes(bytes);
    }

    /**
     * What was kept.
     *
     * @throws IllegalArgumentException when it is nothing of the kind
     */
    static KeptState decode(byte[] encoded, DestinationNames names) {
        ByteBuf in = Unpooled.wrappedBuffer(encoded);
        try {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("version " + version + " of an exchange's state is unknown");
            }
            byte[] state = in.readBoolean() ? bytes(in) : null;
            List<Step> since = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                boolean added = in.readBoolean();
                Destination destination = names.read(new String(bytes(in), StandardCharsets.UTF_8));
                String key = new String(bytes(in), StandardCharsets.UTF_8);
                since.add(new Step(added, new Binding(destination, key, FieldTable.read(in))));
            }
            return new KeptState(state, since);
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("an exchange's state ends before its end", e);
        }
    }

    private static byte[] bytes(ByteBuf in) {
        int length = in.readInt();
        if (length < 0 || length > in.readableBytes()) {
            throw new IndexOutOfBoundsException(length);
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }
}
