package io.jumpmq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.ring.Movement;
import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingCommand;
import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rings and their changes, as text for people and as values for JSON. */
final class RingReport {
    private static final int BAR_WIDTH = 30;
    private static final int WIDEST_MATRIX = 8;
    private static final int MAX_FLOWS = 20;
    private static final int LONGEST_NAME = 40;
    private static final String NOBODY = "(nobody)";

    private RingReport() {}

    static String show(String title, RingState<String> state) {
        StringBuilder text = new StringBuilder(head(title, state));
        Map<String, Integer> weights = state.weights();
        int width = nameWidth(weights.keySet());
        int max = weights.values().stream().mapToInt(Integer::intValue).max().orElse(1);
        if (!weights.isEmpty()) {
            text.append(String.format(Locale.ROOT, "%n%s  weight    share%n", padded("destination", width)));
        }
        weights.forEach((name, weight) -> text.append(padded(name, width))
                .append(String.format(
                        Locale.ROOT, "  %6d  %6s  ", weight, percent((double) weight / state.bucketCount())))
                .append(bar((double) weight / max))
                .append('\n'));
        return text.toString();
    }

    /** What the broker has seen: the answer of its uniformity resource. */
    static String observed(JsonNode uniformity) {
        StringBuilder text = new StringBuilder();
        List<String> names = new ArrayList<>();
        for (JsonNode destination : uniformity.path("destinations")) {
            names.add(shownDestination(destination));
        }
        int width = nameWidth(names);
        text.append(String.format(
                Locale.ROOT,
                "%n%s  expected  messages since epoch  keys in the sample%n",
                padded("destination", width)));
        int row = 0;
        for (JsonNode destination : uniformity.path("destinations")) {
            text.append(padded(names.get(row++), width))
                    .append(String.format(
                            Locale.ROOT,
                            "  %8s  %11d  %7s  %8d  %8s%n",
                            percent(destination.path("share").asDouble()),
                            destination.path("routed").asLong(),
                            optionalPercent(destination.path("routed_share")),
                            destination.path("sampled_keys").asLong(),
                            optionalPercent(destination.path("sampled_share"))));
        }
        text.append(String.format(
                Locale.ROOT,
                "%nkeys          about %,d different ones, %,d of them sampled%n",
                uniformity.path("distinct_keys").asLong(),
                uniformity.path("sampled_keys").asLong()));
        if (uniformity.path("p_value").isNumber()) {
            text.append(String.format(
                    Locale.ROOT,
                    "chi-squared   %.2f on %d degrees of freedom, p = %.4f, max/mean %.3f%n",
                    uniformity.path("chi_squared").asDouble(),
                    uniformity.path("degrees_of_freedom").asInt(),
                    uniformity.path("p_value").asDouble(),
                    uniformity.path("max_to_mean").asDouble()));
        }
        text.append("verdict       ")
                .append(uniformity.path("verdict").asText())
                .append('\n');
        for (JsonNode hot : uniformity.path("hot_keys")) {
            text.append(String.format(
                    Locale.ROOT,
                    "hot key       %s: %s of all messages, to %s%n",
                    shortened(printable(hot.path("key").asText())),
                    percent(hot.path("share").asDouble()),
                    shownDestination(hot)));
        }
        return text.toString();
    }

    private static String shownDestination(JsonNode destination) {
        return RingFile.shown(RingFile.name(
                destination.path("destination").asText(),
                destination.path("destination_type").asText().equals("exchange")));
    }

    private static String optionalPercent(JsonNode share) {
        return share.isNumber() ? percent(share.asDouble()) : "-";
    }

