package io.jumpmq.damage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import io.jumpmq.cli.CommandLineRun;
import io.jumpmq.damage.Promise.Outcome;
import io.jumpmq.store.StoreSettings.OnDamage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One damage to a copy of a base, and everything that must hold then. */
final class Round {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int FILLER_BYTES = 1 << 20;
    private static final int FILLERS = 10;
    private static final int CONFIRM_MILLIS = 20_000;

    /** Of these files, and what is damaged in them, a message has to speak. */
    private static final Pattern PLACE =
            Pattern.compile("manifest|flushed|\\d{16}\\.(log|snapshot|journal)|catalog|messages");

    private static final Pattern RANGE = Pattern.compile("(\\d{16}\\.log)\\b.*?\\bfrom offset (\\d+) to (\\d+)");

    private final Base base;
    private final Path directory;
    private final SplittableRandom random;
    private final Damage damage;
    private final Promise promise;
    private final List<String> violations = new ArrayList<>();
    private final Map<Path, byte[]> changed = new HashMap<>();
    private final boolean isShortOfMemory;
    private Outcome outcome = Outcome.REFUSED;

    Round(Base base, Path directory, SplittableRandom random) throws IOException {
        this.base = base;
        this.directory = directory;
        this.random = random;
        Base.copy(base.directory(), directory);
        damage = Damage.random(directory, random);
        promise = Promise.of(base, damage);
        isShortOfMemory = random.nextBoolean();
    }

    Damage damage() {
        return damage;
    }

    Outcome outcome() {
        return outcome;
    }

    /** What does not hold, in words. */
    List<String> violations() {
        return violations;
    }

    private void wrong(String what) {
        violations.add(what.replaceAll("\\s+", " "));
    }

    /** @param launcher whether the broker gets a process of its own */
    void run(boolean launcher) throws Exception {
        damage.apply(directory);
        Path damaged = directory.resolve(damage.file());
        if (Files.isRegularFile(damaged)) {
            changed.put(damaged, Files.readAllBytes(damaged));
        }
        Verdict verdict = check();
        expectUnchanged("a check");
        try {
            ServedBroker broker = start(launcher);
            Contents served;
            try (broker) {
                served = Contents.of(broker);
                judge(served, verdict);
                // What was fetched and requeued stays in memory: then a publisher would be blocked for good.
                if (random.nextInt(4) == 0 && (launcher || !isShortOfMemory)) {
                    compact(broker);
                    expectSame(served, Contents.of(broker), "compaction");
                }
                expectAlive(broker);
                if (random.nextBoolean()) {
                    Path killed = directory.resolveSibling(directory.getFileName() + "-killed");
                    Base.copyAtRest(directory, killed); // That is what a kill leaves.
                    again(killed, served, "a kill");
                    Base.delete(killed);
                }
            }
            if (random.nextBoolean()) {
                again(directory, served, "a stop in order");
            }
            if (outcome == Outcome.SET_ASIDE) {
                stopThere(served);
                forget(served);
            }
        } catch (ServedBroker.RefusedException e) {
            refused(String.valueOf(e.getMessage()), verdict);
        }
    }

    private ServedBroker start(boolean launcher) throws IOException, ServedBroker.RefusedException {
        return launcher
                ? ServedBroker.process(directory)
                : ServedBroker.embedded(directory, isShortOfMemory ? 4 << 20 : 256 << 20);
    }

    /** What {@code jumpmq store check} says. */
    private record Verdict(int code, boolean starts, JsonNode findings, Set<String> effects, String text) {}

    private Verdict check() throws IOException {
        CommandLineRun run = CommandLineRun.of("store", "check", directory.toString(), "--format", "json");
        JsonNode json;
        try {
            json = MAPPER.readTree(run.out().isEmpty() ? "{}" : run.out());
        } catch (IOException e) {
            wrong("check printed no JSON: " + run.out() + run.err());
            json = MAPPER.createObjectNode();
        }
        Set<String> effects = new TreeSet<>();
        json.path("findings")
                .forEach(finding -> effects.add(finding.path("effect").asText()));
        if (!json.has("starts")) {
            wrong("check does not tell whether it starts: exit code " + run.code() + ", " + run.out() + run.err());
        }
        boolean starts = json.path("starts").asBoolean();
        if (starts == effects.contains("refused")) {
            wrong("check says starts: " + starts + " and finds " + json.path("findings"));
        }
        boolean bad = !starts || effects.contains("set_aside");
        if (bad ? run.code() != 1 : run.code() != 0 && effects.isEmpty()) {
            wrong("check exits with " + run.code() + ", and says " + run.out());
        }
        json.path("findings").forEach(finding -> {
            if ((!PLACE.matcher(finding.path("file").asText()).find()
                            && !finding.path("effect").asText().equals("harmless"))
                    || !finding.has("offset")
                    || finding.path("what").asText().isEmpty()) {
                wrong("a finding without place or reason: " + finding);
            }
        });
        return new Verdict(run.code(), starts, json.path("findings"), effects, run.out() + run.err());
    }

