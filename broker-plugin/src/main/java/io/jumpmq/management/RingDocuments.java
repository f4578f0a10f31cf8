package io.jumpmq.management;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.Rings;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.ring.DestinationCodec;
import io.jumpmq.ring.Movement;
import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingSnapshot;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rings as documents: to look at, and as files ({@code docs/ring-file.md}). */
final class RingDocuments {
    private static final int FILE_VERSION = 1;
    private static final String EXCHANGE = "exchange";

    private RingDocuments() {}

    private static boolean isQueue(RingMember member) {
        return DestinationKind.of(member.destination()) == DestinationKind.QUEUE;
    }

    static String digest(RingState<RingMember> state) {
        return HexFormat.of().toHexDigits(Rings.digest(state));
    }

    static double share(int weight, RingState<RingMember> state) {
        return state.bucketCount() == 0 ? 0 : (double) weight / state.bucketCount();
    }

    /** A destination's two fields. */
    static Map<String, @Nullable Object> destination(RingMember member) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("destination", Documents.name(member.destination()));
        map.put("destination_type", Documents.kind(member.destination()));
        return map;
    }

    /** The whole array, as runs of indexes into the destinations. */
    static Map<String, @Nullable Object> whole(RingState<RingMember> state) {
        Map<String, @Nullable Object> map = head(state);
        Map<RingMember, Integer> index = new LinkedHashMap<>();
        List<Map<String, @Nullable Object>> destinations = new ArrayList<>();
        state.weights().forEach((member, weight) -> {
            index.put(member, index.size());
            Map<String, @Nullable Object> destination = destination(member);
            destination.put("weight", weight);
            destination.put("share", share(weight, state));
            destinations.add(destination);
        });
        List<int[]> runs = new ArrayList<>();
        state.forEachRun((member, length) -> runs.add(new int[] {index.getOrDefault(member, -1), length}));
        map.put("destinations", destinations);
        map.put("buckets", runs);
        return map;
    }

    /** What tells one state from another. */
    static Map<String, @Nullable Object> head(RingState<RingMember> state) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("epoch", state.epoch());
        map.put("digest", digest(state));
        map.put("bucket_count", state.bucketCount());
        return map;
    }

    /** A change: which commands it takes, which share of keys moves from whom to whom. */
    static Map<String, @Nullable Object> change(RingChange<RingMember> change) {
        RingState<RingMember> before = change.before();
        RingState<RingMember> after = change.after();
        List<Map<String, @Nullable Object>> destinations = new ArrayList<>();
        List<Map<String, @Nullable Object>> commands = new ArrayList<>();
        change.weights().forEach((member, weight) -> {
            Map<String, @Nullable Object> destination = destination(member);
            destination.put("weight_before", weight.before());
            destination.put("weight_after", weight.after());
            destination.put("share_before", share(weight.before(), before));
            destination.put("share_after", share(weight.after(), after));
            destinations.add(destination);
            if (weight.changed()) {
                Map<String, @Nullable Object> command = new LinkedHashMap<>();
                command.put("command", weight.after() == 0 ? "unbind" : "bind");
                command.putAll(destination(member));
                command.put("weight", weight.after());
                commands.add(command);
            }
        });
        Movement<RingMember> movement = change.movement();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("before", head(before));
        map.put("after", head(after));
        map.put("moved", movement.total());
        map.put("commands", commands);
        map.put("flows", movement.flows().stream().map(RingDocuments::flow).toList());
        map.put("destinations", destinations);
        return map;
    }

    private static Map<String, @Nullable Object> flow(Movement.Flow<RingMember> flow) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        RingMember from = flow.from();
        RingMember to = flow.to();
        map.put("from", from == null ? null : Documents.name(from.destination()));
        map.put("from_type", from == null ? null : Documents.kind(from.destination()));
        map.put("to", to == null ? null : Documents.name(to.destination()));
        map.put("to_type", to == null ? null : Documents.kind(to.destination()));
        map.put("share", flow.share());
        return map;
    }

    /** The fields of a ring file. */
    static Map<String, @Nullable Object> file(RingState<RingMember> state) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("version", FILE_VERSION);
        map.put("algorithm", state.algorithm().toString());
        map.put("epoch", state.epoch());
        map.put("digest", digest(state));
        List<List<Object>> runs = new ArrayList<>();
        state.forEachRun((member, length) -> {
            String name = Documents.name(member.destination());
            runs.add(isQueue(member) ? List.of(name, length) : List.of(name, length, EXCHANGE));
        });
        map.put("buckets", runs);
        return map;
    }

    /** A state as a command can restore it. */
    static Command.RingArray array(RingState<RingMember> state) {
        List<Command.Weight> runs = new ArrayList<>();
        state.forEachRun((member, length) -> runs.add(new Command.Weight(
                DestinationKind.of(member.destination()), Documents.name(member.destination()), length)));
        return new Command.RingArray(state.algorithm(), state.epoch(), runs);
    }

    /**
     * Reads the fields of a ring file.
     *
     * @throws HttpError when they are none
     */
    static Command.RingArray array(Fields fields) {
        fields.require("version", "algorithm", "epoch", "digest", "buckets");
        if (fields.number("version", 0) != FILE_VERSION) {
            throw HttpError.badRequest(
                    "a ring file of version " + fields.number("version", 0) + "; known is " + FILE_VERSION);
        }
        long epoch = fields.number("epoch", 0);
        if (epoch < 0) {
            throw HttpError.badRequest("an epoch cannot be negative: " + epoch);
        }
        HashAlgorithm algorithm;
        try {
            algorithm = HashAlgorithm.named(fields.requiredText("algorithm"));
        } catch (IllegalArgumentException e) {
            throw HttpError.badRequest(String.valueOf(e.getMessage()));
        }
        JsonNode buckets = fields.node().get("buckets");
        if (!buckets.isArray()) {
            throw HttpError.badRequest("buckets must be an array");
        }
        List<Command.Weight> runs = new ArrayList<>();
        List<RingState.Run<String>> names = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            Command.Weight run = run(i, buckets.get(i));
            runs.add(run);
            names.add(new RingState.Run<>(
                    run.kind() == DestinationKind.QUEUE ? run.destination() : '\0' + run.destination(), run.weight()));
        }
        requireDigest(algorithm, epoch, names, fields.requiredText("digest"));
        return new Command.RingArray(algorithm, epoch, runs);
    }

    private static Command.Weight run(int index, JsonNode run) {
        boolean isExchange = run.size() == 3 && EXCHANGE.equals(run.get(2).textValue());
        if (!run.isArray()
                || (run.size() != 2 && !isExchange)
                || !run.get(0).isTextual()
                || !run.get(1).isInt()) {
            throw HttpError.badRequest(
                    "buckets[" + index + "] is not a [\"name\", count], nor a [\"name\", count," + " \"exchange\"]");
        }
        return new Command.Weight(
                isExchange ? DestinationKind.EXCHANGE : DestinationKind.QUEUE,
                run.get(0).textValue(),
                run.get(1).intValue());
    }

    private static void requireDigest(
            HashAlgorithm algorithm, long epoch, List<RingState.Run<String>> names, String digest) {
        String own;
        try {
            own = HexFormat.of()
                    .toHexDigits(RingSnapshot.digest(RingState.of(algorithm, epoch, names), DestinationCodec.TEXT));
        } catch (IllegalArgumentException e) {
            throw HttpError.badRequest(String.valueOf(e.getMessage()));
        }
        if (!own.equals(digest)) {
            throw HttpError.badRequest("digest: \"" + digest + "\", but these buckets have \"" + own + "\"");
        }
    }
}
