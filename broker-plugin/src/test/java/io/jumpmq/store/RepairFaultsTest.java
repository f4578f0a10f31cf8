package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.store.SimulatedDisk.Call;
import io.jumpmq.store.SimulatedDisk.Fault;
import io.jumpmq.store.StoreDamageTest.Life;
import io.jumpmq.store.StoreDamageTest.Outcome;
import io.jumpmq.store.StoreInspection.Report;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The disk fails while a damaged store is looked at or repaired. A check never takes that for damage, nor for the lack of it;
 * a repair that was broken off anywhere, or lost its power there, is begun again and comes to what one without faults comes
 * to, and what was damaged is still kept as it was found.
 */
class RepairFaultsTest {
    private static final long SEED = 20261127;

    /** Damage to a record of a sealed segment without its summary, and to one of the journal. */
    private static Map<String, byte[]> damage(StoreFiles files) throws IOException {
        Map<String, byte[]> damaged = new HashMap<>();
        String segment = first(files, Segment.SUFFIX);
        files.delete(segment + Summary.SUFFIX);
        for (String path : List.of(segment, first(files, ".journal"))) {
            byte[] content = files.content(path).clone();
            content[Segment.HEAD_BYTES + 200] ^= 4;
            files.replace(path, content);
            damaged.put(path, content);
        }
        return damaged;
    }

    private static String first(StoreFiles files, String suffix) throws IOException {
        return files.all().stream()
                .filter(path -> path.endsWith(suffix))
                .sorted()
                .findFirst()
                .orElseThrow();
    }

    private static void repair(StoreFiles files) throws IOException {
        try (StoreInspection store = StoreInspection.open(() -> {}, files.catalog(), files.messages())) {
            store.repair();
        }
    }

    @Test
    void aCheckOfADiskThatCannotBeReadSaysSoAndChangesNothing() throws IOException {
        StoreFiles whole = new Life(SEED).files;
        for (boolean ofCatalog : List.of(true, false)) {
            for (Call call : List.of(Call.LIST, Call.OPEN, Call.READ)) {
                int calls = 0;
                while (true) {
                    StoreFiles files = whole.copy();
                    SimulatedDisk faulty = ofCatalog ? files.catalog() : files.messages();
                    faulty.plan(call, calls, Fault.ERROR, false);
                    String what = (ofCatalog ? "catalog " : "messages ") + call + " after " + calls++;
                    Report report;
                    try {
                        report = files.check();
                    } catch (IOException e) {
                        assertThat(e).as(what).hasMessageContaining("simulated error");
                        assertThat(faulty.changes()).as(what).isZero();
                        continue;
                    }
                    assertThat(faulty.hasFired()).as(what).isFalse();
                    assertThat(report.isGood()).as(what).isTrue();
                    break;
                }
                assertThat(calls).isGreaterThan(1);
            }
        }
    }

    @Test
    void aRepairThatIsBrokenOffAnywhereIsBegunAgain() throws IOException {
        StoreFiles found = new Life(SEED).files.copy();
        Map<String, byte[]> damaged = damage(found);
        assertThatThrownBy(() -> new Outcome(found.copy())).isInstanceOf(DamagedException.class);
        StoreFiles inOneGo = found.copy();
        repair(inOneGo);
        Outcome expected = new Outcome(inOneGo.copy());
        assertKept("in one go", inOneGo, damaged);
        for (boolean ofCatalog : List.of(true, false)) {
            for (Call call : Call.values()) {
                for (Fault fault : call.compareTo(Call.CREATE) < 0 ? List.of(Fault.ERROR) : List.of(Fault.values())) {
                    breakOff(found, ofCatalog, call, fault, (files, what) -> {
                        again(what, files);
                        assertThat(new Outcome(files.copy()).served).as(what).isEqualTo(expected.served);
                        assertKept(what, files, damaged);
                    });
                }
            }
        }
    }

    private interface Afterwards {
        void check(StoreFiles files, String what) throws IOException;
    }

    /** Lets each call of a kind fail in turn, and ever after. */
    private static void breakOff(StoreFiles found, boolean ofCatalog, Call call, Fault fault, Afterwards afterwards)
            throws IOException {
        boolean more = true;
        for (int calls = 0; more; calls++) {
            StoreFiles files = found.copy();
            SimulatedDisk faulty = ofCatalog ? files.catalog() : files.messages();
            faulty.plan(call, calls, fault, true);
            String what = (ofCatalog ? "catalog " : "messages ") + call + " " + fault + " after " + calls;
            try {
                repair(files);
            } catch (IOException e) {
                assertThat(e).as(what).hasMessageContaining("simulated");
            }
            more = faulty.hasFired();
            afterwards.check(files.copy(), what + ", killed");
            SplittableRandom random = new SplittableRandom(SEED + calls);
            afterwards.check(
                    new StoreFiles(
                            files.catalog().crash(random), files.messages().crash(random)),
                    what + ", power lost");
        }
    }

    private static void again(String what, StoreFiles files) throws IOException {
        if (!files.check().isGood()) {
            repair(files);
        }
        assertThat(files.check().findings()).as(what).isEmpty();
    }

    private static void assertKept(String what, StoreFiles files, Map<String, byte[]> damaged) throws IOException {
        for (Map.Entry<String, byte[]> file : damaged.entrySet()) {
            assertThat(keptOf(files, file.getKey()))
                    .as("%s: what is kept of %s", what, file.getKey())
                    .anyMatch(content -> Arrays.equals(content, file.getValue()));
        }
    }

    private static List<byte[]> keptOf(StoreFiles files, String path) throws IOException {
        return files.all().stream()
                .filter(kept -> kept.startsWith(path) && kept.contains(".damaged"))
                .map(files::content)
                .toList();
    }
}
