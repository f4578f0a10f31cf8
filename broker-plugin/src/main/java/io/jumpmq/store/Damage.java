package io.jumpmq.store;

import java.io.IOException;

/**
 * Told of what is not as it was written, and why a start cannot go on. A start throws at the first; who inspects a store
 * goes on to see the rest.
 */
@FunctionalInterface
interface Damage {
    /** A start goes no further. */
    Damage REFUSED = (file, offset, what) -> {
        throw new DamagedException(file, offset, what);
    };

    /**
     * Something is wrong.
     *
     * @param file its name, within the data directory
     */
    void found(String file, long offset, String what) throws DamagedException;

    /** The same for files of one directory. */
    default Damage in(String directory) {
        return (file, offset, what) -> found(directory + "/" + file, offset, what);
    }

    /** A step of reading. */
    interface Step {
        void run() throws IOException;
    }

    /** Takes a step; whether nothing was wrong with it. */
    default boolean unless(Step step) throws IOException {
        try {
            step.run();
            return true;
        } catch (DamagedException e) {
            found(e.file(), e.offset(), e.what());
            return false;
        }
    }
}
