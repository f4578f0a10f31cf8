package io.jumpmq.cli.ctl;

import java.util.List;

/**
 * One verb.
 *
 * @param usage its arguments, in words
 * @param min how many arguments it takes at least
 * @param max how many at most
 */
record Verb(String usage, int min, int max, Action action) {
    /** What a verb does. */
    interface Action {
        void run(CtlCommand ctl, List<String> arguments) throws InterruptedException;
    }

    void requireArguments(List<String> arguments) {
        if (arguments.size() < min) {
            throw CtlException.usage("not enough arguments. Usage: " + usage);
        } else if (arguments.size() > max) {
            throw CtlException.usage("too many arguments. Usage: " + usage);
        }
    }
}
