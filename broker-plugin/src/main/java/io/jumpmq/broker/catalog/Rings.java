package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.ConsistentHashExchange;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.plugin.Destination;
import io.jumpmq.ring.DestinationCodec;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingSnapshot;
import io.jumpmq.ring.RingState;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of whole rings: several weights in one step, a ring as it was elsewhere. Changes nothing. */
public final class Rings {
    /** From here to {@link Ring#MAX_EPOCH} no ring can count. */
    private static final long MAX_RESTORED_EPOCH = Ring.MAX_EPOCH / 2;

    /** What a snapshot of the catalog has room for: of all rings together, and of one. */
    private static final long HISTORY_BYTES = 8 << 20;

    private static final long HISTORY_BYTES_EACH = 1 << 20;

    private static final byte[] AS_IT_IS = {};

    /** Queues as their names; exchanges, which may have the same ones, behind a character that no name has. */
    private static final DestinationCodec<RingMember> DIGESTED = new DestinationCodec<>() {
        @Override
        public byte[] encode(RingMember member) {
            String name = member.destination().name();
            boolean isQueue = member.destination().isQueue();
            return DestinationCodec.TEXT.encode(isQueue ? name : '\0' + name);
        }

        @Override
        public RingMember decode(byte[] bytes) {
            throw new UnsupportedOperationException("names alone are no destinations");
        }
    };

    private Rings() {}

    private record ExchangeName(String vhost, String name) {}

    /** These changes, with a note for its history in front of the first one of each ring. */
    public static List<Change> noted(List<Change> changes, Catalog catalog, long atMillis, String user) {
        List<Change> all = new ArrayList<>();
        Set<ExchangeName> declared = new HashSet<>();
        Set<ExchangeName> noted = new HashSet<>();
        for (Change change : changes) {
            if (change instanceof Change.ExchangeDeclared exchange
                    && exchange.type().equals(ConsistentHashExchange.NAME)) {
                declared.add(new ExchangeName(exchange.vhost(), exchange.name()));
            }
            ExchangeName ring = change instanceof Change.OfRing of ? new ExchangeName(of.vhost(), of.exchange()) : null;
            if (ring != null && (declared.contains(ring) || isRing(catalog, ring)) && noted.add(ring)) {
                all.add(new Change.RingNoted(ring.vhost, ring.name, atMillis, user, AS_IT_IS));
            }
            all.add(change);
        }
        return all;
    }

    private static boolean isRing(Catalog catalog, ExchangeName name) {
        VirtualHost vhost = catalog.vhost(name.vhost);
        ExchangeRecord exchange = vhost == null ? null : vhost.exchange(name.name);
        return exchange != null && exchange.router() instanceof ConsistentHashRouter;
    }

    static void note(VirtualHost vhost, Change.RingNoted noted) {
        ConsistentHashRouter router = require(vhost, noted.exchange());
        if (noted.before().length == 0) {
            router.note(noted.atMillis(), noted.user());
        } else {
            router.note(noted.atMillis(), noted.user(), noted.before(), vhost.pastNames());
        }
    }

    static List<Change> histories(Collection<VirtualHost> vhosts) {
        long rings = vhosts.stream()
                .flatMap(vhost -> vhost.exchanges().stream())
                .filter(exchange -> exchange.router() instanceof ConsistentHashRouter)
                .count();
        long each = Math.min(HISTORY_BYTES_EACH, HISTORY_BYTES / Math.max(1, rings));
        List<Change> all = new ArrayList<>();
        for (VirtualHost vhost : vhosts) {
            for (ExchangeRecord exchange : vhost.exchangesInOrder()) {
                if (exchange.router() instanceof ConsistentHashRouter router) {
                    List<Change> its = new ArrayList<>();
                    router.notes(vhost.pastNames(), each)
                            .forEach((note, before) -> its.add(new Change.RingNoted(
                                    vhost.name(), exchange.name(), note.atMillis(), note.user(), before)));
                    Collections.reverse(its);
                    all.addAll(its);
                }
            }
        }
        return all;
    }

