package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.Rings;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.exchange.ConsistentHashExchange;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.exchange.HotKeys;
import io.jumpmq.broker.exchange.RingHistory;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.metrics.ChiSquared;
import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingState;
import io.jumpmq.security.Permission.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /rings}: the rings of consistent-hash exchanges, which no other broker shows. */
final class RingResources {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.ring");
    private static final double ALPHA = 0.001;
    private static final double HOT = 0.01;

    /** Weights are changed one after the other, so that what is answered is what has happened. */
    private final ReentrantLock changing = new ReentrantLock();

    void addTo(Routes routes) {
        String ring = "/rings/{vhost}/{exchange}";
        routes.get("/rings", call -> list(call, call.visibleVhosts()))
                .get("/rings/{vhost}", call -> list(call, List.of(call.visibleVhost())))
                .get(ring, call -> Listing.of(call, whole(call)))
                .putLarge(ring, Call::vhost, this::restore)
                .get(ring + "/locate", this::locate)
                .ask(ring + "/preview", Call::visibleVhost, this::preview)
                .putLarge(ring + "/weights", Call::vhost, this::setWeights)
                .get(ring + "/uniformity", call -> Listing.of(call, uniformity(router(call))))
                .get(ring + "/history", call -> Answer.of(history(router(call))))
                .get(ring + "/history/{epoch}/revert", call -> {
                    VirtualHost vhost = call.visibleVhost();
                    Command.RingArray array = before(call, router(call, vhost));
                    RingState<RingMember> now = router(call, vhost).state();
                    return Answer.of(RingDocuments.change(
                            new RingChange<>(now, Rings.restored(vhost, call.at("exchange"), array))));
                })
                .post(ring + "/history/{epoch}/revert", Call::vhost, call -> {
                    VirtualHost vhost = call.vhost();
                    return restore(call, vhost, before(call, router(call, vhost)));
                })
                .get(
                        ring + "/export",
                        call -> Answer.of(RingDocuments.file(router(call).state())));
    }

    private static ConsistentHashRouter router(Call call) {
        return router(call, call.visibleVhost());
    }

    private static ConsistentHashRouter router(Call call, VirtualHost vhost) {
        if (vhost.exchange(call.at("exchange")) == null) {
            throw HttpError.notFound();
        }
        return Rings.require(vhost, call.at("exchange"));
    }

    private Answer list(Call call, List<VirtualHost> vhosts) {
        List<ExchangeRecord> all = new ArrayList<>();
        vhosts.forEach(vhost -> vhost.exchanges().stream()
                .filter(exchange -> exchange.type().equals(ConsistentHashExchange.NAME))
                .forEach(all::add));
        Comparator<ExchangeRecord> order =
                Comparator.comparing(ExchangeRecord::vhost).thenComparing(ExchangeRecord::name);
        return Listing.of(call, all, order, ExchangeRecord::name, exchange -> {
            RingState<RingMember> state = ((ConsistentHashRouter) exchange.router()).state();
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("vhost", exchange.vhost());
            map.put("exchange", exchange.name());
            map.put("algorithm", state.algorithm().toString());
            map.putAll(RingDocuments.head(state));
            map.put("destinations", state.weights().size());
            return map;
        });
    }

    private static Map<String, @Nullable Object> whole(Call call) {
        ConsistentHashRouter router = router(call);
        RingState<RingMember> state = router.state();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("vhost", call.at("vhost"));
        map.put("exchange", call.at("exchange"));
        map.put("algorithm", state.algorithm().toString());
        map.put("hash_on", router.hashedOn());
        map.putAll(RingDocuments.whole(state));
        return map;
    }

    private Answer locate(Call call) {
        ConsistentHashRouter router = router(call);
        byte[] key = key(call);
        RingState<RingMember> state = router.state();
        if (state.bucketCount() == 0) {
            throw new HttpError(404, "empty_ring", "nothing is bound to this exchange: it routes no key");
        }
        long hash = router.hash(key);
        int bucket = state.algorithm().bucket(hash, state.bucketCount());
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("key", new String(key, UTF_8));
        map.put("algorithm", state.algorithm().toString());
        map.put("hash", HexFormat.of().toHexDigits(hash));
        map.put("bucket", bucket);
        map.put("bucket_count", state.bucketCount());
        map.putAll(RingDocuments.destination(state.destinationAt(bucket)));
        map.put("epoch", state.epoch());
        return Answer.of(map);
    }

    private static byte[] key(Call call) {
        String text = call.query("key");
        String hex = call.query("hex");
        if (hex != null) {
            try {
                return HexFormat.of().parseHex(hex);
            } catch (IllegalArgumentException e) {
                throw HttpError.badRequest("hex must be pairs of hexadecimal digits, not '" + hex + "'");
            }
        }
        if (text == null) {
            throw HttpError.badRequest("say which key: ?key=order-42, or its bytes: ?hex=6f72");
        }
        return text.getBytes(UTF_8);
    }

    // Changes.

