package io.jumpmq.config;

/** A configuration file with every setting, explained and commented out. */
public final class SampleFile {
    private static final int WIDTH = 100;

    private SampleFile() {}

    /** The text of the file. */
    public static String text() {
        StringBuilder out = new StringBuilder()
                .append("# Settings of JumpMQ, with what holds when they are not set. The syntax is rabbitmq.conf's.\n")
                .append("# Each can also be set by an environment variable: JUMPMQ_ and the key in capitals, with\n")
                .append("# underscores for dots; or by --set KEY=VALUE on the command line, which comes first.\n");
        for (Option<?> option : Options.ALL) {
            out.append('\n');
            wrap(out, option.meaning());
            out.append("# It must be ").append(option.kind().allowed()).append(".\n");
            out.append("# ")
                    .append(option.key().replace(".*", ".NAME"))
                    .append(" = ")
                    .append(initial(option))
                    .append('\n');
        }
        return out.toString();
    }

    private static <T> String initial(Option<T> option) {
        T initial = option.initial();
        return initial == null ? "" : option.kind().print(initial);
    }

    private static void wrap(StringBuilder out, String text) {
        int column = 1;
        out.append('#');
        for (String word : text.split(" ", -1)) {
            if (column + 1 + word.length() > WIDTH) {
                out.append("\n#");
                column = 1;
            }
            out.append(' ').append(word);
            column += 1 + word.length();
        }
        out.append('\n');
    }
}
