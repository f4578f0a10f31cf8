package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.simulation.SimulatedClient;
import io.jumpmq.simulation.SimulatedNode;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.MessageProperties;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole broker over its store, under clients that publish, consume, settle, purge, delete and vanish at random, until the
 * power goes at a random step, the disk fails at a random call, or the broker stops in order. Then what is on the disk,
 * and later what clients get of it, is compared with a ledger:
 *
 * <ul>
 *   <li>what was confirmed is there, in its queue or, where it may have died, among the dead letters;
 *   <li>nothing is there that nobody published, nothing twice, and nothing that was gone before;
 *   <li>after a stop in order nothing acknowledged is there, and all that was not is: what was acknowledged counts when
 *       something asked for afterwards was answered;
 *   <li>what one publisher sent keeps its order in each queue;
 *   <li>what was delivered before says so, what was not does not, and a quorum queue's delivery counts do not sink;
 *   <li>nothing that has expired is delivered.
 * </ul>
 */
final class BrokerStory {
    private static final long TTL_MILLIS = 5_000;
    private static final int CLIENTS = 4;
    private static final String ALL = "all";
    private static final List<Kind> FANNED_OUT = List.of(Kind.PLAIN, Kind.QUORUM, Kind.RANKED, Kind.FLEETING);

    private static final int CONFIRMS = 1;
    private static final int TX = 2;
    private static final int CONSUMES = 3;

    /** The queues that there are, one for each set of rules that does something of its own with messages. */
    @SuppressWarnings("ImmutableEnumChecker") // Tables do not change; they only do not say so.
    private enum Kind {
        PLAIN(true, Map.of()),
        DYING(true, Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", "DEAD")),
        AGEING(true, Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", "DEAD", "x-message-ttl", (int)
                TTL_MILLIS)),
        SHORT(true, Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", "DEAD", "x-max-length", 12)),
        FULL(
                true,
                Map.of(
                        "x-dead-letter-exchange",
                        "",
                        "x-dead-letter-routing-key",
                        "DEAD",
                        "x-max-length",
                        12,
                        "x-overflow",
                        "reject-publish-dlx")),
        QUORUM(
                true,
                Map.of(
                        "x-queue-type",
                        "quorum",
                        "x-dead-letter-exchange",
                        "",
                        "x-dead-letter-routing-key",
                        "DEAD",
                        "x-delivery-limit",
                        4)),
        RANKED(true, Map.of("x-max-priority", 3)),
        FLEETING(false, Map.of()),
        DEAD(true, Map.of());

        final boolean durable;
        final FieldTable arguments;

        Kind(boolean durable, Map<String, Object> arguments) {
            this.durable = durable;
            Map<String, Object> encoded = new HashMap<>();
            arguments.forEach((name, value) ->
                    encoded.put(name, value instanceof String text ? new LongString(text.getBytes(UTF_8)) : value));
            this.arguments = FieldTable.of(encoded);
        }

        boolean dies() {
            return arguments.get("x-dead-letter-exchange") != null;
        }
    }

    /** A message in the queue that it was published to. */
    private static final class Copy {
        final Kind queue;
        final String name;
        final boolean persistent;
        long expiresAtMillis;

        /** The broker has promised to keep it. */
        boolean kept;

        /** Somebody has asked for what makes it go. */
        boolean mayBeGone;

        /** It has been acknowledged; when everything has settled, it must not be there. */
        boolean acknowledged;

        /** Whether the broker has taken it, nobody was told. */
        boolean uncertain;

        boolean delivered;

        /** It may have been delivered, unseen. */
        boolean perhapsDelivered;

        int returns;

        @Nullable Client holder;

        Copy(Kind queue, String name, boolean persistent, long expiresAtMillis) {
            this.queue = queue;
            this.name = name;
            this.persistent = persistent;
            this.expiresAtMillis = expiresAtMillis;
        }

        /** A quorum queue keeps everything. */
        boolean isPersistent() {
            return queue.durable && (persistent || queue == Kind.QUORUM);
        }

        /** It has come back, or is rejected. Dead letters are in a classic queue, which keeps what is persistent. */
        void mayDie() {
            mayBeGone |= !persistent && queue == Kind.QUORUM;
        }

