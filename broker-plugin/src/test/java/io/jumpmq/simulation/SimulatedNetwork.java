package io.jumpmq.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What is between nodes: one way from each to each other, that may be slow, and cut without the other way being. What is
 * {@linkplain #send sent} arrives in its order, as over TCP; single messages that are {@linkplain #post posted} may be lost,
 * doubled, or overtaken.
 */
public final class SimulatedNetwork {
    /**
     * How bad it is.
     *
     * @param maxDelayMillis how long anything is on its way at most
     * @param lossPercent how many of the posted messages never arrive
     * @param duplicationPercent how many of them arrive twice
     */
    public record Faults(int maxDelayMillis, int lossPercent, int duplicationPercent) {
        public static final Faults NONE = new Faults(0, 0, 0);
    }

    private record Way(int from, int to) {}

    private final Simulation simulation;
    private final SplittableRandom random;
    private final Map<Way, Wire> wires = new HashMap<>();
    private Faults faults = Faults.NONE;

    /** One without faults. */
    public SimulatedNetwork(Simulation simulation, SplittableRandom random) {
        this.simulation = simulation;
        this.random = random;
    }

    /** From now on, it is as bad as that. */
    public void faults(Faults newFaults) {
        faults = newFaults;
    }

    /** One direction between two nodes. */
    private final class Wire {
        private final Simulation.Actor inOrder = simulation.actor();

        /** Each single message may take a way of its own. */
        private final Simulation.Actor single = simulation.actor();

        /** What has come to where the way is cut. */
        private final Deque<Runnable> held = new ArrayDeque<>();

        private long lastDueMillis;
        private boolean cut;

        /** What was sent in an earlier one never arrives. */
        private int connection;

        void send(Runnable arrival) {
            int sent = connection;
            lastDueMillis = Math.max(lastDueMillis, simulation.nowMillis() + delay());
            inOrder.schedule(() -> arrive(sent, arrival), lastDueMillis - simulation.nowMillis());
        }

        private void arrive(int sent, Runnable arrival) {
            if (sent != connection) {
                return;
            }
            if (cut) {
                held.add(() -> arrive(sent, arrival));
            } else {
                arrival.run();
            }
        }

        void post(Runnable arrival) {
            if (cut || happens(faults.lossPercent)) {
                return;
            }
            Runnable arrive = () -> {
                if (!cut) {
                    arrival.run();
                }
            };
            single.schedule(arrive, delay());
            if (happens(faults.duplicationPercent)) {
                single.schedule(arrive, delay());
            }
        }

        void heal() {
            cut = false;
            while (!held.isEmpty()) {
                inOrder.executeFirst(held.removeLast());
            }
        }

        void reset() {
            connection++;
            held.clear();
        }
    }

    private int delay() {
        return faults.maxDelayMillis == 0 ? 0 : random.nextInt(faults.maxDelayMillis + 1);
    }

    private boolean happens(int percent) {
        return percent > 0 && random.nextInt(100) < percent;
    }

    private Wire wire(int from, int to) {
        return wires.computeIfAbsent(new Way(from, to), unused -> new Wire());
    }

    /** Has something arrive after everything that was sent that way before; while the way is cut, it waits. */
    public void send(int from, int to, Runnable arrival) {
        wire(from, to).send(arrival);
    }

    /** Has something arrive by itself, or not at all. */
    public void post(int from, int to, Runnable arrival) {
        wire(from, to).post(arrival);
    }

    /** Nothing arrives that way any more. */
    public void cut(int from, int to) {
        wire(from, to).cut = true;
    }

    /** What was sent that way and waits arrives, and what comes after. */
    public void heal(int from, int to) {
        wire(from, to).heal();
    }

    /** The connection between two nodes breaks: what was sent and has not arrived is lost, both ways. */
    public void reset(int one, int other) {
        wire(one, other).reset();
        wire(other, one).reset();
    }
}
