package io.jumpmq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A directory of files: a real one, or a test's that loses what was not flushed. */
interface Disk {
    /** The names of the files there are. */
    List<String> list() throws IOException;

    /**
     * Makes a file of zeros, with its space really taken, and makes it durable under its name with {@code head} in it: there
     * is the whole of it or nothing.
     */
    File create(String name, long size, ByteBuffer head) throws IOException;

    /** Opens a file that is there. */
    File open(String name) throws IOException;

    /** Deletes a file if it is there. */
    void delete(String name) throws IOException;

    /** Replaces a small file at once: after a crash there is the old or the new one. */
    void replace(String name, ByteBuffer content) throws IOException;

    /** Bytes that may still be written. */
    long usableBytes() throws IOException;

    /** One file. Reading and flushing may be done by any thread, the rest by one at a time. */
    interface File extends AutoCloseable {
        String name();

        long size() throws IOException;

        /** Reads until the buffer is full or the file ends. */
        void read(ByteBuffer into, long at) throws IOException;

        /** Writes all of the buffer. */
        void write(ByteBuffer from, long at) throws IOException;

        /** Returns when everything written so far is durable. */
        void flush() throws IOException;

        void truncate(long size) throws IOException;

        @Override
        void close() throws IOException;
    }
}