        @Override
        public String toString() {
            return queue + " " + name;
        }
    }

    /** Something delivered and not settled. */
    private record Held(long tag, Copy copy, boolean dead) {}

    private final SplittableRandom random;

    /** For what happens to copies of the disks: it must not change the story. */
    private final SplittableRandom damage;

    private SimulatedDisk catalogDisk = new SimulatedDisk();
    private SimulatedDisk messageDisk = new SimulatedDisk();
    private long nowMillis = 1_700_000_000_000L;

    private final Map<Kind, Map<String, Copy>> ledger = new EnumMap<>(Kind.class);
    private final Set<Kind> unstable = new HashSet<>();
    private final List<Client> clients = new ArrayList<>();

    /** Those that have hung up, which not all need know yet: what they asked for may still be done for them. */
    private final List<Client> leaving = new ArrayList<>();

    private int clientsSeen;
    private int operations;
    private int refusals;
    private int confirmed;
    private int lives;

    /** Whether a life began with all that was in the life before. */
    private boolean startedClean = true;

    private SimulatedNode node;

    @SuppressWarnings("NullAway.Init") // Each life begins with a node.
    BrokerStory(long seed) {
        this.random = new SplittableRandom(seed);
        this.damage = new SplittableRandom(~seed);
    }

    // One story: several lives of a broker on the same disks.

    void tell() throws IOException {
        int max = 3 + random.nextInt(5);
        for (lives = 1; lives <= max; lives++) {
            open();
            declare();
            startedClean = false;
            int fails = random.nextInt(4) == 0 ? random.nextInt(400) : Integer.MAX_VALUE;
            messageDisk.failAfter(fails);
            int length = 20 + random.nextInt(500);
            for (int i = 0; i < length && !node.isBroken(); i++) {
                operate();
                pass(random.nextInt(8));
            }
            pass(random.nextInt(20)); // Nobody may be told anything wrong after a failure, either.
            if (!node.isBroken() && random.nextInt(3) == 0) {
                drain();
            }
            if (!node.isBroken() && random.nextInt(3) == 0) {
                stop();
            } else {
                crash();
            }
        }
        lives--;
    }

    /** Starts on what is on the disks; sometimes the power goes before that is done. */
    private void open() throws IOException {
        while (random.nextInt(4) == 0) {
            messageDisk.failAfter(random.nextInt(12));
            try {
                start().settle();
            } catch (DamagedException e) {
                throw e;
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("simulated");
            }
            powerLoss();
            forEach(copy -> copy.perhapsDelivered = true);
        }
        boolean hasFiles = messageDisk.list().contains(Watermark.NAME);
        if (hasFiles) {
            refusals += new StoreFiles(catalogDisk, messageDisk).survivesDamage(damage) ? 1 : 0;
        }
        node = start();
        check();
    }

    private SimulatedNode start() throws IOException {
        long memory = random.nextInt(3) == 0 ? 20_000 : 1 << 30;
        return SimulatedStore.node(catalogDisk, messageDisk, random, nowMillis, memory);
    }

    private void powerLoss() {
        catalogDisk = random.nextInt(4) == 0 ? catalogDisk.kill() : catalogDisk.crash(random);
        messageDisk = random.nextInt(4) == 0 ? messageDisk.kill() : messageDisk.crash(random);
    }

    private void crash() {
        powerLoss();
        clients.forEach(client -> forEach(client::mayTake));
        clients.clear();
        leaving.clear();
        forEach(copy -> {
            copy.perhapsDelivered = true;
            copy.returns = 0;
            copy.acknowledged = false;
        });
    }