    private void refused(String message, Verdict verdict) throws Exception {
        outcome = Outcome.REFUSED;
        if (verdict.starts()) {
            wrong("check said that it starts, and it is refused: " + message);
        }
        if (!promise.outcomes().contains(Outcome.REFUSED)) {
            wrong("refused, and the table says " + promise.outcomes() + ": " + message);
        }
        if (!PLACE.matcher(message).find() || !message.contains("jumpmq store")) {
            wrong("refused without a place, or what to do next: " + message);
        }
        if (!message.contains(damage.file().substring(damage.file().lastIndexOf('/') + 1))) {
            wrong("refused for another file than the damaged one: " + message);
        }
        expectUnchanged("a refused start");
        repair();
    }

    private void expectUnchanged(String after) throws IOException {
        try (Stream<Path> now = Files.walk(directory);
                Stream<Path> before = Files.walk(base.directory())) {
            Set<String> expected = new TreeSet<>();
            before.filter(Files::isRegularFile)
                    .forEach(file ->
                            expected.add(base.directory().relativize(file).toString()));
            if (damage.kind() == Damage.Kind.REMOVE || damage.kind() == Damage.Kind.REMOVE_DIRECTORY) {
                expected.removeIf(name -> name.equals(damage.file()) || name.startsWith(damage.file() + "/"));
            }
            Set<String> found = new TreeSet<>();
            for (Path file : now.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                found.add(name);
                if (expected.contains(name) && !isUnchanged(file, name)) {
                    wrong(after + " has changed " + name);
                }
            }
            expected.remove("lock");
            found.remove("lock");
            if (!found.equals(expected)) {
                wrong(after + " has left other files: " + found + " instead of " + expected);
            }
        }
    }

    private boolean isUnchanged(Path file, String name) throws IOException {
        byte[] damaged = changed.get(file);
        return damaged == null
                ? Files.mismatch(file, base.directory().resolve(name)) < 0
                : java.util.Arrays.equals(Files.readAllBytes(file), damaged);
    }

    /** The broker has started: everything is there, or reported, or was never promised. */
    private void judge(Contents served, Verdict verdict) throws IOException {
        outcome = served.setAside().isEmpty() ? Outcome.SERVED : Outcome.SET_ASIDE;
        served.faults().forEach(this::wrong);
        if (!verdict.starts()) {
            wrong("check said that it does not start: " + verdict.text());
        }
        if (verdict.effects().contains("set_aside") == served.setAside().isEmpty()) {
            wrong("check said " + verdict.findings() + " and there is set aside " + served.setAside());
        }
        if (served.healthy() != served.setAside().isEmpty()) {
            wrong("healthy: " + served.healthy() + ", set aside: " + served.setAside());
        }
        Set<String> reported = names(served.setAside());
        Set<String> missing = new TreeSet<>(base.whole().messages());
        missing.removeAll(served.messages());
        Set<String> lost = new TreeSet<>(missing);
        lost.removeAll(reported);
        Set<String> expected = cutShort();
        Set<String> silently = new TreeSet<>(lost);
        silently.retainAll(expected);
        if (!silently.isEmpty()) {
            wrong("SILENTLY LOST " + few(silently) + ", of which confirmed: "
                    + silently.stream().filter(base.owed()::contains).count());
        }
        Set<String> both = new TreeSet<>(reported);
        both.retainAll(served.messages());
        if (!both.isEmpty()) {
            wrong("reported as damaged and delivered: " + few(both));
        }
        Set<String> back = new TreeSet<>(served.messages());
        back.removeAll(expected);
        if (!back.isEmpty()) {
            wrong("BACK OR MADE UP: " + few(back));
        }
        expectOrder(served);
        if (!base.whole().topology().equals(served.topology())
                || !base.whole().rings().equals(served.rings())) {
            if (!promise.catalogTail() || !base.allows(served)) {
                wrong("ANOTHER TOPOLOGY: " + difference(base.whole(), served));
            }
        }
        if (!promise.outcomes().contains(outcome)) {
            wrong("it was " + outcome + ", and the table says " + promise.outcomes());
        } else if (outcome == Outcome.SET_ASIDE && !reported.equals(promise.lost())) {
            wrong("set aside " + few(reported) + ", damaged is " + few(promise.lost()));
        }
    }

    /** The messages of a log that ends where it is damaged, if it may. */
    private Set<String> cutShort() {
        if (promise.tail() == Long.MAX_VALUE) {
            return base.whole().messages();
        }
        Set<String> names = new TreeSet<>();
        base.log().liveBefore(promise.tail()).values().forEach(live -> names.add(live.name()));
        return names;
    }

