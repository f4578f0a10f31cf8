package io.jumpmq.management;

import io.jumpmq.security.NamePattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Lists as RabbitMQ gives them: {@code page}, {@code page_size}, {@code name} with {@code use_regex}, {@code sort} with
 * {@code sort_reverse}, {@code columns}. Only what is on the page is made into a document, unless the order depends on
 * what is in the others.
 */
final class Listing {
    private static final int DEFAULT_PAGE_SIZE = 100;
    private static final int LARGEST_PAGE = 500;

    private Listing() {}

    /**
     * The list that a call asks for.
     *
     * @param name what {@code name} filters by, and the order without {@code sort}
     */
    static <T> Answer of(
            Call call, List<T> all, Function<T, String> name, Function<T, Map<String, @Nullable Object>> document) {
        return of(call, all, Comparator.comparing(name), name, document);
    }

    /**
     * The list that a call asks for.
     *
     * @param order without {@code sort}
     * @param name what {@code name} filters by
     */
    static <T> Answer of(
            Call call,
            List<T> all,
            Comparator<T> order,
            Function<T, String> name,
            Function<T, Map<String, @Nullable Object>> document) {
        return together(
                call, all, order, name, items -> items.stream().map(document).toList());
    }

    /**
     * As {@link #of(Call, List, Function, Function)}, of what has several names.
     *
     * @param names one of them has to fit {@code name}
     */
    static <T> Answer found(
            Call call,
            List<T> all,
            Function<T, String> name,
            Function<T, List<String>> names,
            Function<T, Map<String, @Nullable Object>> document) {
        return together(
                call,
                all,
                Comparator.comparing(name),
                name,
                names,
                items -> items.stream().map(document).toList());
    }

    /** As {@link #of(Call, List, Comparator, Function, Function)}, of documents that are better made together. */
    static <T> Answer together(
            Call call,
            List<T> all,
            Comparator<T> order,
            Function<T, String> name,
            Function<List<T>, List<Map<String, @Nullable Object>>> documents) {
        return together(call, all, order, name, item -> List.of(name.apply(item)), documents);
    }

    private static <T> Answer together(
            Call call,
            List<T> all,
            Comparator<T> order,
            Function<T, String> name,
            Function<T, List<String>> names,
            Function<List<T>, List<Map<String, @Nullable Object>>> documents) {
        Paging paging = paging(call);
        List<T> filtered = new ArrayList<>();
        Predicate<String> filter = filter(call);
        for (T item : all) {
            if (names.apply(item).stream().anyMatch(filter)) {
                filtered.add(item);
            }
        }
        String sort = call.query("sort");
        boolean reverse = "true".equals(call.query("sort_reverse"));
        if (sort == null || sort.isEmpty() || sort.equals("name")) {
            filtered.sort("name".equals(sort) ? Comparator.comparing(name) : order);
            if (reverse) {
                Collections.reverse(filtered);
            }
            List<Map<String, @Nullable Object>> items = documents.apply(paging.of(filtered));
            return paging.answer(columns(call, items), filtered.size(), all.size());
        }
        List<Map<String, @Nullable Object>> sorted = new ArrayList<>(documents.apply(filtered));
        sorted.sort(Comparator.comparing(item -> at(item, sort), Listing::compare));
        if (reverse) {
            Collections.reverse(sorted);
        }
        return paging.answer(columns(call, paging.of(sorted)), filtered.size(), all.size());
    }

    /** A document cut to the columns that a call asks for. */
    static Answer of(Call call, Map<String, @Nullable Object> document) {
        return Answer.of(columns(call, List.of(document)).get(0));
    }

