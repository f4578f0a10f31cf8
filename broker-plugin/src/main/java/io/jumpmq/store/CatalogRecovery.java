package io.jumpmq.store;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.ChangeCodec;
import io.jumpmq.broker.node.Incarnation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds what the catalog's files hold; changes nothing. */
final class CatalogRecovery {
    /** What is gone with a file of which nobody can tell what it held. */
    static final String WITH_ALL = ", with the queues, exchanges, bindings, users, permissions and policies in it";

    private final Disk disk;
    private final List<String> names;
    private final Damage damage;
    private final List<Recorded> changes = new ArrayList<>();
    private final Set<Long> queues = new HashSet<>();

    /** Parts of a decision whose last one has not come yet. */
    private final List<Recorded> undecided = new ArrayList<>();

    /** Where the changes of the record before begin, if it was a decision; -1: it was none, or is lost. */
    private int lastDecision = -1;

    private @Nullable Incarnation recorded;

    /** A change, and where it was recorded. */
    record Recorded(Change change, String file, long offset) {}

    /**
     * What was found.
     *
     * @param generation 0: nothing was recorded yet
     * @param isNew whether there is nothing of a catalog
     * @param isAdopted whether it is of format version 1, which had no manifest
     * @param queues ids of all queues that it has ever heard of, as far as messages of them may be left
     * @param incarnation the node's last incarnation; null: nobody knows of one
     */
    record Found(
            long generation,
            boolean isNew,
            boolean isAdopted,
            List<Recorded> changes,
            Set<Long> queues,
            @Nullable Incarnation incarnation) {
        List<Change> plain() {
            return changes.stream().map(Recorded::change).toList();
        }
    }

    private CatalogRecovery(Disk disk, Damage damage) throws IOException {
        this.disk = disk;
        this.names = disk.list();
        this.damage = damage;
    }

    /**
     * Reads the files.
     *
     * @param damage told of what is wrong with them
     */
    static Found read(Disk disk, Damage damage) throws IOException {
        return new CatalogRecovery(disk, damage).read();
    }

    private Found read() throws IOException {
        long newest = names.stream().mapToLong(CatalogJournal::number).max().orElse(0);
        if (!names.contains(Manifest.NAME)) {
            return withoutManifest(newest);
        }
        Manifest manifest = manifest();
        if (manifest == null) {
            return found(newest, false, 0, Watermark.NOTHING);
        }
        Watermark flushed = flushed();
        if (flushed.number() > manifest.last()) {
            damage.found(
                    Manifest.NAME,
                    0,
                    "it names generation " + manifest.last() + ", and generation " + flushed.number()
                            + " has been flushed");
            return found(flushed.number(), false, 0, flushed);
        }
        return found(manifest.last(), false, manifest.snapshotBytes(), flushed);
    }

    private Found withoutManifest(long newest) throws IOException {
        if (newest == 0) {
            return new Found(0, true, false, List.of(), Set.of(), null);
        }
        if (!Segment.areOfVersion1(disk, names, name -> CatalogJournal.number(name))) {
            damage.found(Manifest.NAME, 0, "the file is missing, and those that it should name are there");
        }
        long snapshot =
                names.stream().mapToLong(CatalogJournal::snapshotNumber).max().orElse(0);
        return found(snapshot, true, 0, Watermark.NOTHING);
    }

    private @Nullable Manifest manifest() throws IOException {
        Manifest[] read = new Manifest[1];
        damage.unless(() -> read[0] = Manifest.read(disk));
        return read[0];
    }

    private Watermark flushed() throws IOException {
        Watermark[] read = {Watermark.NOTHING};
        damage.unless(() -> read[0] = Watermark.read(disk));
        return Objects.requireNonNull(read[0]);
    }

    private Found found(long generation, boolean isAdopted, long snapshotBytes, Watermark flushed) throws IOException {
        if (generation > 0) {
            String snapshot = CatalogJournal.snapshotName(generation);
            read(snapshot, generation, snapshotBytes, true);
            String journal = CatalogJournal.journalName(generation);
            if (!isAdopted || names.contains(journal)) {
                read(journal, generation, flushed.endIn(generation), false);
            }
        }
        return new Found(generation, false, isAdopted, changes, queues, incarnation());
    }

