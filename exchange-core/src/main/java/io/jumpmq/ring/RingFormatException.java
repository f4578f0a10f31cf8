package io.jumpmq.ring;

/** Bytes that are not a ring's snapshot. */
public final class RingFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    RingFormatException(int offset, String problem) {
        super("not a ring snapshot: " + problem + " at offset " + offset);
        this.offset = offset;
    }

    /** Where in the bytes the trouble is, from 0 on. */
    public int offset() {
        return offset;
    }
}