    /** No control characters, which a terminal would obey. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "\uFFFD");
    }

    static String plan(String title, RingPlan<String> plan, Format format) {
        return format == Format.json ? Json.pretty(json(plan.change(), plan.commands())) : plan(title, plan);
    }

    static String plan(String title, RingPlan<String> plan) {
        RingState<String> before = plan.change().before();
        RingState<String> after = plan.change().after();
        StringBuilder text = new StringBuilder(head(title, before));
        if (plan.commands().isEmpty()) {
            return text.append("\nNothing to do: the ring has these weights already.\n")
                    .toString();
        }
        text.append("\nCommands\n");
        plan.commands()
                .forEach(command -> text.append("  ").append(line(command)).append('\n'));
        return text.append('\n')
                .append(comparison(before, after))
                .append(movement(plan.change()))
                .toString();
    }

    static String difference(RingChange<String> change) {
        RingState<String> before = change.before();
        RingState<String> after = change.after();
        if (RingFile.digest(before).equals(RingFile.digest(after))) {
            return "Both rings route every key alike (digest " + RingFile.digest(before) + ").\n";
        }
        return comparison(before, after) + movement(change);
    }

    static Map<String, Object> json(RingState<String> state) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("algorithm", state.algorithm().toString());
        json.put("epoch", state.epoch());
        json.put("digest", RingFile.digest(state));
        json.put("buckets", state.bucketCount());
        Map<String, Object> destinations = new LinkedHashMap<>();
        state.weights()
                .forEach((name, weight) -> destinations.put(
                        RingFile.shown(name),
                        Map.of("weight", weight, "share", (double) weight / state.bucketCount())));
        json.put("destinations", destinations);
        return json;
    }

    static Map<String, Object> json(RingChange<String> change, @Nullable List<RingCommand<String>> commands) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("before", json(change.before()));
        json.put("after", json(change.after()));
        if (commands != null) {
            json.put("commands", commands.stream().map(RingReport::json).toList());
        }
        Movement<String> movement = change.movement();
        json.put("moved", movement.total());
        json.put("flows", movement.flows().stream().map(RingReport::json).toList());
        return json;
    }

    private static Map<String, Object> json(RingCommand<String> command) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("command", command instanceof RingCommand.Bind ? "bind" : "remove");
        json.put("destination", RingFile.shown(command.destination()));
        if (command instanceof RingCommand.Bind<String> bind) {
            json.put("weight", bind.weight());
        }
        return json;
    }

    private static Map<String, Object> json(Movement.Flow<String> flow) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("from", shown(flow.from()));
        json.put("to", shown(flow.to()));
        json.put("share", flow.share());
        return json;
    }

    private static String line(RingCommand<String> command) {
        return command instanceof RingCommand.Bind<String> bind
                ? "bind " + RingFile.shown(bind.destination()) + " with weight " + bind.weight()
                : "remove " + RingFile.shown(command.destination());
    }

    private static String head(String title, RingState<String> state) {
        return String.format(
                Locale.ROOT,
                "%s: %,d buckets, %s, epoch %d, digest %s%n",
                title,
                state.bucketCount(),
                state.algorithm(),
                state.epoch(),
                RingFile.digest(state));
    }

    private static String comparison(RingState<String> before, RingState<String> after) {
        Map<String, Integer> was = before.weights();
        Map<String, Integer> is = after.weights();
        Set<String> names = new LinkedHashSet<>(was.keySet());
        names.addAll(is.keySet());
        int width = nameWidth(names);
        double max = 0;
        for (String name : names) {
            max = Math.max(max, Math.max(share(was, name, before), share(is, name, after)));
        }
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%s  weight           share%n", padded("destination", width)));
        for (String name : names) {
            double then = share(is, name, after);
            text.append(padded(name, width))
                    .append(String.format(
                            Locale.ROOT,
                            "  %5d → %-5d  %6s → %-6s  %s%n",
                            was.getOrDefault(name, 0),
                            is.getOrDefault(name, 0),
                            percent(share(was, name, before)),
                            percent(then),
                            bar(then / max)));
        }
        return text.toString();
    }

    private static String movement(RingChange<String> change) {
        Movement<String> movement = change.movement();
        StringBuilder text = new StringBuilder("\n" + percent(movement.total()) + " of all keys move\n");
        List<Movement.Flow<String>> flows = movement.flows();
        if (flows.isEmpty()) {
            return text.toString();
        }
        Set<String> order = new LinkedHashSet<>(change.before().weights().keySet());
        order.addAll(change.after().weights().keySet());
        Set<String> from =
                ordered(order, flows.stream().map(flow -> name(flow.from())).toList());
        Set<String> to =
                ordered(order, flows.stream().map(flow -> name(flow.to())).toList());
        return text.append(to.size() <= WIDEST_MATRIX ? matrix(flows, from, to) : list(flows))
                .toString();
    }

    private static Set<String> ordered(Set<String> order, List<String> names) {
        Set<String> ordered = new LinkedHashSet<>(order);
        ordered.retainAll(new HashSet<>(names));
        ordered.addAll(names); // Nobody, who is in no ring.
        return ordered;
    }

    private static String matrix(List<Movement.Flow<String>> flows, Set<String> from, Set<String> to) {
        Map<List<String>, Double> shares = new LinkedHashMap<>();
        flows.forEach(flow -> shares.put(List.of(name(flow.from()), name(flow.to())), flow.share()));
        int width = Math.max(nameWidth(from), "from \\ to".length());
        StringBuilder text = new StringBuilder(padded("from \\ to", width));
        List<Integer> widths = new ArrayList<>();
        for (String target : to) {
            int columnWidth = Math.max(7, Math.min(target.length(), LONGEST_NAME));
            widths.add(columnWidth);
            text.append("  ")
                    .append(" ".repeat(columnWidth - Math.min(target.length(), LONGEST_NAME)))
                    .append(shortened(target));
        }
        text.append('\n');
        for (String source : from) {
            text.append(padded(source, width));
            int column = 0;
            for (String target : to) {
                Double share = shares.get(List.of(source, target));
                String cell = share == null ? "·" : percent(share);
                text.append("  ")
                        .append(" ".repeat(widths.get(column++) - cell.length()))
                        .append(cell);
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String list(List<Movement.Flow<String>> flows) {
        StringBuilder text = new StringBuilder();
        double max = flows.get(0).share();
        List<Movement.Flow<String>> shown = flows.subList(0, Math.min(flows.size(), MAX_FLOWS));
        Set<String> sources = new LinkedHashSet<>();
        Set<String> targets = new LinkedHashSet<>();
        shown.forEach(flow -> {
            sources.add(name(flow.from()));
            targets.add(name(flow.to()));
        });
        for (Movement.Flow<String> flow : shown) {
            text.append(padded(name(flow.from()), nameWidth(sources)))
                    .append(" → ")
                    .append(padded(name(flow.to()), nameWidth(targets)))
                    .append(String.format(Locale.ROOT, "  %7s  %s%n", percent(flow.share()), bar(flow.share() / max)));
        }
        if (flows.size() > shown.size()) {
            text.append("and ")
                    .append(flows.size() - shown.size())
                    .append(" smaller flows (--format json has them all)\n");
        }
        return text.toString();
    }

    private static double share(Map<String, Integer> weights, String name, RingState<String> state) {
        return state.bucketCount() == 0 ? 0 : (double) weights.getOrDefault(name, 0) / state.bucketCount();
    }

    static String percent(double share) {
        return share > 0 && share < 0.0005
                ? String.format(Locale.ROOT, "%.4f%%", 100 * share)
                : String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    /** A bar of up to {@link #BAR_WIDTH} cells, in eighths. */
    static String bar(double part) {
        int eighths = (int) Math.round(Math.max(0, Math.min(1, part)) * BAR_WIDTH * 8);
        String rest = eighths % 8 == 0 ? "" : String.valueOf((char) ('█' + 8 - eighths % 8));
        return "█".repeat(eighths / 8) + rest;
    }

    static int nameWidth(Iterable<String> names) {
        int width = "destination".length();
        for (String name : names) {
            width = Math.max(width, Math.min(RingFile.shown(name).length(), LONGEST_NAME));
        }
        return width;
    }

    static String padded(String name, int width) {
        String shown = shortened(RingFile.shown(name));
        return shown + " ".repeat(Math.max(0, width - shown.length()));
    }

    /** Control characters would let a queue's name write to the terminal. */
    private static String shortened(String name) {
        String safe = name.replaceAll("\\p{Cntrl}", "�");
        return safe.length() <= LONGEST_NAME ? safe : safe.substring(0, LONGEST_NAME - 1) + "…";
    }

    private static @Nullable String shown(@Nullable String destination) {
        return destination == null ? null : RingFile.shown(destination);
    }

    private static String name(@Nullable String destination) {
        return destination == null ? NOBODY : destination;
    }
}
