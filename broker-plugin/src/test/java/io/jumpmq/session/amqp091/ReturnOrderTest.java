package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.testing.RandomCommands;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whatever clients do with what was delivered to them, a queue keeps its order: what one command brings back is ready again
 * as a whole before any of it is delivered, and nothing is delivered while something older is ready.
 */
class ReturnOrderTest {
    private static final int QUEUES = 2;
    private static final int RUNS = 20;
    private static final int STEPS = 120;

    /** Something that happens; the seed decides to whom. */
    private record Step(Kind kind, long seed) {
        @Override
        public String toString() {
            return kind + "(" + seed + ")";
        }
    }

    private enum Kind {
        PUBLISH,
        ACK,
        NACK,
        NACK_MULTIPLE,
        REJECT_MULTIPLE,
        RECOVER,
        COMMIT_NACKS,
        CANCEL,
        CLOSE_CHANNEL,
        HANG_UP_WITH_DELIVERIES_ON_THEIR_WAY
    }

    @Test
    void readyLineKeepsItsOrder() {
        for (int queue = 0; queue < QUEUES; queue++) { // One on the clients' loop, one on another.
            String name = "q" + queue;
            new RandomCommands<>(ReturnOrderTest::step, steps -> play(name, steps)).check(queue, RUNS, STEPS);
        }
    }

    private static Step step(SplittableRandom random) {
        Kind[] kinds = Kind.values();
        int drawn = random.nextInt(kinds.length + 5);
        return new Step(kinds[Math.max(0, drawn - 5)], random.nextLong());
    }

    private static void play(String queue, List<Step> steps) {
        Play play = new Play(queue);
        for (Step step : steps) {
            play.take(step);
        }
        play.end();
    }

    private static final class Play {
        private static final int CLIENTS = 3;
        private static final int MAX_PREFETCH = 4;

        private final SteppedBroker broker = new SteppedBroker();
        private final String queue;
        private final List<Client> clients = new ArrayList<>();
        private final TreeSet<Integer> ready = new TreeSet<>();
        private int published;

