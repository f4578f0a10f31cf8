package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.OperatorChannel;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.simulation.SimulatedNode;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What died and must not get lost is neither delivered again after a restart nor forgotten, until its target is there. */
class KeptDeadLetterTest {
    private static final long WHILE_MILLIS = 1_000;

    private final SplittableRandom random = new SplittableRandom(8);
    private SimulatedDisk catalogDisk = new SimulatedDisk();
    private SimulatedDisk messageDisk = new SimulatedDisk();
    private SimulatedNode node;
    private long nowMillis = 1_000_000;

    KeptDeadLetterTest() throws Exception {
        node = start();
    }

    private SimulatedNode start() throws Exception {
        SimulatedNode started =
                SimulatedStore.node(catalogDisk, messageDisk, random.split(), nowMillis, Long.MAX_VALUE);
        started.settle();
        return started;
    }

    private VirtualHost vhost() {
        return Objects.requireNonNull(node.broker().catalog().vhost(SimulatedNode.VHOST));
    }

    private <T> T done(CompletableFuture<T> future) {
        node.settle();
        assertThat(future).isCompleted();
        return future.join();
    }

    private void declare(String name, Map<String, ?> arguments) {
        done(node.broker()
                .administer(List.of(new Command.DeclareQueue(
                        SimulatedNode.VHOST, name, true, false, false, FieldTable.of(arguments), TestIds.CLIENT))));
    }

    private List<String> take(String queue, int count, Settlement how) {
        return done(new OperatorChannel(node.broker()).get(vhost(), vhost().requireQueue(queue), count, how, "guest"))
                .stream()
                .map(got -> new String(got.message().body(), UTF_8))
                .toList();
    }

    @Test
    void itIsTriedAgainAfterEveryRestart() throws Exception {
        declare(
                "q",
                Map.of(
                        "x-queue-type", "quorum",
                        "x-overflow", "reject-publish",
                        "x-dead-letter-exchange", "",
                        "x-dead-letter-routing-key", "target",
                        "x-dead-letter-strategy", "at-least-once"));
        for (String body : List.of("a", "b", "c", "d")) {
            done(new OperatorChannel(node.broker())
                    .publish(
                            vhost(),
                            vhost().requireExchange(VirtualHost.DEFAULT_EXCHANGE),
                            new Message(
                                    "",
                                    "q".getBytes(UTF_8),
                                    BasicFormat.INSTANCE.header(MessageProperties.NONE),
                                    body.getBytes(UTF_8)),
                            "guest"));
        }
        assertThat(take("q", 2, Settlement.REJECT)).containsExactly("a", "b");

        node.stop();
        node = start();
        assertThat(take("q", 1, Settlement.REJECT)).containsExactly("c");
        node.advance(3 * WHILE_MILLIS);
        nowMillis = node.nowMillis();
        catalogDisk = catalogDisk.kill();
        messageDisk = messageDisk.kill();
        node = start();

        declare("target", Map.of());
        node.advance(WHILE_MILLIS);
        assertThat(take("target", 9, Settlement.ACK)).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(take("q", 9, Settlement.REQUEUE)).containsExactly("d");
        node.stop();
        node = start();
        node.advance(2 * WHILE_MILLIS);
        assertThat(take("target", 9, Settlement.ACK)).isEmpty();
        assertThat(node.failures()).isEmpty();
    }
}
