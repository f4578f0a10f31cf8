package io.jumpmq.session.amqp091;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.CatalogLog.Outcome;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.RefusedCommandException;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a log answers, a client hears of it, and sees nothing before it is recorded. */
class CatalogLogTest {
    /** A log that thinks it over until it is told what to answer. */
    private static final class Slow implements CatalogLog {
        private record Proposal(Batch batch, Consumer<Outcome> answer) {}

        private final ArrayDeque<Proposal> proposals = new ArrayDeque<>();
        private @Nullable Machine machine;

        @Override
        public void attach(Machine newMachine) {
            machine = newMachine;
        }

        @Override
        public void propose(Batch batch, Consumer<Outcome> answer) {
            proposals.add(new Proposal(batch, answer));
        }

        void answer(Outcome outcome) {
            proposals.remove().answer.accept(outcome);
        }

        /** In the order of the log, as a replicated one would. */
        void commit() {
            Proposal next = proposals.remove();
            Machine catalog = Objects.requireNonNull(machine);
            try {
                List<Change> changes = catalog.decide(next.batch).noted();
                catalog.apply(changes);
                next.answer.accept(new Outcome.Committed(changes));
            } catch (RefusedCommandException e) {
                next.answer.accept(new Outcome.Refused(e.index(), e.reason()));
            }
        }
    }

    private final Slow log = new Slow();
    private final SteppedBroker broker = new SteppedBroker(log);
    private final SteppedClient client = broker.connect(ConnectionSettings.DEFAULT);

    private void open() {
        client.receive(ByteBufUtil.getBytes(SteppedClient.opening()));
        answers();
    }

    private void declare(String queue, boolean passive) {
        ByteBuf out = Unpooled.buffer();
        FrameWriter.method(
                out, 1, new Method.QueueDeclare(queue, passive, false, false, false, false, FieldTable.EMPTY));
        client.receive(ByteBufUtil.getBytes(out));
    }

    /** Those since it was asked last. */
    private List<Method> answers() {
        List<Method> all = new ArrayList<>();
        ByteBuf in = client.written();
        FrameReader reader = new FrameReader(0);
        while (reader.next(in)) {
            all.add(Method.read(in.slice(reader.payloadIndex(), reader.payloadLength())));
        }
        return all;
    }

    @Test
    void nobodySeesWhatIsNotRecorded() {
        open();
        declare("q", false);
        assertThat(log.proposals).hasSize(1);
        assertThat(broker.vhost().queue("q")).isNull();
        assertThat(answers()).isEmpty();
        log.commit();
        broker.settle();
        assertThat(broker.vhost().queue("q")).isNotNull();
        assertThat(answers()).singleElement().isInstanceOf(Method.QueueDeclareOk.class);
    }

    @ParameterizedTest
    @CsvSource({
        "NO_QUORUM, RESOURCE_ERROR, nothing can be changed for now: 2 of 3 nodes are missing; try again later",
        "FAILED, INTERNAL_ERROR, INTERNAL_ERROR",
    })
    void whatCannotBeRecordedEndsTheConnectionWithTheReason(String what, ReplyCode reply, String text) {
        open();
        declare("q", false);
        log.answer(
                what.equals("FAILED")
                        ? new Outcome.Failed("the disk")
                        : new Outcome.NoQuorum("2 of 3 nodes are missing"));
        broker.settle();
        assertThat(answers()).singleElement().isInstanceOfSatisfying(Method.ConnectionClose.class, close -> {
            assertThat(close.replyCode()).isEqualTo(reply.code());
            assertThat(close.replyText()).contains(text);
        });
        assertThat(broker.vhost().queue("q")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"TOO_LARGE, this takes 9 bytes to record; the limit is 5", "REFUSED, not now"})
    void whatIsRefusedEndsTheChannelAlone(String what, String text) {
        open();
        declare("q", false);
        log.answer(
                what.equals("TOO_LARGE")
                        ? new Outcome.TooLarge(9, 5)
                        : new Outcome.Refused(0, new AmqpException(ReplyCode.PRECONDITION_FAILED, "not now")));
        broker.settle();
        assertThat(answers()).singleElement().isInstanceOfSatisfying(Method.ChannelClose.class, close -> {
            assertThat(close.replyCode()).isEqualTo(ReplyCode.PRECONDITION_FAILED.code());
            assertThat(close.replyText()).contains(text);
        });
        assertThat(broker.vhost().queue("q")).isNull();
    }
}
