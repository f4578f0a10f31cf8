package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.QueueModel.Client;
import io.jumpmq.broker.queue.QueueModel.Item;
import io.jumpmq.broker.queue.QueueModel.Place;
import io.jumpmq.broker.queue.QueueSettings.Overflow;
import io.jumpmq.broker.queue.QueueSubject.Mail;
import io.jumpmq.broker.queue.QueueSubject.Terms;
import io.jumpmq.testing.RandomCommands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Whatever happens to a queue, it says and counts what its model says and counts. */
class MessageQueueModelTest {
    private static final int NATURES = 60;
    private static final int RUNS = 12;
    private static final int STEPS = 300;
    private static final List<Kind> URN = urn();
    private static final List<Overflow> OVERFLOWS = List.of(Overflow.values());

    private enum Kind {
        PUBLISH(30),
        GET(4),
        ACKNOWLEDGE(18),
        REJECT(3),
        REQUEUE(8),
        SETTLE_AGAIN(3),
        ADD(7),
        REMOVE(3),
        CLOSE_CHANNEL(2),
        WRITTEN(8),
        CREDIT(8),
        LIMIT(2),
        DURABLE(4),
        DEAD_LETTERED(4),
        UPDATE(2),
        PURGE(1),
        TOUCH(1),
        PASS_TIME(7),
        TICK(5);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    /** Something that happens; the seed decides to whom and how, out of what there is at that time. */
    private record Step(Kind kind, long seed) {
        @Override
        public String toString() {
            return kind + "(" + seed + ")";
        }
    }

    /** Some 100,000 steps, in queues of many kinds. */
    @Test
    void queueBehavesAsItsModel() {
        Random natures = new Random(20_261_120); // One for all: the first draws of neighbouring seeds are alike.
        for (int i = 0; i < NATURES; i++) {
            QueueSettings nature = nature(natures);
            new RandomCommands<>(MessageQueueModelTest::step, steps -> compare(nature, steps)).check(i, RUNS, STEPS);
        }
    }

    private static Step step(SplittableRandom random) {
        return new Step(URN.get(random.nextInt(URN.size())), random.nextLong());
    }

    private static List<Kind> urn() {
        List<Kind> urn = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            urn.addAll(Collections.nCopies(kind.weight, kind));
        }
        return urn;
    }

    private static void compare(QueueSettings nature, List<Step> steps) {
        Play play = new Play(nature);
        for (Step step : steps) {
            play.take(step);
        }
        play.end();
    }

    private static QueueSettings nature(Random random) {
        Rules rules = Rules.plain();
        if (random.nextInt(4) == 0) {
            rules = rules.quorum();
        } else {
            rules = random.nextBoolean() ? rules.durable() : rules;
            rules = random.nextInt(3) == 0 ? rules.maxPriority(3) : rules;
        }
        rules = random.nextInt(4) == 0 ? rules.autoDelete() : rules;
        rules = random.nextInt(4) == 0 ? rules.singleActiveConsumer() : rules;
        return settings(random, rules.settings());
    }

    /** Settings of the same nature that differ in what a policy can change. */
    private static QueueSettings settings(Random random, QueueSettings nature) {
        Rules rules = Rules.like(nature);
        rules = random.nextInt(3) == 0 ? rules.messageTtl(20L * random.nextInt(4)) : rules;
        rules = random.nextInt(3) == 0 ? rules.expires(1 + random.nextInt(100)) : rules;
        rules = random.nextInt(3) == 0 ? rules.maxLength(random.nextInt(8)) : rules;
        rules = random.nextInt(4) == 0 ? rules.maxLengthBytes(random.nextInt(300)) : rules;
        rules = random.nextInt(3) == 0 ? rules.deliveryLimit(random.nextInt(3)) : rules;
        rules = random.nextBoolean() ? rules.deadLettering() : rules;
        return rules.overflow(OVERFLOWS.get(random.nextInt(OVERFLOWS.size()))).settings();
    }

