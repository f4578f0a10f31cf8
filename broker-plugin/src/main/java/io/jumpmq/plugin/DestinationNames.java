package io.jumpmq.plugin;

/** How destinations are written in a state that is kept: objects do not outlive the process, names do. */
public interface DestinationNames {
    /** A text that stands for this destination, whatever its kind. */
    String write(Destination destination);

    /**
     * The destination that was written so.
     *
     * @throws IllegalArgumentException when nothing can have been written so
     */
    Destination read(String text);
}
