package io.jumpmq.broker.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.node.NodeId;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What belongs to a node's incarnation, or to one of its connections, goes with it; what belongs to another node stays. */
class NodesTest {
    private static final String V = CatalogUnderTest.V;
    private static final Incarnation HERE = TestIds.NODE;
    private static final Incarnation ELSEWHERE = new Incarnation(NodeId.of(9, 9), 7);

    private final CatalogUnderTest catalog = new CatalogUnderTest();

    @BeforeEach
    void bothNodesLive() {
        catalog.run(new Command.ReleaseNode(HERE));
        catalog.run(new Command.ReleaseNode(ELSEWHERE));
    }

    private void queue(String name, boolean durable, boolean exclusive, ConnectionId connection) {
        catalog.run(new Command.DeclareQueue(V, name, durable, exclusive, false, FieldTable.EMPTY, connection));
    }

    private void exchange(String name, boolean durable, Incarnation node) {
        catalog.run(new Command.DeclareExchange(
                V, name, "fanout", durable, false, false, FieldTable.EMPTY, node.operator()));
    }

    private List<String> names() {
        return catalog.vhost().queues().stream().map(QueueRecord::name).sorted().toList();
    }

    @Test
    void connectionsOfOneNumberOnTwoNodesDoNotReleaseEachOthersQueues() {
        ConnectionId here = new ConnectionId(HERE, 7);
        ConnectionId elsewhere = new ConnectionId(ELSEWHERE, 7);
        queue("here", false, true, here);
        queue("elsewhere", false, true, elsewhere);
        assertThatThrownBy(() -> catalog.vhost().requireQueue("here").requireAccess(elsewhere))
                .isInstanceOf(AmqpException.class);
        catalog.run(new Command.ReleaseConnection(here));
        assertThat(names()).containsExactly("elsewhere");
        catalog.run(new Command.ReleaseConnection(elsewhere));
        assertThat(names()).isEmpty();
    }

    @Test
    void aNodeThatStartsAgainLosesWhatBelongedToItsEarlierIncarnationAndNobodyElseDoes() {
        queue("durable", true, false, HERE.operator());
        queue("transient", false, false, HERE.operator());
        queue("exclusive", true, true, new ConnectionId(HERE, 1));
        queue("transient elsewhere", false, false, ELSEWHERE.operator());
        queue("exclusive elsewhere", false, true, new ConnectionId(ELSEWHERE, 1));
        exchange("transient", false, HERE);
        exchange("durable", true, HERE);
        exchange("transient elsewhere", false, ELSEWHERE);
        catalog.run(new Command.ReleaseNode(HERE.next()));
        assertThat(names()).containsExactly("durable", "exclusive elsewhere", "transient elsewhere");
        assertThat(catalog.vhost().exchange("transient")).isNull();
        assertThat(catalog.vhost().exchange("durable")).isNotNull();
        assertThat(catalog.vhost().exchange("transient elsewhere")).isNotNull();
        assertThat(catalog.run(new Command.ReleaseNode(HERE.next())))
                .as("said twice")
                .isEmpty();
        queue("of this life", false, false, HERE.next().operator());
        catalog.run(new Command.ReleaseNode(HERE));
        assertThat(names()).as("an earlier life, late").contains("of this life");
    }

    @Test
    void whatAnEarlierIncarnationAskedForComesTooLate() {
        catalog.run(new Command.ReleaseNode(HERE.next()));
        assertThatThrownBy(() -> queue("late", false, true, new ConnectionId(HERE, 1)))
                .isInstanceOf(AmqpException.class)
                .hasMessageContaining("has ended");
        assertThatThrownBy(() -> exchange("late", false, HERE))
                .isInstanceOf(AmqpException.class)
                .hasMessageContaining("has ended");
        assertThat(names()).isEmpty();
    }

    @Test
    void whatIsFromBeforeNodesHadIdentitiesGoesWithTheNextStart() {
        catalog.catalog.apply(new Change.QueueDeclared(
                V,
                "old",
                90,
                true,
                false,
                Incarnation.UNKNOWN,
                new ConnectionId(Incarnation.UNKNOWN, 3),
                FieldTable.EMPTY));
        catalog.catalog.apply(new Change.QueueDeclared(
                V, "old durable", 91, true, false, Incarnation.UNKNOWN, null, FieldTable.EMPTY));
        catalog.run(new Command.ReleaseNode(HERE.next()));
        assertThat(names()).containsExactly("old durable");
    }
}
