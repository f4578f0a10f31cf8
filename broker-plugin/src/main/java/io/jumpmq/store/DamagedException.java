package io.jumpmq.store;

import java.io.IOException;

/** A file that was written and flushed is not as it was. Says where, and what can be done. */
public final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final String what;

    DamagedException(String file, long offset, String what) {
        super(file + " is damaged at offset " + offset + ": " + what
                + ". Nothing was changed. 'jumpmq store check' tells more; 'jumpmq store repair' gives up what cannot be"
                + " read.");
        this.file = file;
        this.offset = offset;
        this.what = what;
    }

    /** The file's name, within the data directory. */
    public String file() {
        return file;
    }

    /** Where in the file. */
    public long offset() {
        return offset;
    }

    /** What is wrong there. */
    public String what() {
        return what;
    }
}