        Play(String queue) {
            this.queue = queue;
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Client(i == 0));
            }
        }

        void take(Step step) {
            SplittableRandom random = new SplittableRandom(step.seed());
            Client client = clients.get(random.nextInt(CLIENTS));
            Client other = clients.get(random.nextInt(CLIENTS));
            switch (step.kind()) {
                case PUBLISH -> publish(random.nextInt(1, 4));
                case ACK -> client.settle(random, tag -> new Method.BasicAck(tag, false), false, false);
                case NACK -> client.settle(random, tag -> new Method.BasicNack(tag, false, true), false, true);
                case NACK_MULTIPLE -> client.settle(random, tag -> new Method.BasicNack(tag, true, true), true, true);
                case REJECT_MULTIPLE ->
                    client.settle(random, tag -> new Method.BasicNack(tag, true, false), true, false);
                case RECOVER -> client.recover();
                case COMMIT_NACKS -> clients.get(0).commitNacks(random);
                case CANCEL -> client.cancel();
                case CLOSE_CHANNEL -> client.closeChannel();
                case HANG_UP_WITH_DELIVERIES_ON_THEIR_WAY -> {
                    if (client != other) {
                        hangUp(client, other, random.nextInt(1, 4));
                    }
                }
            }
            look(step.toString());
            clients.forEach(Client::consume);
            look("consumers again after " + step);
        }

        /** Everything that was not settled comes to the last consumer, in order. */
        void end() {
            clients.forEach(Client::hangUp);
            List<Integer> left = List.copyOf(ready);
            ready.clear();
            SteppedClient last = broker.connect(ConnectionSettings.DEFAULT);
            tell(last, SteppedClient.opening());
            tell(last, method(consuming()));
            assertThat(deliveries(last).values()).containsExactlyElementsOf(left);
            assertThat(broker.failures()).isEmpty();
        }

        private void publish(int count) {
            tell(clients.get(1).link, messages(count));
        }

        private ByteBuf messages(int count) {
            ByteBuf out = Unpooled.buffer();
            for (int i = 0; i < count; i++) {
                ready.add(published);
                FrameWriter.method(out, 1, new Method.BasicPublish("", queue, false, false));
                FrameWriter.content(
                        out, 1, new byte[] {0, 0}, Integer.toString(published++).getBytes(UTF_8), 0);
            }
            return out;
        }

        /** One leaves with deliveries on their way to it, and another begins before they are back. */
        private void hangUp(Client leaving, Client next, int count) {
            clients.stream().filter(client -> client != leaving).forEach(Client::cancel);
            SteppedClient publisher = broker.connect(ConnectionSettings.DEFAULT);
            tell(publisher, SteppedClient.opening());
            publisher.receiveUnsettled(ByteBufUtil.getBytes(messages(count)));
            leaving.giveBack();
            leaving.link.hangUpUnsettled();
            next.consumes = true;
            next.link.receiveUnsettled(ByteBufUtil.getBytes(method(consuming())));
            broker.settle();
            publisher.hangUp();
            leaving.connect();
        }

        private Method consuming() {
            return new Method.BasicConsume(queue, "c", false, false, false, false, FieldTable.EMPTY);
        }

        /** Takes note of what was delivered, which must have been in order and older than all that is ready. */
        private void look(String why) {
            for (Client client : clients) {
                List<Integer> delivered = new ArrayList<>(client.take());
                assertThat(delivered).as("delivered to one consumer by %s", why).isSorted();
                delivered.forEach(number -> assertThat(ready.remove(number))
                        .as("%s was ready at %s", number, why)
                        .isTrue());
                client.newest = delivered.isEmpty() ? -1 : delivered.get(delivered.size() - 1);
            }
            if (!ready.isEmpty()) {
                assertThat(clients)
                        .as("%s is ready after %s", ready, why)
                        .allMatch(client -> client.newest < ready.first());
            }
        }

        private static ByteBuf method(Method method) {
            ByteBuf out = Unpooled.buffer();
            FrameWriter.method(out, 1, method);
            return out;
        }

        private static void tell(SteppedClient client, ByteBuf out) {
            client.receive(ByteBufUtil.getBytes(out));
        }

        /** What was delivered since the last time, by delivery tag. */
        private static SortedMap<Long, Integer> deliveries(SteppedClient client) {
            TreeMap<Long, Integer> found = new TreeMap<>();
            ByteBuf written = client.written();
            FrameReader reader = new FrameReader(0);
            long tag = 0;
            while (reader.next(written)) {
                ByteBuf payload = written.slice(reader.payloadIndex(), reader.payloadLength());
                if (reader.type() == FrameReader.METHOD
                        && Method.read(payload) instanceof Method.BasicDeliver deliver) {
                    tag = deliver.deliveryTag();
                } else if (reader.type() == FrameReader.BODY) {
                    found.put(tag, Integer.parseInt(payload.toString(UTF_8)));
                }
            }
            return found;
        }

        private interface Settling {
            Method with(long tag);
        }

        private final class Client {
            private final boolean transactional;
            private final TreeMap<Long, Integer> held = new TreeMap<>();
            private SteppedClient link = broker.connect(ConnectionSettings.DEFAULT);
            private boolean consumes;
            private int newest;

            Client(boolean transactional) {
                this.transactional = transactional;
                open(SteppedClient.opening());
            }

            void connect() {
                link = broker.connect(ConnectionSettings.DEFAULT);
                open(SteppedClient.opening());
            }

            private void open(ByteBuf out) {
                IntStream.range(0, QUEUES)
                        .forEach(i -> FrameWriter.method(
                                out,
                                1,
                                new Method.QueueDeclare("q" + i, false, false, false, false, false, FieldTable.EMPTY)));
                FrameWriter.method(out, 1, new Method.BasicQos(0, 1 + published % MAX_PREFETCH, false));
                if (transactional) {
                    FrameWriter.method(out, 1, new Method.TxSelect());
                }
                tell(link, out);
                consumes = false;
            }

            void consume() {
                if (!consumes) {
                    consumes = true;
                    tell(link, method(consuming()));
                }
            }

            /** What was delivered since the last time. */
            List<Integer> take() {
                SortedMap<Long, Integer> found = deliveries(link);
                held.putAll(found);
                return List.copyOf(found.values());
            }

            void settle(SplittableRandom random, Settling how, boolean multiple, boolean returns) {
                if (held.isEmpty()) {
                    return;
                }
                long tag = new ArrayList<>(held.keySet()).get(random.nextInt(held.size()));
                var settled = multiple ? held.headMap(tag, true) : held.subMap(tag, true, tag, true);
                if (returns) {
                    ready.addAll(settled.values());
                }
                settled.clear();
                ByteBuf out = method(how.with(tag));
                if (transactional) {
                    FrameWriter.method(out, 1, new Method.TxCommit());
                }
                tell(link, out);
            }

            /** Several single ones, in any order, and all at once. */
            void commitNacks(SplittableRandom random) {
                ByteBuf out = Unpooled.buffer();
                List<Long> tags = new ArrayList<>(held.descendingKeySet());
                tags.removeIf(tag -> random.nextInt(3) == 0);
                for (long tag : tags) {
                    ready.add(held.remove(tag));
                    FrameWriter.method(out, 1, new Method.BasicNack(tag, false, true));
                }
                FrameWriter.method(out, 1, new Method.TxCommit());
                tell(link, out);
            }

            void recover() {
                giveBack();
                tell(link, method(new Method.BasicRecover(true)));
            }

            void cancel() {
                consumes = false;
                tell(link, method(new Method.BasicCancel("c", false)));
            }

            void closeChannel() {
                giveBack();
                tell(link, method(new Method.ChannelClose(200, "", 0, 0)));
                open(method(new Method.ChannelOpen()));
            }

            void hangUp() {
                giveBack();
                link.hangUp();
            }

            private void giveBack() {
                ready.addAll(held.values());
                held.clear();
            }
        }
    }
}