    private static Predicate<String> filter(Call call) {
        String name = call.query("name");
        if (name == null || name.isEmpty()) {
            return any -> true;
        }
        if ("true".equals(call.query("use_regex"))) {
            try {
                NamePattern pattern = NamePattern.ofAnyCase(name);
                return text -> {
                    try {
                        return pattern.search(text);
                    } catch (NamePattern.TooCostlyException e) {
                        throw HttpError.badRequest(String.valueOf(e.getMessage()));
                    }
                };
            } catch (PatternSyntaxException e) {
                throw HttpError.badRequest("name is no regular expression: " + e.getDescription());
            }
        }
        String part = name.toLowerCase(Locale.ROOT);
        return text -> text.toLowerCase(Locale.ROOT).contains(part);
    }

    /** A field, or one within another: {@code message_stats.publish_details.rate}. */
    private static @Nullable Object at(Map<?, ?> document, String path) {
        Object value = document;
        for (String step : path.split("\\.", -1)) {
            value = value instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return value;
    }

    /** What is not there comes first; numbers by size, all else by its text. */
    private static int compare(@Nullable Object a, @Nullable Object b) {
        if (a == null || b == null) {
            return a == null ? (b == null ? 0 : -1) : 1;
        }
        return a instanceof Number one && b instanceof Number other
                ? Double.compare(one.doubleValue(), other.doubleValue())
                : a.toString().compareTo(b.toString());
    }

    private static List<Map<String, @Nullable Object>> columns(Call call, List<Map<String, @Nullable Object>> items) {
        String columns = call.query("columns");
        if (columns == null || columns.isEmpty()) {
            return items;
        }
        List<String> wanted = Arrays.asList(columns.split(",", -1));
        return items.stream().map(item -> only(item, wanted)).toList();
    }

    private static Map<String, @Nullable Object> only(Map<String, @Nullable Object> item, List<String> wanted) {
        Map<String, @Nullable Object> some = new LinkedHashMap<>();
        for (String path : wanted) {
            String[] steps = path.split("\\.", -1);
            if (at(item, path) == null && !item.containsKey(path)) {
                continue;
            }
            Map<String, @Nullable Object> into = some;
            for (int i = 0; i < steps.length - 1; i++) {
                into = inner(into, steps[i]);
            }
            into.put(steps[steps.length - 1], at(item, path));
        }
        return some;
    }

    @SuppressWarnings("unchecked") // Only maps of this kind are ever put there.
    private static Map<String, @Nullable Object> inner(Map<String, @Nullable Object> into, String name) {
        return (Map<String, @Nullable Object>)
                into.compute(name, (unused, there) -> there instanceof Map ? there : new LinkedHashMap<>());
    }

    private static Paging paging(Call call) {
        if (call.query("page") == null && call.query("page_size") == null) {
            return new Paging(0, 0);
        }
        try {
            String page = call.query("page");
            String size = call.query("page_size");
            Paging paging = new Paging(
                    page == null ? 1 : Integer.parseInt(page),
                    size == null ? DEFAULT_PAGE_SIZE : Integer.parseInt(size));
            if (paging.page >= 1 && paging.size >= 1 && paging.size <= LARGEST_PAGE) {
                return paging;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw HttpError.badRequest("Pagination parameters are invalid");
    }

    /**
     * Which part is wanted.
     *
     * @param page from 1 on; 0: all, as a plain array
     */
    private record Paging(int page, int size) {
        <T> List<T> of(List<T> all) {
            if (page == 0) {
                return all;
            }
            int pages = Math.max(1, (all.size() + size - 1) / size);
            if (page > pages) {
                throw new HttpError(
                        400,
                        "page_out_of_range",
                        "Page out of range, page: " + page + " page size: " + size + ", len: " + all.size());
            }
            return all.subList((page - 1) * size, Math.min(all.size(), page * size));
        }

        Answer answer(List<Map<String, @Nullable Object>> items, int filtered, int total) {
            if (page == 0) {
                return Answer.of(items);
            }
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("filtered_count", filtered);
            document.put("item_count", items.size());
            document.put("items", items);
            document.put("page", page);
            document.put("page_count", (filtered + size - 1) / size);
            document.put("page_size", size);
            document.put("total_count", total);
            return Answer.of(document);
        }
    }
}