    /** A queue and its model, side by side. */
    private static final class Play {
        private static final List<String> BODIES =
                List.of("", "1", "x".repeat(10), "x".repeat(100), "x".repeat(90_000), "x".repeat(300_000));
        private static final int SMALL_BODIES = 4;
        private static final int CHANNELS = 3;

        private final QueueSettings nature;
        private final QueueModel model;
        private final RealQueue real;
        private long now = QueueUnderTest.START;
        private int messages;
        private int consumers;

        Play(QueueSettings nature) {
            this.nature = nature;
            model = new QueueModel(nature, now);
            real = new RealQueue(nature, now);
        }

        /** Takes a step on both sides, which have to say the same. */
        void take(Step step) {
            compare(step.toString(), plan(step.kind(), new Random(step.seed())));
        }

        /** The last step of every run. */
        void end() {
            compare("DELETE", QueueSubject::delete);
        }

        private void compare(String step, Consumer<QueueSubject> action) {
            action.accept(model);
            action.accept(real);
            assertThat(real.heard()).as("%s in %s", step, nature).isEqualTo(model.heard());
            assertThat(real.summary()).as("%s in %s", step, nature).isEqualTo(model.summary());
        }

        private Consumer<QueueSubject> plan(Kind kind, Random random) {
            return switch (kind) {
                case PUBLISH -> publish(random);
                case GET -> get(random.nextBoolean());
                case ACKNOWLEDGE -> onItem(Place.HELD, random, (queue, item) -> queue.acknowledge(item.id, now));
                case REJECT -> onItem(Place.HELD, random, (queue, item) -> queue.reject(item.id, now));
                case REQUEUE -> requeue(random);
                case SETTLE_AGAIN -> settleAgain(random);
                case ADD -> add(random);
                case REMOVE -> onClient(client -> true, random, (queue, client) -> queue.cancel(client.number, now));
                case CLOSE_CHANNEL -> closeChannel(random);
                case WRITTEN -> written(random);
                case CREDIT -> credit(random);
                case LIMIT -> limit(random);
                case DURABLE -> durable(random.nextInt(model.positions() + 1));
                case DEAD_LETTERED -> onItem(Place.DEAD, random, (queue, item) -> queue.deadLettered(item.id));
                case UPDATE -> update(settings(random, nature));
                case PURGE -> QueueSubject::purge;
                case TOUCH -> queue -> queue.touch(now);
                case PASS_TIME -> passTime(random.nextInt(40));
                case TICK -> queue -> queue.tick(now);
            };
        }

        private Consumer<QueueSubject> publish(Random random) {
            int id = messages++;
            String body = BODIES.get(random.nextInt(random.nextInt(10) == 0 ? BODIES.size() : SMALL_BODIES));
            Mail mail = new Mail(
                    random.nextBoolean(), random.nextInt(6) - 1, random.nextInt(4) > 0 ? -1 : random.nextInt(60));
            Message message = letter(body, mail).message();
            return queue -> queue.publish(id, mail, message, now);
        }

        private static Letter letter(String body, Mail mail) {
            Letter letter = Letter.of(body);
            if (mail.persistent()) {
                letter = letter.persistent();
            }
            if (mail.priority() >= 0) {
                letter = letter.priority(mail.priority());
            }
            return mail.expiration() < 0 ? letter : letter.expiration(Integer.toString(mail.expiration()));
        }

        private Consumer<QueueSubject> get(boolean noAck) {
            return queue -> queue.get(noAck, now);
        }

        private Consumer<QueueSubject> requeue(Random random) {
            List<Integer> ids = ids(model.in(Place.HELD));
            Collections.shuffle(ids, random);
            List<Integer> some = ids.subList(0, Math.min(ids.size(), 1 + random.nextInt(4)));
            return queue -> queue.requeue(some, now);
        }