    private void expectOrder(Contents served) {
        served.queues().forEach((queue, names) -> {
            List<String> before = new ArrayList<>(base.whole().queues().getOrDefault(queue, List.of()));
            List<String> now = new ArrayList<>(names);
            before.retainAll(new HashSet<>(names));
            now.retainAll(new HashSet<>(before));
            if (!now.equals(before)) {
                wrong("the messages of " + queue + " are out of order");
            }
        });
    }

    private Set<String> names(Set<String> places) {
        Map<String, String> byPlace = new TreeMap<>();
        Map<Long, String> queues = base.queueNames();
        base.log()
                .liveBefore(Long.MAX_VALUE)
                .forEach((key, live) -> byPlace.put(
                        Contents.place(queues.getOrDefault(key.queue(), "?"), key.position()), live.name()));
        Set<String> names = new TreeSet<>();
        places.forEach(place -> names.add(byPlace.getOrDefault(place, "nothing at " + place)));
        return names;
    }

    private static String difference(Contents before, Contents now) {
        Set<String> gone = new TreeSet<>(before.topology());
        gone.removeAll(now.topology());
        Set<String> more = new TreeSet<>(now.topology());
        more.removeAll(before.topology());
        return "gone " + gone + ", new " + more + ", rings " + before.rings() + " and now " + now.rings();
    }

    private static String few(Set<String> names) {
        return names.size() + " messages " + names.stream().limit(5).toList();
    }

    /** Rolls segments: what can be given back is. */
    private void compact(ServedBroker broker) throws Exception {
        Connection connection = broker.connect();
        try {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.queueDeclare("filler", true, false, false, Map.of());
            byte[] body = new byte[FILLER_BYTES];
            for (int i = 0; i < FILLERS; i++) {
                channel.basicPublish("", "filler", MessageProperties.MINIMAL_PERSISTENT_BASIC, body);
                channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
                if (channel.basicGet("filler", true) == null) {
                    wrong("a message that was just confirmed is not there");
                }
            }
            channel.queueDelete("filler");
        } finally {
            connection.close(CONFIRM_MILLIS); // Not for ever, whatever has become of the broker.
        }
    }

    private void expectAlive(ServedBroker broker) {
        Throwable failure = broker.failure();
        if (failure != null) {
            wrong("THE STORE HAS FAILED: " + failure);
        }
    }

    private void expectSame(Contents before, Contents now, String after) {
        if (!now.queues().equals(before.queues())
                || !now.setAside().equals(before.setAside())
                || now.healthy() != before.healthy()
                || !now.topology().equals(before.topology())
                || !now.rings().equals(before.rings())
                || !now.faults().isEmpty()) {
            Set<String> lost = new TreeSet<>(before.messages());
            lost.removeAll(now.messages());
            Set<String> more = new TreeSet<>(now.messages());
            more.removeAll(before.messages());
            wrong("after " + after + " it is not the same: lost " + few(lost) + ", new " + few(more) + ", set aside "
                    + before.setAside() + " and now " + now.setAside() + ", " + difference(before, now) + " "
                    + now.faults());
        }
    }

    private void again(Path again, Contents served, String after) throws Exception {
        try (ServedBroker broker = ServedBroker.embedded(again, 64 << 20)) {
            expectSame(served, Contents.of(broker), after);
            expectAlive(broker);
        } catch (ServedBroker.RefusedException e) {
            wrong("A CRASH LOOP: it started, and after " + after + " it is refused: " + e.getMessage());
        }
    }

    /** With {@code on_damage = stop} a queue gives what is in front of its damaged message, and nothing else. */
    private void stopThere(Contents served) throws Exception {
        Set<String> damaged = names(served.setAside());
        try (ServedBroker broker = ServedBroker.embedded(directory, 64 << 20, OnDamage.STOP)) {
            Contents stopped = Contents.of(broker);
            served.queues().forEach((queue, names) -> {
                List<String> whole = base.whole().queues().getOrDefault(queue, List.of());
                List<String> front = whole.stream()
                        .takeWhile(name -> !damaged.contains(name))
                        .toList();
                List<String> expected = front.size() == whole.size() ? names : front;
                if (!expected.equals(stopped.queues().get(queue))) {
                    wrong("on_damage = stop: " + queue + " gave "
                            + stopped.queues().get(queue) + ", not " + expected);
                }
            });
            stopped.faults().forEach(fault -> wrong("on_damage = stop: " + fault));
            expectAlive(broker);
        } catch (ServedBroker.RefusedException e) {
            wrong("on_damage = stop: refused: " + e.getMessage());
        }
    }

