package io.jumpmq.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * An undamaged directory as a broker process left it, and what it holds.
 *
 * @param directory never opened by a broker: copies are
 * @param whole what a broker serves from it
 * @param states which topologies a broker may serve that lost what nobody was told of, the oldest first; the last is that of {@code whole}
 * @param owed the messages that had been confirmed when the process ended
 * @param log the records of its messages
 */
record Base(Path directory, Contents whole, List<Ledger.State> states, Set<String> owed, LoggedRecords log) {
    private static final long MEMORY = 64 << 20;
    private static final int TRIES = 100;
    private static final int MAX_PUBLISHED = 1500;

    /** Processes one after the other on the same directory; each leaves a base. */
    static List<Base> make(Path folder, int count, SplittableRandom random) throws Exception {
        List<Base> bases = new ArrayList<>();
        Path living = folder.resolve("living");
        Ledger.State state = new Ledger.State(Set.of(), Map.of());
        Set<String> there = Set.of();
        for (int i = 0; i < count; i++) {
            boolean inOrder = i % 4 == 3;
            boolean shortOfMemory = i % 3 == 1;
            String[] settings = shortOfMemory ? new String[] {"vm_memory_high_watermark.absolute=2MiB"} : new String[0];
            Ledger ledger;
            Set<String> owed;
            List<String> faults;
            try (ServedBroker broker = ServedBroker.process(living, settings)) {
                if (i == 0) {
                    Workload.declare(broker);
                    state = stateOf(Contents.of(broker));
                }
                ledger = new Ledger(state, there);
                Workload workload = new Workload(
                        broker,
                        ledger,
                        random.split(),
                        "m" + i + "-",
                        100 + random.nextInt(500),
                        shortOfMemory ? 10 : 100);
                try (workload) {
                    workload.start();
                    workload.awaitPublished(random.nextInt(MAX_PUBLISHED));
                    if (inOrder) {
                        workload.settle();
                        owed = ledger.owed();
                        broker.stop();
                    } else {
                        owed = ledger.owed();
                        broker.kill();
                    }
                }
                owed.removeAll(ledger.settled()); // What was acknowledged while it was ended.
                faults = workload.faults();
            }
            assertThat(faults).as("what clients of an undamaged broker met").isEmpty();
            Path directory = folder.resolve("base-" + i);
            copy(living, directory);
            Base base = of(directory, ledger, owed, inOrder);
            bases.add(base);
            state = base.states().get(base.states().size() - 1);
            there = base.whole().messages();
        }
        return bases;
    }

    private static Ledger.State stateOf(Contents contents) throws IOException {
        return new Ledger.State(Workload.topology(contents.topology()), contents.rings());
    }

    private static Base of(Path directory, Ledger ledger, Set<String> owed, boolean inOrder) throws Exception {
        Path copy = directory.resolveSibling(directory.getFileName() + "-whole");
        copy(directory, copy);
        Contents whole;
        try (ServedBroker broker = ServedBroker.embedded(copy, MEMORY)) {
            whole = Contents.of(broker);
        } finally {
            delete(copy);
        }
        String what = directory.getFileName() + ", which nobody has damaged";
        assertThat(whole.faults()).as(what).isEmpty();
        assertThat(whole.setAside()).as("set aside of " + what).isEmpty();
        assertThat(whole.messages()).as("messages of " + what).containsAll(owed);
        assertThat(whole.messages()).as("messages of " + what).allMatch(name -> ledger.find(name) != null);
        if (inOrder) {
            assertThat(whole.messages()).as("messages after a stop in order").isEqualTo(owed);
        }
        Ledger.State found = stateOf(whole);
        List<Ledger.State> possible = ledger.possible();
        int index = possible.size() - 1;
        while (index >= 0 && !isSame(possible.get(index), found)) {
            index--;
        }
        assertThat(index).as("%s: %s is none of %s", what, found, possible).isNotNegative();
        List<Ledger.State> states = new ArrayList<>(possible.subList(0, index));
        states.add(found);
        LoggedRecords log = LoggedRecords.of(directory);
        Set<String> read = new TreeSet<>();
        log.liveBefore(Long.MAX_VALUE).values().forEach(live -> read.add(live.name()));
        assertThat(read).as("messages by the documented format, in " + what).isEqualTo(whole.messages());
        return new Base(directory, whole, states, owed, log);
    }

    /** Of rings that nobody asked for the digest is not known. */
    static boolean isSame(Ledger.State expected, Ledger.State found) {
        return expected.topology().equals(found.topology())
                && expected.rings().entrySet().stream()
                        .allMatch(ring -> ring.getValue().equals(found.rings().get(ring.getKey())));
    }

    /** Whether a broker with this topology forgot nothing that anybody was told of. */
    boolean allows(Contents contents) throws IOException {
        Ledger.State found = stateOf(contents);
        return states.stream().anyMatch(state -> isSame(state, found));
    }

    /** The queue of each message, by the number that the log has for it. */
    Map<Long, String> queueNames() {
        Map<String, String> queueOf = new HashMap<>();
        whole.queues().forEach((queue, names) -> names.forEach(name -> queueOf.put(name, queue)));
        Map<Long, String> names = new HashMap<>();
        log.liveBefore(Long.MAX_VALUE)
                .values()
                .forEach(live -> names.put(live.key().queue(), queueOf.getOrDefault(live.name(), "?")));
        return names;
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** Of one that a broker uses: as it was at one moment. */
    static void copyAtRest(Path from, Path to) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            try {
                copy(from, to);
                if (files(from).equals(files(to)) && isSame(from, to)) {
                    return;
                }
            } catch (NoSuchFileException e) {
                // It was finished, or given up, in this moment.
            }
            delete(to);
        }
        throw new IOException("a broker that nobody uses never rests");
    }

    private static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private static boolean isSame(Path one, Path other) throws IOException {
        for (String file : files(one)) {
            if (Files.mismatch(one.resolve(file), other.resolve(file)) >= 0) {
                return false;
            }
        }
        return true;
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
