package io.jumpmq.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The web pages in a real Chromium, each scenario against a broker of its own. In all of them nothing may appear on the
 * browser's console and no request may go to another host. Screenshots are left in {@code target/screenshots}.
 *
 * <p>Needs Node.js, playwright-core and Chromium; where they are missing it is skipped, unless {@code
 * -Dclients.required=true}: then it fails.
 */
class WebUiIT {
    private static final boolean REQUIRED = Boolean.getBoolean("clients.required");
    private static final long PATIENCE_SECONDS = 180;
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path MODULES = Path.of(System.getProperty("clients.node.modules", "target/node_modules"))
            .toAbsolutePath();
    private static final Path PROGRAM = Path.of("src", "test", "resources", "clients", "web-ui.js");
    private static final Path SCREENSHOTS = Path.of("target", "screenshots").toAbsolutePath();

    @TempDir
    private Path folder = Path.of("");

    /** Skips what cannot be run here, or fails if it has to be. */
    @BeforeEach
    void need() throws Exception {
        boolean there = Files.isExecutable(CHROMIUM)
                && Files.isDirectory(MODULES.resolve("playwright-core"))
                && node("--version") == 0;
        if (!there && REQUIRED) {
            fail("install Node.js, " + CHROMIUM + ", and playwright-core into " + MODULES);
        }
        assumeTrue(there, "not installed: Node.js, Chromium or playwright-core");
    }

    /** Runs Node.js to its end: its exit value, or -1 when there is none. */
    private int node(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("node"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output().toFile())
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended ? process.exitValue() : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    private Path output() {
        return folder.resolve("output.txt");
    }

    private void play(String scenario) throws Exception {
        // The program is copied beside the modules, where Node looks for them.
        Path program = MODULES.resolveSibling("web-ui.js");
        Files.writeString(program, Files.readString(PROGRAM));
        try (JumpMq broker = JumpMq.builder().port(-1).management(0).start()) {
            String pages = "http://127.0.0.1:" + broker.managementPort() + "/";
            int exit = node(program.toString(), scenario, pages, SCREENSHOTS.toString());
            String text = Files.readString(output());
            assertThat(exit).as(text).isZero();
            assertThat(text).contains(scenario + " works");
        }
    }

    @Test
    void refusesTheWrongPasswordAndForgetsTheRightOne() throws Exception {
        play("login");
    }

    @Test
    void showsAndChangesARing() throws Exception {
        play("ring");
    }

    @Test
    void keepsWeightsAndWhatTheyMoveInSightTogether() throws Exception {
        play("crowded");
    }

    @Test
    void publishesGetsPurgesAndDeletesAfterAskingForTheName() throws Exception {
        play("messages");
    }

    @Test
    void namesStayText() throws Exception {
        play("hostile");
    }

    @Test
    void administersUsersPoliciesVirtualHostsAndDefinitions() throws Exception {
        play("administration");
    }

    @Test
    void staysQuickWithALargeRing() throws Exception {
        play("large");
    }

    @Test
    void everyPageIsAccessibleInAllSizesAndColours() throws Exception {
        play("everywhere");
    }

    @Test
    void keepsUpToDateWhileItIsLookedAt() throws Exception {
        play("refresh");
    }

    @Test
    void isUsedWithTheKeyboardAlone() throws Exception {
        play("keyboard");
    }
}