    private void stop() {
        if (random.nextBoolean()) { // Else in the middle of everything.
            settle();
            clients.forEach(Client::cancelAll);
            settle();
            clients.forEach(Client::leave);
        } else {
            clients.forEach(Client::acknowledgeAll);
            node.settleLoops();
            hear();
            clients.forEach(Client::hangUp);
        }
        clients.clear();
        try {
            if (!node.isBroken()) {
                node.stop();
            }
            assertThat(node.failures()).isEmpty();
            if (!node.isBroken()) {
                powerLoss(); // Of which it was told nothing: it had stopped.
                leaving.clear();
                startedClean = true;
                return;
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("simulated");
        }
        crash();
    }

    int operations() {
        return operations;
    }

    /** How often a start has refused what was damaged. */
    int refusals() {
        return refusals;
    }

    /** How many messages were confirmed, in one queue each. */
    int confirmed() {
        return confirmed;
    }

    int lives() {
        return lives;
    }

    private interface Visitor {
        void visit(Copy copy);
    }

    private void forEach(Visitor visitor) {
        ledger.values().forEach(copies -> copies.values().forEach(visitor::visit));
    }

    private Map<String, Copy> copies(Kind queue) {
        return ledger.computeIfAbsent(queue, unused -> new LinkedHashMap<>());
    }

    private void declare() {
        Client client = client(0);
        client.declareExchange();
        for (Kind kind : Kind.values()) {
            client.declare(kind);
        }
        node.settle();
        client.peer.listen();
        assertThat(unstable.isEmpty() || node.isBroken()).isTrue();
    }

    // What is on the disks.

    /** Compares what is on the message disk with the ledger; from then on, the ledger is what is there. */
    private void check() throws IOException {
        SimulatedDisk copyOfDisk = messageDisk.kill();
        MessageSegments log =
                MessageSegments.open(copyOfDisk, MessageSegmentsTest.supply(copyOfDisk), SimulatedStore.SEGMENT);
        VirtualHost vhost = Objects.requireNonNull(node.broker().catalog().vhost(SimulatedNode.VHOST));
        Map<Kind, Set<String>> found = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            QueueRecord queue = vhost.queue(kind.name());
            if (lives > 1 && !unstable.contains(kind)) {
                assertThat(queue != null).as("%s is there", kind).isEqualTo(kind.durable);
            }
            List<Stored> stored = queue == null || !kind.durable ? List.of() : content(log, queue.id());
            found.put(kind, kind == Kind.DEAD ? dead(stored) : living(kind, stored));
        }
        Set<String> dead = found.getOrDefault(Kind.DEAD, Set.of());
        for (Kind kind : Kind.values()) {
            Set<String> here = found.getOrDefault(kind, Set.of());
            copies(kind).values().removeIf(copy -> {
                boolean there = here.contains(copy.name) || dead.contains(copy.toString());
                if (!there && copy.isPersistent() && !copy.mayBeGone && !unstable.contains(kind)) {
                    assertThat(copy.kept).as("%s was kept, and is lost", copy).isFalse();
                    assertThat(startedClean && !copy.uncertain)
                            .as("%s was taken before a stop in order, and is lost", copy)
                            .isFalse();
                }
                return !there;
            });
        }
        forEach(copy -> {
            copy.kept = true;
            copy.uncertain = false;
            copy.mayBeGone = false;
            copy.holder = null;
        });
        unstable.clear();
    }

    private static List<Stored> content(MessageSegments log, long queue) {
        return new SlotReader(List.of(BasicFormat.INSTANCE))
                .read(log.find(queue, 0, Integer.MAX_VALUE, Integer.MAX_VALUE))
                .messages();
    }

    private Set<String> living(Kind kind, List<Stored> stored) {
        Set<String> names = new HashSet<>();
        Map<String, Integer> last = new HashMap<>();
        for (Stored one : stored) {
            String name = name(new String(one.message().body(), UTF_8));
            Copy copy = copies(kind).get(name);
            String what = kind + " " + name;
            assertThat(copy).as("%s, which nobody can have left there", what).isNotNull();
            assertThat(copy.isPersistent())
                    .as("%s is there though it need not last", what)
                    .isTrue();
            assertThat(names.add(name)).as("%s is there once", what).isTrue();
            assertThat(startedClean && copy.acknowledged)
                    .as("%s is there though it was acknowledged before a stop in order", what)
                    .isFalse();
            if (copy.expiresAtMillis < Long.MAX_VALUE) {
                assertThat(one.expiresAtMillis()).as("when %s expires", what).isEqualTo(copy.expiresAtMillis);
            }
            String publisher = name.substring(0, name.lastIndexOf('.'));
            int number = Integer.parseInt(name.substring(name.lastIndexOf('.') + 1));
            assertThat(number)
                    .as("%s comes after %s", what, last.get(publisher))
                    .isGreaterThan(last.getOrDefault(publisher, -1));
            last.put(publisher, number);
        }
        return names;
    }