    /** What was set aside is forgotten when its queue is purged or deleted, and the store is a good one again. */
    private void forget(Contents served) throws Exception {
        Set<String> purged = new TreeSet<>();
        served.setAside().forEach(place -> purged.add(place.substring(0, place.indexOf('@'))));
        try (ServedBroker broker = ServedBroker.embedded(directory, 64 << 20)) {
            for (String queue : purged) {
                boolean delete = random.nextBoolean();
                ServedBroker.Answer answer =
                        broker.ask("DELETE", "queues/%2f/" + queue + (delete ? "" : "/contents"), "");
                if (answer.status() != 204) {
                    wrong("a purge is answered by " + answer.status());
                }
            }
            Contents rest = Contents.of(broker);
            expectAlive(broker);
            Map<String, List<String>> expected = new TreeMap<>(served.queues());
            expected.keySet().removeAll(purged);
            Map<String, List<String>> found = new TreeMap<>(rest.queues());
            found.keySet().removeAll(purged);
            if (!found.equals(expected) || !rest.healthy() || !rest.faults().isEmpty()) {
                wrong("after the purge of " + purged + ": healthy " + rest.healthy() + ", " + rest.faults() + ", "
                        + rest.queues());
            }
        } catch (ServedBroker.RefusedException e) {
            wrong("refused before a purge: " + e.getMessage());
        }
        Verdict verdict = check();
        if (!verdict.starts() || verdict.effects().contains("set_aside")) {
            wrong("after the purge of " + purged + ", check says " + verdict.text());
        }
    }

    /** A repair leads back to a broker that starts, and says what it has given up. */
    private void repair() throws Exception {
        CommandLineRun repair = CommandLineRun.of("store", "repair", directory.toString(), "--yes");
        if (repair.code() != 0) {
            wrong("repair exits with " + repair.code() + ": " + repair.out() + repair.err());
            return;
        }
        CommandLineRun check = CommandLineRun.of("store", "check", directory.toString());
        if (check.code() != 0) {
            wrong("after a repair, check exits with " + check.code() + ": " + check.out() + check.err());
        }
        try (ServedBroker broker = ServedBroker.embedded(directory, 64 << 20)) {
            if (broker.get("permissions/%2f/guest").status() == 404) {
                if (!repair.out().contains("permission")) {
                    wrong("a repair gave up guest's permission without naming it; it said " + repair.out());
                }
                broker.ask(
                        "PUT",
                        "permissions/%2f/guest",
                        "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}"); // As an operator would.
            }
            Contents repaired = Contents.of(broker);
            repaired.faults().forEach(fault -> wrong("after a repair: " + fault));
            expectAlive(broker);
            expectNamed(repaired, repair.out());
        } catch (ServedBroker.RefusedException e) {
            wrong("after a repair it is refused: " + e.getMessage());
            return;
        }
        again(directory, contentsOf(), "a repair and a stop");
    }

    private Contents contentsOf() throws Exception {
        try (ServedBroker broker = ServedBroker.embedded(directory, 64 << 20)) {
            return Contents.of(broker);
        }
    }

    private void expectNamed(Contents repaired, String said) {
        Map<Long, String> queues = base.queueNames();
        Set<String> there = repaired.messages();
        Set<String> unnamed = new TreeSet<>();
        base.log().liveBefore(Long.MAX_VALUE).forEach((key, live) -> {
            if (!there.contains(live.name())
                    && base.owed().contains(live.name())
                    && !isNamed(said, queues.getOrDefault(key.queue(), "?"), live)) {
                unnamed.add(live.name());
            }
        });
        if (!unnamed.isEmpty()) {
            wrong("a repair gave up without naming them: " + few(unnamed) + "; it said " + said);
        }
        Set<String> gone = new TreeSet<>(base.whole().topology());
        gone.removeAll(repaired.topology());
        gone.removeIf(line -> Stream.of(line.split("[^A-Za-z0-9-]+"))
                .filter(word -> word.length() > 1)
                .anyMatch(said::contains));
        if (!gone.isEmpty()) {
            wrong("a repair gave up without naming them: " + gone + "; it said " + said);
        }
    }

    private static boolean isNamed(String said, String queue, LoggedRecords.Live live) {
        String file =
                String.format(java.util.Locale.ROOT, "%016d.log", live.at().segment());
        return said.lines().anyMatch(line -> {
            if (line.contains("all files of messages are missing")) {
                return true;
            }
            if (line.contains(queue)
                    && Pattern.compile("\\b" + live.key().position() + "\\b")
                            .matcher(line)
                            .find()) {
                return true;
            }
            Matcher range = RANGE.matcher(line);
            return range.find()
                    && range.group(1).equals(file)
                    && Long.parseLong(range.group(2)) <= live.at().offset()
                    && Long.parseLong(range.group(3)) >= live.at().end();
        });
    }
}