    /**
     * The ring of a consistent-hash exchange.
     *
     * @throws AmqpException NOT_FOUND when there is no such exchange, PRECONDITION_FAILED when it is of another type
     */
    public static ConsistentHashRouter require(VirtualHost vhost, String exchange) {
        ExchangeRecord found = vhost.requireExchange(exchange);
        if (!(found.router() instanceof ConsistentHashRouter router)) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    found + " is of type '" + found.type() + "': only an x-consistent-hash exchange has a ring");
        }
        return router;
    }

    /**
     * What other weights would make of a ring. Any thread.
     *
     * @throws AmqpException when a destination is not there, or a weight, or the ring, would be beyond its limit
     */
    public static RingPlan<RingMember> plan(VirtualHost vhost, String exchange, List<Command.Weight> weights) {
        ConsistentHashRouter router = require(vhost, exchange);
        Map<Destination, Integer> wanted = wanted(vhost, weights);
        requireRoom(router.state(), wanted);
        try {
            return router.plan(wanted);
        } catch (IllegalArgumentException e) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** The weights by destination, in their order. */
    static Map<Destination, Integer> wanted(VirtualHost vhost, List<Command.Weight> weights) {
        Map<Destination, Integer> wanted = new LinkedHashMap<>();
        for (Command.Weight weight : weights) {
            Destination destination = Topology.destination(vhost, weight.kind(), weight.destination());
            if (weight.weight() < 0 || weight.weight() > Ring.MAX_WEIGHT) {
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        "the weight of " + destination + " must be from 0 to " + Ring.MAX_WEIGHT + ", not "
                                + weight.weight());
            }
            if (wanted.put(destination, weight.weight()) != null) {
                throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "two weights for " + destination);
            }
        }
        return wanted;
    }

    /** Before a plan is made, which of so large a ring would take much memory. */
    private static void requireRoom(RingState<RingMember> ring, Map<Destination, Integer> wanted) {
        Map<RingMember, Integer> weights = ring.weights();
        long buckets = ring.bucketCount();
        for (Map.Entry<Destination, Integer> one : wanted.entrySet()) {
            buckets += one.getValue() - weights.getOrDefault(new RingMember(one.getKey()), 0);
        }
        if (buckets > Ring.MAX_BUCKETS) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    "these weights would give the ring " + buckets + " buckets; the limit is " + Ring.MAX_BUCKETS);
        }
    }

    static List<Change> setWeights(VirtualHost vhost, Command.SetWeights set) {
        RingState<RingMember> now = require(vhost, set.exchange()).state();
        Map<Destination, Integer> wanted = wanted(vhost, set.weights());
        requireRoom(now, wanted);
        ExchangeRecord exchange = vhost.requireExchange(set.exchange());
        requireEpoch(exchange, now, set.ifEpoch().orElse(now.epoch()));
        Map<RingMember, Integer> weights = now.weights();
        boolean same = wanted.entrySet().stream()
                .allMatch(one -> one.getValue().equals(weights.getOrDefault(new RingMember(one.getKey()), 0)));
        if (same) {
            return List.of();
        }
        boolean isEmptied = weights.keySet().stream().allMatch(member -> isZero(wanted.get(member.destination())))
                && wanted.values().stream().allMatch(Rings::isZero);
        return isEmptied && exchange.autoDelete() && !exchange.bindings.isEmpty()
                ? new Removal().exchange(exchange).changes()
                : List.of(new Change.WeightsSet(vhost.name(), exchange.name(), set.weights()));
    }

    private static boolean isZero(@Nullable Integer weight) {
        return weight != null && weight == 0;
    }

    /**
     * The ring that runs of buckets make.
     *
     * @throws AmqpException when a destination is not there, the algorithm is another, or a limit is passed
     */
    public static RingState<RingMember> restored(VirtualHost vhost, String exchange, Command.RingArray array) {
        ConsistentHashRouter router = require(vhost, exchange);
        RingState<RingMember> now = router.state();
        if (array.algorithm() != now.algorithm()) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    "the ring is one of '" + array.algorithm() + "', " + vhost.requireExchange(exchange)
                            + " hashes by '" + now.algorithm() + "'");
        }
        if (array.epoch() > MAX_RESTORED_EPOCH) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    "the ring's epoch is " + array.epoch() + "; the limit is " + MAX_RESTORED_EPOCH);
        }
        List<RingState.Run<RingMember>> runs = new ArrayList<>();
        for (Command.Weight run : array.runs()) {
            Destination destination = Topology.destination(vhost, run.kind(), run.destination());
            runs.add(new RingState.Run<>(new RingMember(destination), run.weight()));
        }
        try {
            return RingState.of(now.algorithm(), Math.max(now.epoch() + 1, array.epoch()), runs);
        } catch (IllegalArgumentException e) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, String.valueOf(e.getMessage()));
        }
    }

    static List<Change> restore(VirtualHost vhost, Command.RestoreRing restore) {
        RingState<RingMember> after = restored(vhost, restore.exchange(), restore.array());
        ExchangeRecord exchange = vhost.requireExchange(restore.exchange());
        RingState<RingMember> before = require(vhost, restore.exchange()).state();
        requireEpoch(exchange, before, restore.ifEpoch().orElse(before.epoch()));
        return sameRouting(before, after) ? List.of() : changes(vhost, exchange, after);
    }

    private static boolean sameRouting(RingState<RingMember> one, RingState<RingMember> other) {
        return one.bucketCount() == other.bucketCount() && digest(one) == digest(other);
    }

    /** What two rings have in common if they route every key alike: the same on every node, in files and answers. */
    public static long digest(RingState<RingMember> state) {
        return RingSnapshot.digest(state, DIGESTED);
    }

    private static void requireEpoch(ExchangeRecord exchange, RingState<RingMember> state, long wanted) {
        if (state.epoch() != wanted) {
            throw new StaleEpochException(exchange, wanted, state.epoch());
        }
    }

    /** One record for the bindings and the ring: nobody ever sees one without the other. */
    private static List<Change> changes(VirtualHost vhost, ExchangeRecord exchange, RingState<RingMember> after) {
        if (exchange.autoDelete() && after.bucketCount() == 0 && !exchange.bindings.isEmpty()) {
            return new Removal().exchange(exchange).changes();
        }
        return List.of(new Change.RingRestored(
                vhost.name(), exchange.name(), RingSnapshot.encode(after, ConsistentHashRouter.codec(vhost.names()))));
    }
}
