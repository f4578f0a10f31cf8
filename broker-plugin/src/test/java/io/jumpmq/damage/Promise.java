package io.jumpmq.damage;

import io.jumpmq.damage.LoggedRecords.Logged;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the table in {@code docs/store-format.md} says of a damage.
 *
 * @param outcomes one of these has to follow: the table does not say what exactly is flushed, or in an undocumented file written
 * @param lost the messages that are set aside, if some are
 * @param tail from where on the last segment counts as cut short, if it is served; {@link Long#MAX_VALUE}: it is whole
 * @param catalogTail whether the last changes, of which nobody was told, may be gone
 */
record Promise(Set<Outcome> outcomes, Set<String> lost, long tail, boolean catalogTail) {
    enum Outcome {
        REFUSED,
        SERVED,
        SET_ASIDE
    }

    private static final String SUMMARY = ".log.sum";
    private static final String SEGMENT = ".log";

    static Promise of(Base base, Damage damage) {
        if (damage.changesNothing()) {
            return only(Outcome.SERVED);
        }
        if (damage.kind() == Damage.Kind.REMOVE_DIRECTORY) {
            return only(Outcome.REFUSED);
        }
        String name = damage.file().substring(damage.file().lastIndexOf('/') + 1);
        if (name.equals("lock") || name.endsWith(SUMMARY) || name.endsWith(".new") || name.endsWith(".tmp")) {
            return only(Outcome.SERVED);
        }
        if (name.equals("manifest") || name.equals("flushed") || name.equals("node")) { // Two notes each.
            return switch (damage.kind()) {
                case REMOVE -> only(Outcome.REFUSED);
                case FLIP -> only(Outcome.SERVED);
                default -> either(Outcome.REFUSED, Outcome.SERVED);
            };
        }
        boolean gone = damage.kind() == Damage.Kind.REMOVE || (damage.kind() == Damage.Kind.CUT && damage.from() == 0);
        if (!gone && damage.from() >= LoggedRecords.HEAD_USED && damage.to() <= LoggedRecords.HEAD) {
            return only(Outcome.SERVED);
        }
        boolean head = gone
                || damage.from() < LoggedRecords.HEAD_USED
                || (damage.from() < LoggedRecords.HEAD && damage.kind() == Damage.Kind.CUT);
        if (name.endsWith(SEGMENT)) {
            return segment(base, damage, Long.parseLong(name.replace(SEGMENT, "")), head);
        }
        if (head) {
            return only(Outcome.REFUSED);
        }
        boolean journal = name.endsWith(".journal");
        return new Promise(EnumSet.of(Outcome.REFUSED, Outcome.SERVED), Set.of(), Long.MAX_VALUE, journal);
    }

    private static Promise only(Outcome outcome) {
        return new Promise(EnumSet.of(outcome), Set.of(), Long.MAX_VALUE, false);
    }

    private static Promise either(Outcome one, Outcome other) {
        return new Promise(EnumSet.of(one, other), Set.of(), Long.MAX_VALUE, false);
    }

    private static Promise segment(Base base, Damage damage, long number, boolean head) {
        long last = base.log().last();
        if (base.log().isDropped(number)) {
            return only(Outcome.SERVED);
        }
        if (number > last) {
            return either(Outcome.SERVED, Outcome.REFUSED); // It was only made ready.
        }
        List<Logged> touched = base.log().segment(number).stream()
                .filter(record -> record.touches(damage.from(), damage.to()))
                .toList();
        if (head || (!touched.isEmpty() && touched.get(0).offset() == LoggedRecords.HEAD)) {
            return only(Outcome.REFUSED);
        }
        if (touched.isEmpty()) {
            return only(Outcome.SERVED);
        }
        if (number == last) {
            long at = touched.get(0).offset();
            return at < owedBefore(base)
                    ? only(Outcome.REFUSED)
                    : new Promise(EnumSet.of(Outcome.REFUSED, Outcome.SERVED), Set.of(), at, false);
        }
        if (!Files.exists(base.directory().resolve(damage.file() + ".sum"))) {
            return only(Outcome.REFUSED);
        }
        Set<String> lost = new TreeSet<>();
        base.log().liveBefore(Long.MAX_VALUE).values().stream()
                .filter(live -> touched.contains(live.at()))
                .forEach(live -> lost.add(live.name()));
        Outcome outcome = lost.isEmpty() ? Outcome.SERVED : Outcome.SET_ASIDE;
        Set<Outcome> outcomes = EnumSet.of(outcome);
        if (damage.kind() == Damage.Kind.CUT) {
            outcomes.add(Outcome.REFUSED); // It ends before the next one says that it does.
        }
        return new Promise(outcomes, lost, Long.MAX_VALUE, false);
    }

    /** So much of the last segment had surely been flushed: it notes as much, or a message had been confirmed. */
    private static long owedBefore(Base base) {
        long last = base.log().last();
        return Math.max(
                base.log().flushedInLast(),
                base.log().liveBefore(Long.MAX_VALUE).values().stream()
                        .filter(live ->
                                live.at().segment() == last && base.owed().contains(live.name()))
                        .filter(live -> !base.log().isBefore(last, live.key()))
                        .mapToLong(live -> live.at().end())
                        .max()
                        .orElse(0));
    }
}