    /** As it is noted; as the catalog tells it, when the note is lost. */
    private @Nullable Incarnation incarnation() throws IOException {
        Incarnation[] noted = new Incarnation[1];
        if (names.contains(Identity.NAME)) {
            damage.unless(() -> noted[0] = Identity.read(disk));
        } else if (recorded != null) {
            damage.found(Identity.NAME, 0, "the file is missing; it named the node " + recorded);
        }
        Incarnation its = noted[0];
        if (its == null || recorded == null || its.equals(recorded) || recorded.endedBefore(its)) {
            return its == null ? recorded : its;
        }
        damage.found(Identity.NAME, 0, "it names the node " + its + ", and the catalog that of " + recorded);
        return recorded;
    }

    /**
     * Reads a file's records.
     *
     * @param end it has records up to there at least
     * @param isWhole whether it has nothing behind them
     */
    private void read(String name, long generation, long end, boolean isWhole) throws IOException {
        if (!names.contains(name)) {
            damage.found(name, 0, "the file is missing" + WITH_ALL);
            return;
        }
        try (Disk.File file = disk.open(name)) {
            damage.unless(() -> Segment.checkHead(file, generation));
            if (isWhole && end > 0 && file.size() != end) {
                damage.found(
                        name,
                        Math.min(file.size(), end),
                        "it has " + file.size() + " bytes and had " + end + lost(file.size(), end));
            }
            SegmentScan scan = new SegmentScan(file, generation, Segment.HEAD_BYTES, file.size());
            boolean more;
            do {
                while (scan.next()) {
                    record(name, scan);
                }
                boolean isEnd =
                        isWhole ? scan.offset() >= file.size() : scan.offset() >= end && !scan.isMoreKnownFlushed();
                if (isEnd) {
                    return;
                }
                long from = scan.offset();
                more = scan.skip();
                lastDecision = -1;
                undecided.clear();
                damage.found(
                        name,
                        from,
                        "there is no whole record, and more had been flushed"
                                + lost(from, more ? scan.nextOffset() : Math.max(end, from)));
            } while (more);
        }
    }

    /** Which of them, nobody can tell. */
    private static String lost(long from, long to) {
        return from >= to
                ? ""
                : "; queues, exchanges, bindings, users, permissions or policies recorded from offset " + from + " to "
                        + to + " are lost";
    }

    /** A part of a decision, which counts with its last part. */
    private void decision(String name, SegmentScan scan) throws IOException {
        List<Change> part = Records.changes(scan.buffer(), scan.payloadAt(), scan.length());
        if (part == null) {
            damage.found(name, scan.offset(), "a decision of the catalog makes no sense");
            return;
        }
        part.forEach(change -> undecided.add(new Recorded(change, name, scan.offset())));
        if (scan.type() == Records.DECIDED) {
            lastDecision = changes.size();
            undecided.forEach(this::found);
            undecided.clear();
        }
    }

    private void retract(String name, long offset) throws IOException {
        if (lastDecision < 0) {
            damage.found(name, offset, "it takes back a decision that is not there");
            return;
        }
        changes.subList(lastDecision, changes.size()).clear();
        lastDecision = -1;
    }

    private void found(Recorded one) {
        if (one.change() instanceof Change.QueueDeclared declared) {
            queues.add(declared.id());
        } else if (one.change() instanceof Change.NodeStarted started) {
            recorded = started.node();
        }
        changes.add(one);
    }

    private void record(String name, SegmentScan scan) throws IOException {
        switch (scan.type()) {
            case Records.CHANGE -> {
                Change change = ChangeCodec.decode(scan.buffer().slice(scan.payloadAt() + 1, scan.length() - 1));
                if (change == null) {
                    damage.found(name, scan.offset(), "a change of the catalog makes no sense");
                    return;
                }
                lastDecision = -1;
                found(new Recorded(change, name, scan.offset()));
            }
            case Records.DECIDING, Records.DECIDED -> decision(name, scan);
            case Records.RETRACTED -> retract(name, scan.offset());
            case Records.QUEUE_DELETED -> queues.add(scan.buffer().getLong(scan.payloadAt() + 1));
            case Records.FLUSHED -> {}
            default -> damage.found(name, scan.offset(), "a record of unknown type " + scan.type());
        }
    }
}