        /** Acknowledges, rejects or requeues what was delivered once but is not to be acknowledged now. */
        private Consumer<QueueSubject> settleAgain(Random random) {
            List<Item> shown = new ArrayList<>(model.in(Place.READY));
            shown.removeIf(item -> item.returns == 0);
            shown.addAll(model.in(Place.DEAD));
            int how = random.nextInt(3);
            return on(shown, random, (queue, item) -> {
                switch (how) {
                    case 0 -> queue.acknowledge(item.id, now);
                    case 1 -> queue.reject(item.id, now);
                    default -> queue.requeue(List.of(item.id), now);
                }
            });
        }

        private Consumer<QueueSubject> add(Random random) {
            int consumer = consumers++;
            Terms terms = new Terms(
                    random.nextInt(4) == 0,
                    random.nextInt(10) == 0,
                    random.nextInt(4),
                    random.nextInt(3) == 0,
                    random.nextInt(5) > 0 ? 0 : random.nextInt(5) - 2);
            return queue -> queue.add(consumer, terms, now);
        }

        private Consumer<QueueSubject> closeChannel(Random random) {
            int channel = random.nextInt(CHANNELS);
            List<Integer> leaving = model.clients(client -> client.number % CHANNELS == channel).stream()
                    .map(client -> client.number)
                    .toList();
            List<Item> held = new ArrayList<>(model.in(Place.HELD));
            held.removeIf(item -> item.holder != null && !leaving.contains(item.holder.number));
            List<Integer> ids = ids(held);
            Collections.shuffle(ids, random);
            List<Integer> arrived = ids.subList(0, ids.size() - random.nextInt(ids.size() + 1) / 2);
            return queue -> queue.close(leaving, arrived, now);
        }

        private Consumer<QueueSubject> written(Random random) {
            List<Client> waiting = model.clients(client -> client.unwritten > 0);
            if (waiting.isEmpty()) {
                return queue -> {};
            }
            Client client = waiting.get(random.nextInt(waiting.size()));
            int bytes = Math.max(1, client.unwritten / (1 + random.nextInt(3)));
            return queue -> queue.written(client.number, bytes, now);
        }

        private Consumer<QueueSubject> credit(Random random) {
            boolean asked = random.nextInt(8) > 0;
            boolean drain = random.nextInt(4) > 0;
            int count = 1 + random.nextInt(4);
            return onClient(
                    client -> client.asked == asked,
                    random,
                    (queue, client) -> queue.credit(client.number, count, drain, now));
        }

        private Consumer<QueueSubject> limit(Random random) {
            boolean limited = random.nextBoolean();
            return onClient(client -> true, random, (queue, client) -> queue.limit(client.number, limited, now));
        }

        private static Consumer<QueueSubject> durable(int position) {
            return queue -> queue.durable(position);
        }

        private Consumer<QueueSubject> update(QueueSettings changed) {
            return queue -> queue.update(changed, now);
        }

        private Consumer<QueueSubject> passTime(int millis) {
            now += millis;
            return queue -> {};
        }

        private Consumer<QueueSubject> onItem(Place place, Random random, BiConsumer<QueueSubject, Item> action) {
            return on(model.in(place), random, action);
        }

        private Consumer<QueueSubject> onClient(
                Predicate<Client> which, Random random, BiConsumer<QueueSubject, Client> action) {
            return on(model.clients(which), random, action);
        }

        /** Does something to one of them, or nothing if there is none. */
        private static <T> Consumer<QueueSubject> on(List<T> all, Random random, BiConsumer<QueueSubject, T> action) {
            if (all.isEmpty()) {
                return queue -> {};
            }
            T one = all.get(random.nextInt(all.size()));
            return queue -> action.accept(queue, one);
        }

        private static List<Integer> ids(List<Item> items) {
            List<Integer> ids = new ArrayList<>();
            for (Item item : items) {
                ids.add(item.id);
            }
            return ids;
        }
    }
}