    private static List<Command.Weight> weights(Fields fields) {
        JsonNode weights = fields.node().get("weights");
        List<Command.Weight> all = new ArrayList<>();
        if (weights != null && weights.isObject()) {
            weights.properties()
                    .forEach(entry -> all.add(new Command.Weight(
                            DestinationKind.QUEUE, entry.getKey(), weight(entry.getKey(), entry.getValue()))));
        }
        for (Fields weight : weights != null && weights.isObject() ? List.<Fields>of() : fields.objects("weights")) {
            String name = weight.requiredText("destination");
            String kind = weight.text("destination_type", "queue");
            if (!kind.equals("queue") && !kind.equals("exchange")) {
                throw HttpError.badRequest("destination_type must be queue or exchange, not '" + kind + "'");
            }
            all.add(new Command.Weight(
                    kind.equals("queue") ? DestinationKind.QUEUE : DestinationKind.EXCHANGE,
                    name,
                    weight(name, weight.node().get("weight"))));
        }
        if (all.isEmpty()) {
            throw HttpError.badRequest("say which weights: {\"weights\": {\"QUEUE\": 2}}");
        }
        return all;
    }

    private static int weight(String name, @Nullable JsonNode value) {
        if (value == null || !value.isInt()) {
            throw HttpError.badRequest("the weight of '" + name + "' must be a whole number, not " + value);
        }
        return value.intValue();
    }

    private Answer preview(Call call) {
        VirtualHost vhost = call.visibleVhost();
        router(call, vhost);
        return Answer.of(RingDocuments.change(
                Rings.plan(vhost, call.at("exchange"), weights(call.json())).change()));
    }

    private Answer setWeights(Call call) {
        VirtualHost vhost = call.vhost();
        ConsistentHashRouter router = router(call, vhost);
        Fields fields = call.json();
        List<Command.Weight> weights = weights(fields);
        weights.forEach(
                weight -> call.require(vhost, Operation.WRITE, Documents.kind(weight.kind()), weight.destination()));
        return change(
                call,
                vhost,
                router,
                new Command.SetWeights(vhost.name(), call.at("exchange"), weights, ifEpoch(fields)),
                entry -> gives(entry.change(), weights));
    }

    private static OptionalLong ifEpoch(Fields fields) {
        return fields.has("if_epoch") ? OptionalLong.of(fields.number("if_epoch", 0)) : OptionalLong.empty();
    }

    private Answer restore(Call call) {
        return restore(call, call.vhost(), RingDocuments.array(call.json()));
    }

    /** What the ring was before the change that led to the path's epoch. */
    private static Command.RingArray before(Call call, ConsistentHashRouter router) {
        return router.history().stream()
                .filter(entry -> Long.toString(entry.change().after().epoch()).equals(call.at("epoch")))
                .findFirst()
                .map(entry -> RingDocuments.array(entry.change().before()))
                .orElseThrow(() -> new HttpError(
                        404,
                        "not_found",
                        "the history has no change that led to epoch " + call.at("epoch")
                                + ": it keeps the last ones"));
    }

