package io.jumpmq.broker.loop;

/** A message between loops that takes memory worth counting. */
public interface Sized {
    /** About how many bytes of memory it holds. */
    int footprint();
}
