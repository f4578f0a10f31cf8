package io.jumpmq.security;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression, as PCRE reads it, over the names of exchanges, queues and the like, as permissions, policies and lists
 * have them. It fits when it is found anywhere in the name. Equal are those of the same text.
 */
public final class NamePattern {
    /** Names have 255 bytes; compiling a long literal takes the JDK quadratic time. */
    static final int MAX_CHARACTERS = 4_096;

    /** Characters looked at for one name, again and again. It bounds patterns such as {@code (a+)+b}; some milliseconds. */
    private static final int MAX_STEPS = 1_000_000;

    private static final int SHOWN = 40;

    private final String text;
    private final Pattern pattern;

    private NamePattern(String text, Pattern pattern) {
        this.text = text;
        this.pattern = pattern;
    }

    /**
     * Compiles a pattern.
     *
     * @throws PatternSyntaxException when it is no regular expression, or has more than {@value #MAX_CHARACTERS} characters
     */
    public static NamePattern of(String text) {
        return of(text, 0);
    }

    /**
     * Compiles a pattern to which upper and lower case are the same.
     *
     * @throws PatternSyntaxException as {@link #of} does
     */
    public static NamePattern ofAnyCase(String text) {
        return of(text, Pattern.CASE_INSENSITIVE);
    }

    private static NamePattern of(String text, int flags) {
        if (text.length() > MAX_CHARACTERS) {
            throw new PatternSyntaxException(
                    "more than " + MAX_CHARACTERS + " characters", shortened(text), MAX_CHARACTERS);
        }
        String java = PcreSyntax.toJava(text);
        try {
            return new NamePattern(text, Pattern.compile(java, flags | Pattern.UNIX_LINES));
        } catch (PatternSyntaxException e) {
            throw new PatternSyntaxException(e.getDescription(), text, Math.min(e.getIndex(), text.length()));
        }
    }

    static String shortened(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }

    /** The pattern as it was given. */
    public String text() {
        return text;
    }

    /** To tell whether a name fits would take too long. */
    public static final class TooCostlyException extends Exception {
        private static final long serialVersionUID = 1L;

        TooCostlyException(NamePattern pattern) {
            super("the pattern \"" + shortened(pattern.text()) + "\" takes too long");
        }
    }

    /**
     * Whether a name fits.
     *
     * @throws TooCostlyException when that has no answer within a million steps
     */
    public boolean search(String name) throws TooCostlyException {
        try {
            return pattern.matcher(new Steps(name)).find();
        } catch (NoMoreStepsException | StackOverflowError e) {
            throw new TooCostlyException(this);
        }
    }

    /** Whether a name fits; not if that takes too long to find out, as with RabbitMQ's limit for a match. */
    public boolean fits(String name) {
        try {
            return search(name);
        } catch (TooCostlyException e) {
            return false;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NamePattern that
                && text().equals(that.text())
                && pattern.flags() == that.pattern.flags();
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }

    private static final class NoMoreStepsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoMoreStepsException() {
            super("", null, false, false);
        }
    }

    /** A text that can be looked at only so often. */
    private static final class Steps implements CharSequence {
        private final String text;
        private int left = MAX_STEPS;

        Steps(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new NoMoreStepsException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