    private Set<String> dead(List<Stored> stored) {
        Set<String> names = new HashSet<>();
        for (Stored one : stored) {
            Copy copy = origin(
                    one.message().header().properties(),
                    new String(one.message().body(), UTF_8));
            names.add(copy.toString());
        }
        return names;
    }

    /** What a dead letter was. */
    private Copy origin(MessageProperties properties, String body) {
        FieldTable headers = Objects.requireNonNull(properties.headers());
        Kind queue = Kind.valueOf(String.valueOf(headers.get("x-first-death-queue")));
        assertThat(queue.dies()).as("%s has dead letters", queue).isTrue();
        Copy copy = copies(queue).get(name(body));
        assertThat(copy)
                .as("a dead letter of %s %s, which was not there", queue, name(body))
                .isNotNull();
        return copy;
    }

    private static String name(String body) {
        String name = body.substring(0, body.indexOf(':'));
        String size = body.substring(name.length() + 1, body.indexOf(':', name.length() + 1));
        assertThat(body).as("the body of %s", name).isEqualTo(body(name, Integer.parseInt(size)));
        return name;
    }

    private static String body(String name, int size) {
        return name + ":" + size + ":" + "x".repeat(size);
    }

    // What happens.

    private void pass(int steps) {
        for (int i = 0; i < steps && node.step(); i++) {
            hear();
        }
        hear();
        assertThat(node.failures()).isEmpty();
    }

    private void hear() {
        for (int i = 0; i < clients.size(); i++) {
            Client client = clients.get(i);
            client.peer.listen();
            if (client.lost) {
                clients.remove(i--);
                client.hangUp();
            }
        }
    }

    private Client client(int index) {
        while (clients.size() <= index) {
            clients.add(new Client());
        }
        return clients.get(index);
    }

    private Kind queue() {
        return Kind.values()[random.nextInt(Kind.values().length - 1)];
    }

    private void operate() {
        operations++;
        Client client = client(random.nextInt(CLIENTS));
        switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 -> client.publish(CONFIRMS, queue());
            case 14, 15, 16 -> client.publishToAll();
            case 17, 18 -> client.publish(TX, queue());
            case 19 -> client.commit();
            case 20, 21 -> client.consume(random.nextInt(4) == 0 ? Kind.DEAD : queue());
            case 22, 23, 24, 25, 26 -> client.settleOne(random);
            case 27 -> client.acknowledgeAll();
            case 28, 29, 30 -> client.get(random.nextInt(6) == 0 ? Kind.DEAD : queue(), random.nextInt(4) == 0);
            case 31 -> {
                if (random.nextInt(3) == 0) {
                    clients.remove(client);
                    client.hangUp();
                }
            }
            case 32 -> node.pageOut();
            case 33 -> {
                if (random.nextInt(4) == 0) {
                    client.purge(queue());
                }
            }
            case 34 -> {
                if (random.nextInt(6) == 0) {
                    client.deleteAndDeclare(queue());
                }
            }
            case 35 -> {
                if (random.nextInt(3) == 0) {
                    advance(random.nextInt(4) == 0 ? -random.nextInt(3_000) : random.nextInt(4_000));
                }
            }
            case 36 -> {
                if (random.nextInt(4) == 0) {
                    changePolicy();
                }
            }
            case 37 -> {
                if (random.nextInt(4) == 0) {
                    settle();
                }
            }
            default -> pass(random.nextInt(30));
        }
    }

    private void settle() {
        node.settle();
        leaving.clear();
        hear();
        assertThat(node.failures()).isEmpty();
        if (!node.isBroken()) {
            clients.forEach(Client::requireSettled);
        }
    }

    private void advance(long millis) {
        settle();
        nowMillis += millis;
        node.advance(millis);
        hear();
    }

