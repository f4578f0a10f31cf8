package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/**
 * The three streams of a command. Text is UTF-8 whatever the locale, so that output is the same everywhere.
 *
 * @param progress whether somebody watches {@code err}: progress goes there then
 * @param interactive whether somebody can answer on {@code in}
 */
public record Console(InputStream in, OutputStream out, PrintWriter err, boolean progress, boolean interactive) {
    /** Set by the launcher, which can ask: Java 17 cannot tell which of its streams is a terminal. */
    private static final String TERMINAL_PROPERTY = "jumpmq.terminal";

    private static final String INTERACTIVE_PROPERTY = "jumpmq.interactive";

    private static final int BUFFER = 1 << 16;

    /** The console of this process. */
    public static Console ofProcess() {
        return new Console(
                System.in,
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER),
                new PrintWriter(new FileOutputStream(FileDescriptor.err), true, UTF_8),
                Boolean.getBoolean(TERMINAL_PROPERTY),
                Boolean.getBoolean(INTERACTIVE_PROPERTY));
    }

    /**
     * Prints text as it is.
     *
     * @throws ClosedOutputException when nobody reads it any more
     */
    public void print(String text) {
        try {
            out.write(text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new ClosedOutputException(e);
        }
    }

    /** Asks a question that is answered by yes or no; whatever is not yes is no. */
    public boolean confirms(String question) {
        flush();
        err.print(question + " [y/N] ");
        err.flush();
        try {
            String answer = new BufferedReader(new InputStreamReader(in, UTF_8)).readLine();
            return answer != null
                    && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Says in one line what is wrong, after all that was printed before. */
    public void complain(String problem) {
        flush();
        err.println("jumpmq: " + problem);
    }

    /** Has everything printed so far reach its reader. */
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new ClosedOutputException(e);
        }
    }

    /** The reader of our output has gone, as {@code head} does: no reason to complain. */
    static final class ClosedOutputException extends UncheckedIOException {
        private static final long serialVersionUID = 1L;

        ClosedOutputException(IOException cause) {
            super(cause);
        }
    }
}
