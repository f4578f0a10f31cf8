package io.jumpmq.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.management.NodeNotes;
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
        try (JumpMq broker = JumpMq.builder().port(-1).management(0).start()) {
            play(scenario, broker);
        }
    }

    private void play(String scenario, JumpMq broker) throws Exception {
        // The program is copied beside the modules, where Node looks for them.
        Path program = MODULES.resolveSibling("web-ui.js");
        Files.writeString(program, Files.readString(PROGRAM));
        String pages = "http://127.0.0.1:" + broker.managementPort() + "/";
        int exit = node(program.toString(), scenario, pages, SCREENSHOTS.toString());
        String text = Files.readString(output());
        assertThat(exit).as(text).isZero();
        assertThat(text).contains(scenario + " works");
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
    void publishesGetsMovesPurgesAndDeletesAfterAskingForTheName() throws Exception {
        play("messages");
    }

    @Test
    void tellsWhatClientsCallThemselves() throws Exception {
        try (JumpMq broker =
                JumpMq.builder().host("127.0.0.1").port(0).management(0).start()) {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(broker.uri());
            try (Connection orders = factory.newConnection("order-service");
                    Connection billing = factory.newConnection("billing")) {
                for (Connection connection : List.of(orders, billing)) {
                    Channel channel = connection.createChannel();
                    channel.queueDeclare("shared", true, false, false, null);
                    channel.basicConsume("shared", true, (tag, delivery) -> {}, tag -> {});
                }
                play("clients", broker);
            }
        }
    }

    @Test
    void tellsAlarmsOnEveryPageAndWhatANodeTakes() throws Exception {
        NodeNotes notes = new NodeNotes(
                List.of(
                        new NodeNotes.Setting("default_pass", "(hidden)", true),
                        new NodeNotes.Setting("heartbeat", "60", false)),
                () -> List.of("the first line", "<b>the last</b>"));
        try (JumpMq broker = JumpMq.builder()
                .port(-1)
                .management(0)
                .messageMemory(1 << 20)
                .notes(notes)
                .start()) {
            play("alarms", broker);
        }
    }

    @Test
    void listsHaveTheColumnsThatOneWantsAndTheirTotals() throws Exception {
        play("columns");
    }

    @Test
    void noticesLeave() throws Exception {
        play("notices");
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
