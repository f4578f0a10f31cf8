package io.jumpmq.management;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Metrics in Prometheus' text format 0.0.4, read line by line; what is no such line is an error. */
record Scrape(List<Sample> samples, Map<String, String> types) {
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? ([-+0-9.eEInfNa]+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    record Sample(String name, Map<String, String> labels, double value) {}

    static Scrape of(int port, String path) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError(path + ": " + response.statusCode());
        }
        return parse(response.body());
    }

    static Scrape parse(String text) {
        List<Sample> samples = new ArrayList<>();
        Map<String, String> types = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                if (types.put(words[2], words[3]) != null) {
                    throw new AssertionError("two families called " + words[2]);
                }
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                Matcher matcher = SAMPLE.matcher(line);
                if (!matcher.matches()) {
                    throw new AssertionError("no sample: " + line);
                }
                samples.add(new Sample(
                        matcher.group(1),
                        labels(matcher.group(2) == null ? "" : matcher.group(2), line),
                        Double.parseDouble(matcher.group(3).replace("+Inf", "Infinity"))));
            }
        }
        return new Scrape(samples, types);
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new HashMap<>();
        Matcher matcher = LABEL.matcher(text);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            labels.put(matcher.group(1), matcher.group(2));
            end = matcher.end();
        }
        if (end != text.length()) {
            throw new AssertionError("no labels: " + line);
        }
        return labels;
    }

    Set<String> names() {
        Set<String> names = new HashSet<>();
        samples.forEach(sample -> names.add(sample.name));
        return names;
    }

    List<Sample> of(String name) {
        return samples.stream().filter(sample -> sample.name.equals(name)).toList();
    }

    /** The one value of this name with these labels, among others. */
    double value(String name, Map<String, String> labels) {
        List<Sample> found = of(name).stream()
                .filter(sample -> sample.labels.entrySet().containsAll(labels.entrySet()))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(name + labels + ": " + found);
        }
        return found.get(0).value;
    }
}
