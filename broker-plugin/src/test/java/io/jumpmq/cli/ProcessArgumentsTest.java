package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessArgumentsTest {
    @Test
    void argumentsAreDecodedAgain() {
        byte[] line = "java\0-jar\0jumpmq.jar\0ring\0ü\0\0→\0".getBytes(UTF_8);
        assertThat(ProcessArguments.utf8(line, "ring", "??", "", "???")).containsExactly("ring", "ü", "", "→");
        assertThat(ProcessArguments.utf8(line)).isEmpty();
    }

    @Test
    void aLineThatIsTooShortIsNotOurs() {
        assertThat(ProcessArguments.utf8("java\0".getBytes(UTF_8), "a", "b")).containsExactly("a", "b");
        assertThat(ProcessArguments.utf8(new byte[0], "a")).containsExactly("a");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        assertThatThrownBy(() -> ProcessArguments.utf8("java\0\u00fc\0".getBytes(ISO_8859_1), "?"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("not UTF-8")
                .hasMessageContaining("--hex");
    }

    /** Runs this project's Main in a process of its own, whose locale knows ASCII only. */
    private static String output(Charset charset, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                // The arguments are octal numbers: this JVM's own locale has no say.
                "java=$1 path=$2; shift 2; n=$#; while [ $n -gt 0 ]; do a=$(printf \"$1\"); shift; set -- \"$@\" \"$a\"; n=$((n-1)); done;"
                        + " exec \"$java\" -XX:TieredStopAtLevel=1 -cp \"$path\" io.jumpmq.app.Main \"$@\" 2>&1",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        Arrays.stream(arguments)
                .map(argument -> octal(argument.getBytes(charset)))
                .forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return process.exitValue() + " " + output;
    }

    private static String octal(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append('\\').append(Integer.toOctalString((b & 0xff) | 0x200).substring(1));
        }
        return text.toString();
    }

    @Test
    void keysAreUtf8WhateverTheLocale() throws Exception {
        String byBytes = CommandLineRun.withInput("ü\n".getBytes(UTF_8), "ring", "locate", "--buckets", "1000")
                .out();
        assertThat(output(UTF_8, "ring", "locate", "--buckets", "1000", "ü")).isEqualTo("0 " + byBytes);
        assertThat(output(ISO_8859_1, "ring", "locate", "--buckets", "1000", "ü"))
                .startsWith("2 jumpmq: the argument '")
                .contains("--hex");
        assertThat(output(ISO_8859_1, "ctl", "purge_queue", "ü")).startsWith("64 jumpmq: the argument '");
    }
}
