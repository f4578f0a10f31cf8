package io.jumpmq.management;

import java.util.List;
import java.util.function.Supplier;

/**
 * What operators may read of a node that is no number.
 *
 * @param settings all, whether somebody has set them or not; without secrets
 * @param log the last lines of its log, the oldest first; as many as its owner keeps
 */
public record NodeNotes(List<Setting> settings, Supplier<List<String>> log) {
    /** Of a node whose settings and log are its application's. */
    public static final NodeNotes NONE = new NodeNotes(List.of(), List::of);

    /**
     * A setting in effect.
     *
     * @param value empty: nothing holds
     * @param isSet whether somebody has set it
     */
    public record Setting(String key, String value, boolean isSet) {}
}
