package io.jumpmq.session.amqp091;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A client that does not wait for answers, and others that come between. */
class PipeliningTest {
    @Test
    void answersComeInTheOrderOfTheCommands() {
        SteppedClient client = new SteppedBroker().connect(ConnectionSettings.DEFAULT);
        ByteBuf out = SteppedClient.opening();
        for (String queue : List.of("on one loop", "on another", "on one loop", "on another")) {
            // When it is there already, the catalog answers first, then the queue, and the client last.
            write(out, 1, declare(queue));
        }
        write(out, 1, new Method.BasicQos(0, 1, false));
        client.receive(ByteBufUtil.getBytes(out));
        assertThat(answers(client.written()))
                .endsWith(
                        "channel.open-ok",
                        "queue.declare-ok",
                        "queue.declare-ok",
                        "queue.declare-ok",
                        "queue.declare-ok",
                        "basic.qos-ok");
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // That the queue is gone says enough.
    void aDeclarationIsAnsweredThoughTheQueueIsDeletedMeanwhile() {
        SteppedBroker broker = new SteppedBroker();
        SteppedClient client = broker.connect(ConnectionSettings.DEFAULT);
        ByteBuf first = SteppedClient.opening();
        write(first, 1, declare("q"));
        client.receive(ByteBufUtil.getBytes(first));
        long id = Objects.requireNonNull(broker.vhost().queue("q")).id();
        // In the catalog's turn that finds the queue there, before the client's loop hears of it.
        broker.execute(
                () -> broker.broker().administer(List.of(new Command.DeleteQueue(SteppedBroker.VHOST, "q", id))));
        ByteBuf second = Unpooled.buffer();
        write(second, 1, declare("q"));
        write(second, 1, new Method.BasicQos(0, 1, false));
        client.receive(ByteBufUtil.getBytes(second));
        assertThat(broker.vhost().queue("q")).isNull();
        assertThat(answers(client.written()))
                .endsWith("channel.open-ok", "queue.declare-ok", "queue.declare-ok", "basic.qos-ok");
    }

    private static Method declare(String queue) {
        return new Method.QueueDeclare(queue, false, false, false, false, false, FieldTable.EMPTY);
    }

    private static void write(ByteBuf out, int channel, Method method) {
        FrameWriter.method(out, channel, method);
    }

    private static List<String> answers(ByteBuf in) {
        List<String> names = new ArrayList<>();
        FrameReader reader = new FrameReader(0);
        while (reader.next(in)) {
            names.add(Method.read(in.slice(reader.payloadIndex(), reader.payloadLength()))
                    .dottedName());
        }
        return names;
    }
}