    private Answer restore(Call call, VirtualHost vhost, Command.RingArray array) {
        ConsistentHashRouter router = router(call, vhost);
        String epoch = call.query("if_epoch");
        OptionalLong ifEpoch;
        try {
            ifEpoch = epoch == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(epoch));
        } catch (NumberFormatException e) {
            throw HttpError.badRequest("if_epoch must be a whole number, not '" + epoch + "'");
        }
        array.runs()
                .forEach(run -> call.require(vhost, Operation.WRITE, Documents.kind(run.kind()), run.destination()));
        return change(
                call,
                vhost,
                router,
                new Command.RestoreRing(vhost.name(), call.at("exchange"), array, ifEpoch),
                entry -> entry.user().equals(call.user().name()));
    }

    private Answer change(
            Call call,
            VirtualHost vhost,
            ConsistentHashRouter router,
            Command command,
            Predicate<RingHistory.Entry> isIts) {
        call.require(vhost, Operation.READ, "exchange", call.at("exchange"));
        changing.lock();
        try {
            long since = router.state().epoch();
            call.carryOut(command);
            RingChange<RingMember> change = made(router, since, isIts);
            Map<String, @Nullable Object> document = RingDocuments.change(change);
            LOG.info(
                    "user '{}' changed the ring of exchange '{}' in vhost '{}': epoch {} to {}, {} % of keys move",
                    call.user().name(),
                    call.at("exchange"),
                    vhost.name(),
                    change.before().epoch(),
                    change.after().epoch(),
                    String.format("%.2f", 100 * change.movement().total()));
            return Answer.of(document);
        } finally {
            changing.unlock();
        }
    }

    /**
     * What a command has made of a ring since it had that epoch: not what others, such as clients that bind, have made of it
     * before and after. Nothing, if it was as wanted.
     */
    private static RingChange<RingMember> made(
            ConsistentHashRouter router, long since, Predicate<RingHistory.Entry> isIts) {
        RingState<RingMember> now = router.state();
        RingChange<RingMember> made = new RingChange<>(now, now);
        for (RingHistory.Entry entry : router.history()) {
            if (entry.change().before().epoch() >= since && isIts.test(entry)) {
                made = entry.change();
            }
        }
        return made;
    }

    /** Whether a change gives these weights, and leaves all others as they were. */
    private static boolean gives(RingChange<RingMember> change, List<Command.Weight> weights) {
        Map<List<String>, Integer> wanted = new HashMap<>();
        weights.forEach(
                weight -> wanted.put(List.of(Documents.kind(weight.kind()), weight.destination()), weight.weight()));
        for (Map.Entry<RingMember, RingChange.Weight> weight : change.weights().entrySet()) {
            RingMember member = weight.getKey();
            Integer asked =
                    wanted.remove(List.of(Documents.kind(member.destination()), Documents.name(member.destination())));
            if (weight.getValue().after() != (asked == null ? weight.getValue().before() : asked)) {
                return false;
            }
        }
        return wanted.values().stream().allMatch(weight -> weight == 0);
    }

    private static List<Map<String, @Nullable Object>> history(ConsistentHashRouter router) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (RingHistory.Entry entry : router.history()) {
            RingState<RingMember> after = entry.change().after();
            List<Map<String, @Nullable Object>> changes = new ArrayList<>();
            entry.change().weights().forEach((member, weight) -> {
                if (weight.changed()) {
                    Map<String, @Nullable Object> change = RingDocuments.destination(member);
                    change.put("weight_before", weight.before());
                    change.put("weight_after", weight.after());
                    changes.add(change);
                }
            });
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("epoch", after.epoch());
            map.put("at", entry.atMillis());
            map.put("user", entry.user());
            map.put("moved", entry.change().movement().total());
            map.put("bucket_count", after.bucketCount());
            map.put("changes", changes);
            all.add(map);
        }
        return all;
    }

    // Observation.

    private static Map<String, @Nullable Object> uniformity(ConsistentHashRouter router) {
        RingState<RingMember> state = router.state();
        List<RingMember> members = new ArrayList<>(state.weights().keySet());
        int[] weights =
                state.weights().values().stream().mapToInt(Integer::intValue).toArray();
        Map<RingMember, Integer> index = new HashMap<>();
        members.forEach(member -> index.put(member, index.size()));
        long[] routed = members.stream()
                .mapToLong(member -> member.routed().since(state.epoch()))
                .toArray();
        long[] sampled = new long[members.size()];
        long sampledInAll = 0;
        for (long hash : router.keys().hashes()) {
            RingMember member = state.destinationOf(hash);
            Integer at = member == null ? null : index.get(member);
            if (at != null) {
                sampled[at]++;
                sampledInAll++;
            }
        }
        long routedInAll = Arrays.stream(routed).sum();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("epoch", state.epoch());
        map.put("bucket_count", state.bucketCount());
        map.put("routed", routedInAll);
        map.put("unroutable", router.unroutable().since(state.epoch()));
        map.put("distinct_keys", router.keys().distinct());
        map.put("sampled_keys", sampledInAll);
        test(map, sampled, weights);
        List<Map<String, @Nullable Object>> destinations = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            Map<String, @Nullable Object> destination = RingDocuments.destination(members.get(i));
            destination.put("weight", weights[i]);
            destination.put("share", RingDocuments.share(weights[i], state));
            destination.put("routed", routed[i]);
            destination.put("routed_share", routedInAll == 0 ? null : (double) routed[i] / routedInAll);
            destination.put("sampled_keys", sampled[i]);
            destination.put("sampled_share", sampledInAll == 0 ? null : (double) sampled[i] / sampledInAll);
            destinations.add(destination);
        }
        map.put("destinations", destinations);
        map.put("hot_keys", hotKeys(router, state));
        return map;
    }

    private static void test(Map<String, @Nullable Object> map, long[] sampled, int[] weights) {
        ChiSquared test = null;
        try {
            test = ChiSquared.of(sampled, weights);
        } catch (IllegalArgumentException e) {
            // Too few keys, or places: said by the verdict.
        }
        map.put("chi_squared", test == null ? null : test.statistic());
        map.put("degrees_of_freedom", test == null ? null : test.degreesOfFreedom());
        map.put("p_value", test == null ? null : test.pValue());
        map.put("cramers_v", test == null ? null : test.cramersV());
        map.put("max_to_mean", test == null ? null : test.maxToMean());
        map.put("alpha", ALPHA);
        map.put("verdict", test == null ? "too few keys" : test.pValue() >= ALPHA ? "uniform" : "not uniform");
    }

    private static List<Map<String, @Nullable Object>> hotKeys(
            ConsistentHashRouter router, RingState<RingMember> state) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (HotKeys.HotKey hot : router.hotKeys().atLeast(HOT)) {
            RingMember member = state.destinationOf(router.hash(hot.key()));
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("key", new String(hot.key(), UTF_8));
            map.put("share", hot.share());
            if (member != null) {
                map.putAll(RingDocuments.destination(member));
            }
            all.add(map);
        }
        return all;
    }
}
