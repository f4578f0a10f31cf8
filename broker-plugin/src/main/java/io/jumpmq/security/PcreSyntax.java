package io.jumpmq.security;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads a pattern as PCRE does, which RabbitMQ's users write, and writes it in Java's syntax. What looks alike and means
 * something else there is written otherwise: POSIX classes, {@code &&} and brackets in classes, braces that are no counts,
 * comments, groups' names, escapes. What Java has nothing for is refused, so that no pattern fits other names than it says.
 */
final class PcreSyntax {
    private static final int END = -1;
    private static final int MAX_REPEATS = 65_535;
    private static final Pattern COUNT = Pattern.compile("\\{(\\d{1,9})(,(\\d{0,9}))?\\}");

    private static final Map<String, String> POSIX = Map.ofEntries(
            Map.entry("alnum", "p{Alnum}"),
            Map.entry("alpha", "p{Alpha}"),
            Map.entry("ascii", "p{ASCII}"),
            Map.entry("blank", "p{Blank}"),
            Map.entry("cntrl", "p{Cntrl}"),
            Map.entry("digit", "p{Digit}"),
            Map.entry("graph", "p{Graph}"),
            Map.entry("lower", "p{Lower}"),
            Map.entry("print", "p{Print}"),
            Map.entry("punct", "p{Punct}"),
            Map.entry("space", "s"),
            Map.entry("upper", "p{Upper}"),
            Map.entry("word", "w"),
            Map.entry("xdigit", "p{XDigit}"));

    private final String text;
    private final StringBuilder out = new StringBuilder();
    private final Map<String, Integer> names = new HashMap<>();
    private int at;
    private int groups;

    private PcreSyntax(String text) {
        this.text = text;
    }

    /**
     * The pattern in Java's syntax, to be compiled with {@link Pattern#UNIX_LINES}.
     *
     * @throws PatternSyntaxException when there is no such pattern in PCRE, or none that Java could say
     */
    static String toJava(String text) {
        PcreSyntax reader = new PcreSyntax(text);
        while (reader.at < text.length()) {
            reader.readOne();
        }
        return reader.out.toString();
    }

    private void readOne() {
        int start = at;
        int c = next();
        switch (c) {
            case '\\' -> readEscape();
            case '[' -> readClass();
            case '(' -> readGroup();
            case '{' -> readBrace(start);
            case ']', '}' -> literal(c);
            case '^', '$', '.', '|', ')', '*', '+', '?' -> out.append((char) c);
            default -> literal(c);
        }
    }

    /** A count if it is one, else a brace like any other character. */
    private void readBrace(int start) {
        var count = COUNT.matcher(text).region(start, text.length());
        if (count.lookingAt()) {
            String max = count.group(3);
            if (Integer.parseInt(count.group(1)) > MAX_REPEATS
                    || (max != null && !max.isEmpty() && Integer.parseInt(max) > MAX_REPEATS)) {
                throw wrong("a count above " + MAX_REPEATS, start);
            }
            out.append(count.group());
            at = count.end();
        } else if (text.startsWith("{,", start)) {
            throw wrong("a count without its least number, which versions of RabbitMQ read differently", start);
        } else {
            literal('{');
        }
    }

    // Groups.

    private void readGroup() {
        int start = at - 1;
        if (peek() == '*') {
            throw wrong("verbs such as (*ACCEPT) are not supported", start);
        } else if (peek() != '?') {
            groups++;
            out.append('(');
            return;
        }
        at++;
        if (take("#")) {
            at = end(")", "a comment") + 1;
        } else if (take("P<") || (text.startsWith("<", at) && isWord(at + 1) && take("<"))) {
            open(name(">"), start);
        } else if (take("'")) {
            open(name("'"), start);
        } else if (take("P=")) {
            refer(name(")"), start);
        } else if (take("<=")) {
            out.append("(?<=");
        } else if (take("<!")) {
            out.append("(?<!");
        } else if (take(":") || take("=") || take("!") || take(">")) {
            out.append("(?").append(text.charAt(at - 1));
        } else {
            readFlags(start);
        }
    }

