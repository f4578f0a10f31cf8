package io.jumpmq.store;

import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.store.MessageSegments.Slot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads messages back. Those that lie close together come with one access to the disk; where that fails, each is tried by
 * itself. One thread at a time.
 */
final class SlotReader {
    /** What is read though nobody asked for it, rather than reading twice. */
    private static final int GAP = 32 << 10;

    private static final int WINDOW = 2 << 20;

    private final Records records = new Records();
    private final Map<Integer, MessageFormat> formats;
    private ByteBuffer window = ByteBuffer.allocate(0); // Most brokers never read back.

    /** Reads messages of these formats; others cannot be read. */
    SlotReader(List<MessageFormat> formats) {
        this.formats = formats.stream().collect(Collectors.toUnmodifiableMap(MessageFormat::number, format -> format));
    }

    /** What was read, and what could not be. */
    record Read(List<Stored> messages, List<Slot> damaged) {}

    /** Reads what is in these slots. */
    Read read(List<Slot> slots) {
        Read read = new Read(new ArrayList<>(slots.size()), new ArrayList<>());
        int from = 0;
        while (from < slots.size()) {
            if (slots.get(from).isSetAside()) {
                read.damaged.add(slots.get(from++));
            } else {
                int to = together(slots, from);
                read(slots.subList(from, to), read);
                from = to;
            }
        }
        return read;
    }

    /** The end of a run of slots that one read gets. */
    private static int together(List<Slot> slots, int from) {
        Slot first = slots.get(from);
        long end = first.offset() + first.size();
        int to = from + 1;
        while (to < slots.size()) {
            Slot next = slots.get(to);
            long nextEnd = next.offset() + next.size();
            boolean near = !next.isSetAside()
                    && next.segment() == first.segment()
                    && next.offset() >= end
                    && next.offset() - end <= GAP
                    && nextEnd - first.offset() <= WINDOW;
            if (!near) {
                break;
            }
            end = nextEnd;
            to++;
        }
        return to;
    }

    private void read(List<Slot> run, Read read) {
        Slot first = run.get(0);
        Slot last = run.get(run.size() - 1);
        int length = (int) (last.offset() + last.size() - first.offset());
        if (window.capacity() < length) {
            window = ByteBuffer.allocateDirect(Math.max(WINDOW, length));
        }
        window.clear().limit(length);
        try {
            first.segment().file.read(window, first.offset());
        } catch (IOException e) {
            if (run.size() == 1) {
                read.damaged.add(first);
            } else {
                run.forEach(slot -> read(List.of(slot), read));
            }
            return;
        }
        window.flip();
        for (Slot slot : run) {
            int at = (int) (slot.offset() - first.offset());
            int payload = records.payloadLength(window, at, slot.size(), slot.segment().number, slot.offset());
            MessageFormat format = payload < 0 ? null : formats.get(Records.format(window, at + Records.ENVELOPE));
            if (format == null) {
                read.damaged.add(slot);
                continue;
            }
            ByteBuffer in = window.slice(at + Records.ENVELOPE, payload);
            read.messages.add(new Stored(
                    slot.position(),
                    Records.message(in, format),
                    in.getLong(18),
                    Fate.count(slot.fate()),
                    Fate.reason(slot.fate())));
        }
        if (window.capacity() > WINDOW) {
            window = ByteBuffer.allocateDirect(WINDOW);
        }
    }
}
