package io.jumpmq.security;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Patterns over the names of exchanges, queues and the like, as permissions and policies have them. */
public final class NamePattern {
    /** Names have 255 bytes; compiling a long literal takes the JDK quadratic time. */
    static final int MOST_CHARACTERS = 4_096;

    private static final int SHOWN = 40;

    private NamePattern() {}

    /**
     * Compiles a pattern.
     *
     * @throws PatternSyntaxException when it is no regular expression, or has more than {@value #MOST_CHARACTERS} characters
     */
    public static Pattern of(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new PatternSyntaxException(
                    "more than " + MOST_CHARACTERS + " characters", text.substring(0, SHOWN) + "…", MOST_CHARACTERS);
        }
        return Pattern.compile(text);
    }
}
