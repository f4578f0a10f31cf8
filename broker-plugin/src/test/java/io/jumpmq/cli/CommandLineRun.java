package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** One command run in this process: what it was given, printed and exited with. */
public record CommandLineRun(int code, String out, String err) {
    public static CommandLineRun of(String... arguments) {
        return withInput(new byte[0], arguments);
    }

    public static CommandLineRun withInput(byte[] input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(new ByteArrayInputStream(input), out, new PrintWriter(err, true), false, false);
        int code = JumpMqCommand.run(console, List.of(), arguments);
        return new CommandLineRun(code, out.toString(UTF_8), err.toString());
    }
}