    private void open(String name, int start) {
        groups++;
        if (names.putIfAbsent(name, groups) != null) {
            throw wrong("two groups are called " + name, start);
        }
        out.append("(?<g").append(groups).append('>');
    }

    private void refer(String name, int start) {
        Integer group = names.get(name);
        if (group == null) {
            throw wrong("there is no group called " + name + " before", start);
        }
        out.append("\\k<g").append(group).append('>');
    }

    private void readFlags(int start) {
        int from = at;
        while (at < text.length() && "ims-".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        int end = peek();
        if (at == from || (end != ')' && end != ':')) {
            throw wrong("a group of a kind that is not supported", start);
        }
        out.append("(?").append(text, from, ++at);
    }

    // Escapes.

    private void readEscape() {
        int start = at - 1;
        int c = next();
        switch (c) {
            case END -> throw wrong("a backslash at the end", start);
            case 'Q' -> quoted();
            case 'E' -> {} // The end of nothing.
            case 'b' -> out.append("(?:(?<=\\w)(?!\\w)|(?<!\\w)(?=\\w))");
            case 'B' -> out.append("(?:(?<=\\w)(?=\\w)|(?<!\\w)(?!\\w))");
            case 'A', 'G', 'R', 'X', 'Z', 'z' -> out.append('\\').append((char) c);
            case 'N' -> out.append("[^\\n]");
            case 'k' -> refer(take("<") ? name(">") : take("'") ? name("'") : take("{") ? name("}") : "", start);
            case 'g' -> readReference(start);
            case '1', '2', '3', '4', '5', '6', '7', '8', '9' -> refer(c - '0', start);
            default -> {
                if (!set(c)) {
                    literal(character(c, start));
                }
            }
        }
    }

    private void readReference(int start) {
        String given = take("{") ? name("}") : digits(10, 4);
        if (!given.matches("-?\\d{1,4}")) {
            refer(given, start);
            return;
        }
        int number = Integer.parseInt(given);
        refer(number < 0 ? groups + 1 + number : number, start);
    }

    private void refer(int group, int start) {
        if (group < 1 || group > groups || afterDigits(at) > at) {
            throw wrong("a reference to a group that has not begun before", start);
        }
        // In brackets of its own: what follows may be a digit.
        out.append("(?:\\").append(group).append(')');
    }

    private int afterDigits(int from) {
        int end = from;
        while (end < text.length() && Character.digit(text.charAt(end), 10) >= 0) {
            end++;
        }
        return end;
    }

    private void quoted() {
        int end = text.indexOf("\\E", at);
        String literals = text.substring(at, end < 0 ? text.length() : end);
        literals.codePoints().forEach(this::literal);
        at = end < 0 ? text.length() : end + 2;
    }

    /** An escape for many characters, inside a class or outside. */
    private boolean set(int c) {
        switch (c) {
            case 'd', 'D', 'h', 'H', 's', 'S', 'v', 'V', 'w', 'W' -> {
                out.append('\\').append((char) c);
                return true;
            }
            case 'p', 'P' -> {
                int start = at - 2;
                String property = take("{") ? name("}") : at < text.length() ? text.substring(at, ++at) : "";
                if (!property.matches("\\^?[CLMNPSZ][a-z]?")) {
                    throw wrong("only general categories such as \\p{Lu} are supported", start);
                }
                boolean negated = (c == 'P') != property.startsWith("^");
                out.append(negated ? "\\P{" : "\\p{")
                        .append(property.replace("^", ""))
                        .append('}');
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    /** The one character that an escape stands for. */
    private int character(int c, int start) {
        return switch (c) {
            case 'a' -> 7;
            case 'e' -> 27;
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'c' -> control(start);
            case 'x' -> number(take("{") ? name("}") : "0" + digits(16, 2), 16, start);
            case 'o' -> {
                if (!take("{")) {
                    throw wrong("\\o needs digits in braces", start);
                }
                yield number(name("}"), 8, start);
            }
            case '0' -> number("0" + digits(8, 2), 8, start);
            default -> {
                if (c < 128 && Character.isLetterOrDigit(c)) {
                    throw wrong("\\" + (char) c + " is not supported", start);
                }
                yield c;
            }
        };
    }

    private int control(int start) {
        int c = next();
        if (c < ' ' || c > '~') {
            throw wrong("\\c needs a character", start);
        }
        return Character.toUpperCase(c) ^ 64;
    }

    private String digits(int radix, int max) {
        int from = at;
        while (at < text.length() && at - from < max && Character.digit(text.charAt(at), radix) >= 0) {
            at++;
        }
        return text.substring(from, at);
    }

    private int number(String digits, int radix, int start) {
        try {
            int number = Integer.parseInt(digits, radix);
            if (Character.isValidCodePoint(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw wrong("'" + digits + "' is no character's number", start);
    }

    // Classes.

    private void readClass() {
        int start = at - 1;
        out.append(take("^") ? "[^" : "[");
        for (boolean first = true; first || peek() != ']'; first = false) {
            int low = readMember(start);
            if (low != END && peek() == '-' && at + 1 < text.length() && text.charAt(at + 1) != ']') {
                readRange(low, start);
            } else if (low != END) {
                literal(low);
            }
        }
        at++;
        out.append(']');
    }

    private void readRange(int low, int start) {
        int range = at++;
        literal(low);
        int before = out.length();
        int high = readMember(start);
        if (high == END) { // A set: the hyphen is one.
            out.insert(before, "\\x{2d}");
        } else if (high < low) {
            throw wrong("a range whose end comes before its beginning", range);
        } else {
            out.append('-');
            literal(high);
        }
    }

    /** A character of a class; {@link #END}: it was a set, and is written. */
    private int readMember(int start) {
        int c = next();
        if (c == END) {
            throw wrong("a class that is not closed", start);
        } else if (c == '[' && (peek() == ':' || peek() == '.' || peek() == '=') && isPosix()) {
            readPosix();
            return END;
        } else if (c != '\\') {
            return c;
        }
        int escape = at - 1;
        int escaped = next();
        if (escaped == 'b') {
            return 8;
        } else if (escaped == 'Q') {
            throw wrong("\\Q in a class is not supported", escape);
        } else if (escaped >= '1' && escaped <= '7') {
            at--;
            return number(digits(8, 3), 8, escape);
        } else if (escaped == END) {
            throw wrong("a backslash at the end", escape);
        }
        return set(escaped) ? END : character(escaped, escape);
    }

    /** Whether what begins here ends as it begins, before the class does. */
    private boolean isPosix() {
        int end = text.indexOf(text.charAt(at) + "]", at + 1);
        return end > 0 && text.substring(at + 1, end).matches("\\^?[a-z]*");
    }

    private void readPosix() {
        int start = at - 1;
        int kind = next();
        boolean negated = take("^");
        String set = POSIX.get(name(Character.toString(kind)));
        if (kind != ':' || set == null) {
            throw wrong("there is no such POSIX class", start);
        }
        at++;
        out.append('\\')
                .append(negated ? Character.toUpperCase(set.charAt(0)) : set.charAt(0))
                .append(set, 1, set.length());
    }

    // Characters.

    private void literal(int c) {
        if (c < 128 && Character.isLetterOrDigit(c)) {
            out.append((char) c);
        } else {
            out.append("\\x{").append(Integer.toHexString(c)).append('}');
        }
    }

    private int next() {
        if (at == text.length()) {
            return END;
        }
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private boolean isWord(int index) {
        return index < text.length() && (Character.isLetter(text.charAt(index)) || text.charAt(index) == '_');
    }

    private boolean take(String expected) {
        if (text.startsWith(expected, at)) {
            at += expected.length();
            return true;
        }
        return false;
    }

    /** What comes before an end, which is passed, too. */
    private String name(String end) {
        int found = end(end, "a name");
        String name = text.substring(at, found);
        at = found + end.length();
        return name;
    }

    private int end(String end, String what) {
        int found = text.indexOf(end, at);
        if (found < 0) {
            throw wrong(what + " without its end", at);
        }
        return found;
    }

    private PatternSyntaxException wrong(String why, int index) {
        return new PatternSyntaxException(why, NamePattern.shortened(text), index);
    }
}