    /** Changes what DYING does with messages, which it loses none of. */
    @SuppressWarnings("FutureReturnValueIgnored") // What is refused changes nothing, and what is lost is not promised.
    private void changePolicy() {
        Map<String, Object> definition = random.nextBoolean()
                ? Map.of("message-ttl", 2_000L)
                : Map.of("max-length", 5L, "overflow", random.nextBoolean() ? "reject-publish-dlx" : "drop-head");
        Command command = random.nextBoolean()
                ? new Command.SetPolicy(
                        SimulatedNode.VHOST, Policy.of("p", "DYING", Policy.Target.QUEUES, 0, definition, false))
                : new Command.DeletePolicy(SimulatedNode.VHOST, "p", false);
        node.broker().administer(List.of(command));
    }

    /** Everything that is there is taken out, and it is what has to be. */
    private void drain() {
        settle();
        clients.forEach(Client::hangUp);
        clients.clear();
        settle();
        if (!node.isBroken()) {
            declare(); // One may have been deleted by who was gone before it could declare it again.
        }
        if (node.isBroken()) {
            return;
        }
        Client client = client(0);
        Map<Kind, Set<Copy>> got = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            got.put(kind, client.drain(kind));
        }
        if (node.isBroken()) {
            return;
        }
        Set<Copy> dead = got.getOrDefault(Kind.DEAD, Set.of());
        forEach(copy -> {
            if (!copy.mayBeGone && !copy.uncertain && !unstable.contains(copy.queue)) {
                assertThat(got.getOrDefault(copy.queue, Set.of()).contains(copy) || dead.contains(copy))
                        .as("%s is delivered at last", copy)
                        .isTrue();
            }
        });
        dead.forEach(copy -> copy.mayBeGone = true);
        got.values().forEach(copies -> copies.forEach(copy -> copy.mayBeGone = true));
    }

    // A client, and what it knows.

    private final class Client implements SimulatedClient.Listener {
        final int id = ++clientsSeen;
        final SimulatedClient peer = new SimulatedClient(
                node, id, node.loops().get(random.nextInt(node.loops().size())), this);
        final TreeMap<Long, List<Copy>> unconfirmed = new TreeMap<>();
        final List<Held> held = new ArrayList<>();
        /** In their order, but for those of which it knows that the broker has heard it. */
        final ArrayDeque<Copy> acknowledged = new ArrayDeque<>();

        /** How many acknowledgements there were before each question that is not answered yet. */
        final ArrayDeque<Integer> questions = new ArrayDeque<>();

        final List<Copy> published = new ArrayList<>();
        final List<Copy> toBeCommitted = new ArrayList<>();
        final List<List<Copy>> committing = new ArrayList<>();
        final List<Kind> gets = new ArrayList<>();
        final List<Boolean> getsAcknowledged = new ArrayList<>();
        final List<Kind> declaring = new ArrayList<>();
        final Map<Kind, Integer> consuming = new EnumMap<>(Kind.class);

        /** The queues that it has ever asked for messages. */
        final Set<Kind> asked = EnumSet.noneOf(Kind.class);

        final Map<String, Integer> lastSeen = new HashMap<>();

        @Nullable Set<Copy> drained;

        int emptied;
        int acknowledgements;
        long nextConfirm = 1;
        int nextNumber;
        boolean lost;

        Client() {
            for (int channel = CONFIRMS; channel <= CONSUMES; channel++) {
                peer.send(channel, new Method.ChannelOpen());
            }
            peer.send(CONFIRMS, new Method.ConfirmSelect(false));
            peer.send(TX, new Method.TxSelect());
            ask();
        }

        /** Something that is answered after all that it has sent before was heard. */
        private void ask() {
            questions.add(acknowledgements);
            peer.send(CONSUMES, new Method.BasicQos(0, 1 + random.nextInt(10), false));
        }

        private void answered() {
            int open = acknowledgements - questions.remove();
            while (acknowledged.size() > open) {
                acknowledged.remove();
            }
        }

        void declareExchange() {
            peer.send(
                    CONFIRMS,
                    new Method.ExchangeDeclare(ALL, "fanout", false, true, false, false, false, FieldTable.EMPTY));
        }

        void declare(Kind kind) {
            unstable.add(kind);
            Method declare =
                    new Method.QueueDeclare(kind.name(), false, kind.durable, false, false, false, kind.arguments);
            peer.send(CONFIRMS, declare);
            if (FANNED_OUT.contains(kind)) {
                peer.send(CONFIRMS, new Method.QueueBind(kind.name(), ALL, "", false, FieldTable.EMPTY));
            }
            peer.send(CONFIRMS, declare); // When this is answered, it is bound, too.
            declaring.add(kind);
            declaring.add(kind);
        }

        void deleteAndDeclare(Kind kind) {
            copies(kind).values().forEach(copy -> copy.mayBeGone = true);
            peer.send(CONFIRMS, new Method.QueueDelete(kind.name(), false, false, false));
            declare(kind);
        }

        void purge(Kind kind) {
            copies(kind).values().forEach(copy -> copy.mayBeGone = true);
            peer.send(CONFIRMS, new Method.QueuePurge(kind.name(), false));
            declare(kind); // What is published until that is answered may be purged, too.
        }

        void publish(int channel, Kind kind) {
            if (!peer.mustWait()) {
                publish(channel, "", kind.name(), List.of(kind));
            }
        }

        void publishToAll() {
            if (!peer.mustWait()) {
                publish(CONFIRMS, ALL, "", FANNED_OUT);
            }
        }

        private void publish(int channel, String exchange, String key, List<Kind> to) {
            String name = id + "." + channel + "." + nextNumber++;
            boolean persistent = random.nextInt(5) > 0;
            long ttl = to.contains(Kind.DYING) && random.nextInt(5) == 0 ? 1 + random.nextInt(6_000) : Long.MAX_VALUE;
            List<Copy> copies = new ArrayList<>();
            for (Kind kind : to) {
                Copy copy = new Copy(kind, name, persistent, expiry(kind));
                copy.mayBeGone = unstable.contains(kind);
                leaving.forEach(client -> client.mayTake(copy));
                copies.add(copy);
                copies(kind).put(name, copy);
            }
            published.addAll(copies);
            if (channel == CONFIRMS) {
                unconfirmed.put(nextConfirm++, copies);
            } else {
                toBeCommitted.addAll(copies);
                copies.forEach(copy -> copy.uncertain = true);
            }
            MessageProperties properties = new MessageProperties(
                    null,
                    null,
                    null,
                    persistent ? 2 : 1,
                    random.nextInt(5),
                    null,
                    null,
                    ttl == Long.MAX_VALUE ? null : String.valueOf(ttl),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
            int size = switch (random.nextInt(60)) {
                case 0 -> 70_000; // More than a segment, and than what the writing thread flushes itself.
                case 1, 2, 3, 4, 5 -> random.nextInt(20_000);
                default -> random.nextInt(600);
            };
            peer.publish(channel, exchange, key, properties, body(name, size));
        }

        private long expiry(Kind kind) {
            return kind == Kind.AGEING ? nowMillis + TTL_MILLIS : Long.MAX_VALUE;
        }

        void commit() {
            toBeCommitted.forEach(copy -> copy.expiresAtMillis = expiry(copy.queue));
            committing.add(List.copyOf(toBeCommitted));
            toBeCommitted.clear();
            peer.send(TX, new Method.TxCommit());
        }

        void consume(Kind kind) {
            asked.add(kind);
            if (consuming.merge(kind, 1, Integer::sum) == 1) {
                peer.send(
                        CONSUMES,
                        new Method.BasicConsume(
                                kind.name(), kind.name(), false, false, false, false, FieldTable.EMPTY));
            } else {
                consuming.remove(kind);
                peer.send(CONSUMES, new Method.BasicCancel(kind.name(), false));
            }
        }

        void get(Kind kind, boolean acknowledged) {
            asked.add(kind);
            gets.add(kind);
            getsAcknowledged.add(acknowledged);
            peer.send(CONSUMES, new Method.BasicGet(kind.name(), acknowledged));
        }

        void settleOne(SplittableRandom how) {
            if (held.isEmpty()) {
                return;
            }
            Held one = held.remove(how.nextInt(held.size()));
            one.copy.holder = null;
            one.copy.mayDie();
            switch (how.nextInt(4)) {
                case 0 -> {
                    if (!one.dead) { // Else a crash may have left the original, which has not come back.
                        one.copy.returns++;
                    }
                    peer.send(CONSUMES, new Method.BasicNack(one.tag, false, true));
                }
                case 1 -> {
                    gone(one, !one.copy.queue.dies() || one.dead);
                    peer.send(CONSUMES, new Method.BasicReject(one.tag, false));
                }
                default -> {
                    gone(one, true);
                    peer.send(CONSUMES, new Method.BasicAck(one.tag, false));
                    if (how.nextInt(3) == 0) {
                        ask();
                    }
                }
            }
        }

        void acknowledgeAll() {
            if (!held.isEmpty()) {
                peer.send(CONSUMES, new Method.BasicAck(held.get(held.size() - 1).tag, true));
                held.forEach(one -> gone(one, true));
                held.clear();
                ask();
            }
        }

        private void gone(Held one, boolean forGood) {
            one.copy.holder = null;
            if (forGood) {
                one.copy.mayBeGone = true;
                if (!one.dead) {
                    one.copy.acknowledged = true;
                    acknowledged.add(one.copy);
                    acknowledgements++;
                }
            }
        }

        /** Everything has had its time: no question is open. */
        void requireSettled() {
            acknowledged.clear();
            String what = "client " + id;
            assertThat(unconfirmed).as("%s waits for confirms", what).isEmpty();
            assertThat(gets).as("%s waits for gets", what).isEmpty();
            assertThat(committing).as("%s waits for commits", what).isEmpty();
            assertThat(declaring).as("%s waits for queues", what).isEmpty();
            assertThat(questions).as("%s waits for answers", what).isEmpty();
            assertThat(peer.isWaiting()).as("%s waits", what).isFalse();
        }

        void cancelAll() {
            List.copyOf(consuming.keySet()).forEach(this::consume);
        }

        /** Hangs up when it has heard everything, and nothing more can be delivered to it. */
        void leave() {
            peer.hangUp();
            for (Held one : held) {
                one.copy.holder = null;
                one.copy.mayDie();
            }
        }

        void hangUp() {
            peer.hangUp();
            for (Held one : held) {
                one.copy.holder = null;
            }
            published.forEach(copy -> copy.uncertain |= !copy.kept);
            acknowledged.forEach(copy -> copy.acknowledged = false); // Unless it has been heard.
            forEach(this::mayTake);
            leaving.add(this);
        }

        /** This may have been delivered to it, or may yet be, and come back; it hears nothing any more. */
        private void mayTake(Copy copy) {
            if (asked.contains(copy.queue)) {
                copy.perhapsDelivered = true;
                copy.mayDie();
            }
            if (getsAcknowledged.contains(true)) {
                copy.mayBeGone |= gets.contains(copy.queue) || gets.contains(Kind.DEAD);
            }
        }

        Set<Copy> drain(Kind kind) {
            Set<Copy> all = new HashSet<>();
            drained = all;
            emptied = 0;
            while (emptied == 0 && !node.isBroken()) {
                for (int i = 0; i < 20; i++) {
                    get(kind, false);
                }
                settle();
                assertThat(lost).isFalse();
                acknowledgeAll();
            }
            settle();
            drained = null;
            return all;
        }

        @Override
        public void received(int channel, Method method, SimulatedClient.@Nullable Content content) {
            if (method instanceof Method.BasicAck ack) {
                confirm(ack.deliveryTag(), ack.multiple(), true);
            } else if (method instanceof Method.BasicNack nack) {
                confirm(nack.deliveryTag(), nack.multiple(), false);
            } else if (method instanceof Method.TxCommitOk) {
                committing.remove(0).forEach(copy -> {
                    copy.uncertain = copy.queue == Kind.FULL || copy.queue == Kind.DYING;
                    keep(copy);
                });
            } else if (method instanceof Method.BasicQosOk) {
                answered();
            } else if (method instanceof Method.QueueDeclareOk ok) {
                Kind kind = Kind.valueOf(ok.queue());
                declaring.remove(kind);
                if (Stream.concat(clients.stream(), leaving.stream())
                        .noneMatch(client -> client.declaring.contains(kind))) {
                    unstable.remove(kind);
                }
            } else if (method instanceof Method.BasicGetOk ok) {
                Kind from = gets.remove(0);
                deliver(
                        from,
                        ok.deliveryTag(),
                        getsAcknowledged.remove(0),
                        ok.redelivered(),
                        Objects.requireNonNull(content),
                        "get");
            } else if (method instanceof Method.BasicGetEmpty) {
                gets.remove(0);
                getsAcknowledged.remove(0);
                emptied++;
            } else if (method instanceof Method.BasicDeliver deliver) {
                deliver(
                        Kind.valueOf(deliver.consumerTag()),
                        deliver.deliveryTag(),
                        false,
                        deliver.redelivered(),
                        Objects.requireNonNull(content),
                        "consume");
            } else if (method instanceof Method.ChannelClose) {
                lost = true; // A queue was deleted by another client at the wrong moment.
            }
        }

        private void confirm(long number, boolean multiple, boolean accepted) {
            Map<Long, List<Copy>> settled =
                    multiple ? unconfirmed.headMap(number, true) : unconfirmed.subMap(number, true, number, true);
            assertThat(settled).as("what is confirmed").isNotEmpty();
            for (List<Copy> copies : settled.values()) {
                for (Copy copy : copies) {
                    if (accepted) {
                        confirmed++;
                        keep(copy);
                    } else {
                        copy.mayBeGone = true;
                    }
                }
            }
            settled.clear();
        }

        private void keep(Copy copy) {
            copy.kept = copy.isPersistent() && !copy.uncertain;
        }

        private void deliver(
                Kind from,
                long tag,
                boolean acknowledged,
                boolean redelivered,
                SimulatedClient.Content content,
                String how) {
            boolean dead = from == Kind.DEAD;
            Copy copy = dead
                    ? origin(content.properties(), content.body())
                    : copies(from).get(name(content.body()));
            assertThat(copy).as("%s delivers %s", from, name(content.body())).isNotNull();
            Held one = new Held(tag, copy, dead);
            if (!dead) {
                Client holder = copy.holder;
                if (holder != null && holder != this) {
                    holder.peer.listen(); // Its channel may be closed, which it has not heard.
                    copy.holder = holder.lost ? null : holder;
                }
                assertThat(copy.holder)
                        .as("%s is delivered to one at a time", copy)
                        .isNull();
                assertThat(copy.acknowledged)
                        .as("%s is delivered after it was acknowledged", copy)
                        .isFalse();
                if (!copy.perhapsDelivered) {
                    assertThat(redelivered).as("%s, %s: redelivered", copy, how).isEqualTo(copy.delivered);
                } else if (copy.delivered) {
                    assertThat(redelivered).as("%s, %s: redelivered", copy, how).isTrue();
                }
                requireOrder(copy, redelivered, content, how);
                if (from == Kind.QUORUM) {
                    FieldTable headers =
                            Objects.requireNonNull(content.properties().headers());
                    assertThat(((Number) Objects.requireNonNull(headers.get("x-delivery-count"))).intValue())
                            .as("how often %s came back", copy)
                            .isGreaterThanOrEqualTo(copy.returns);
                }
                copy.delivered = true;
            }
            Set<Copy> all = drained;
            if (all != null) {
                assertThat(all.add(copy) || dead).as("%s comes once", copy).isTrue();
                assertThat(copy.expiresAtMillis > nowMillis || dead)
                        .as("%s has not expired", copy)
                        .isTrue();
            }
            if (acknowledged) {
                gone(one, true);
            } else {
                held.add(one);
                if (!dead) {
                    copy.holder = this;
                }
            }
        }

        /** Among what one publisher sent and nobody has seen before. */
        private void requireOrder(Copy copy, boolean redelivered, SimulatedClient.Content content, String how) {
            if (!redelivered) {
                String publisher = how
                        + copy.queue
                        + copy.name.substring(0, copy.name.lastIndexOf('.'))
                        + (copy.queue == Kind.RANKED
                                ? "/"
                                        + Math.min(
                                                3,
                                                Objects.requireNonNull(
                                                        content.properties().priority()))
                                : "");
                int number = Integer.parseInt(copy.name.substring(copy.name.lastIndexOf('.') + 1));
                assertThat(number)
                        .as("%s comes in its order", copy)
                        .isGreaterThan(lastSeen.getOrDefault(publisher, -1));
                lastSeen.put(publisher, number);
            }
        }
    }
}
