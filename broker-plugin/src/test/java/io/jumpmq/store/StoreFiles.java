package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.store.StoreInspection.Report;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** The files of a store that no server uses, to be damaged. */
record StoreFiles(SimulatedDisk catalog, SimulatedDisk messages) {
    StoreFiles copy() {
        return new StoreFiles(catalog.kill(), messages.kill());
    }

    SimulatedDisk of(String path) {
        return path.startsWith("catalog/") ? catalog : messages;
    }

    List<String> all() throws IOException {
        List<String> all = new ArrayList<>();
        catalog.list().forEach(name -> all.add("catalog/" + name));
        messages.list().forEach(name -> all.add("messages/" + name));
        return all;
    }

    byte[] content(String path) {
        return of(path).content(name(path));
    }

    void replace(String path, byte[] content) throws IOException {
        of(path).replace(name(path), ByteBuffer.wrap(content));
    }

    void delete(String path) throws IOException {
        of(path).delete(name(path));
    }

    /** Does one thing to one file; says what. */
    String damage(SplittableRandom random) throws IOException {
        List<String> all = all();
        String path = all.get(random.nextInt(all.size()));
        byte[] content = content(path).clone();
        int size = content.length;
        int kind = random.nextInt(10);
        if (kind == 0) {
            delete(path);
            return path + " removed";
        }
        if (kind == 1 || size == 0) {
            int length = random.nextBoolean() ? Math.min(size, Segment.HEAD_BYTES) : random.nextInt(size + 1);
            replace(path, Arrays.copyOf(content, length));
            return path + " cut to " + length;
        }
        if (kind == 2) {
            int from = random.nextInt(size);
            Arrays.fill(content, from, Math.min(size, from + 512), (byte) 0);
            replace(path, content);
            return path + " zeroed from " + from;
        }
        int at = random.nextInt(size);
        content[at] ^= (byte) (1 << random.nextInt(8));
        replace(path, content);
        return path + " flipped at " + at;
    }

    Report check() throws IOException {
        try (StoreInspection store = StoreInspection.open(() -> {}, catalog, messages)) {
            return store.check();
        }
    }

    /** What a start finds: by queue, position and whether it can be read; without what was never vouched for. */
    private Set<String> found(Watermark vouchedFor) throws IOException {
        StoreRecovery found = StoreRecovery.read(
                catalog, messages, MessageSegmentsTest.supply(messages), SimulatedStore.SEGMENT, Damage.REFUSED);
        Set<String> all = new TreeSet<>();
        MessageSegments log = found.messages().log();
        for (long queue : found.catalog().queues()) {
            SlotReader.Read read = new SlotReader(List.of(BasicFormat.INSTANCE))
                    .read(log.find(queue, 0, Integer.MAX_VALUE, Integer.MAX_VALUE));
            Set<Long> damaged = new HashSet<>();
            read.damaged().forEach(slot -> damaged.add(slot.position()));
            QueueIndex index = log.index().known(queue);
            if (index != null) {
                index.visit(0, (position, place, size, body) -> {
                    Watermark at = new Watermark(place >>> Integer.SIZE, MessageIndex.offset(place));
                    if (at.compareTo(vouchedFor) < 0) {
                        all.add(queue + ":" + position + (damaged.contains(position) ? " damaged" : ""));
                    }
                    return true;
                });
            }
        }
        return all;
    }

    /**
     * Damages a copy, and compares what a start makes of it with what it makes of the whole: it refuses, or what was vouched
     * for is there, or known not to be.
     *
     * @return whether it refused
     */
    boolean survivesDamage(SplittableRandom random) throws IOException {
        Watermark vouchedFor = Watermark.read(messages);
        Set<String> whole = found(vouchedFor);
        StoreFiles damaged = copy();
        String what = damaged.damage(random);
        Report report = damaged.check();
        Set<String> found;
        try {
            found = damaged.found(vouchedFor);
        } catch (DamagedException e) {
            assertThat(report.starts()).as(what).isFalse();
            return true;
        }
        assertThat(report.starts()).as(what).isTrue();
        Set<String> known = new TreeSet<>();
        found.forEach(message -> known.add(message.replace(" damaged", "")));
        assertThat(known).as(what).containsAll(whole);
        return false;
    }

    private static String name(String path) {
        return path.substring(path.indexOf('/') + 1);
    }
}
