package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What clients call themselves is told wherever their addresses are, which RabbitMQ does in the list of connections only. */
class ClientNamesTest {
    private static final String NAME = "order-service";

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger connections = (Logger) LoggerFactory.getLogger("jumpmq.connection");
    private JumpMq broker;
    private Api api;

    @BeforeEach
    void start() {
        log.start();
        connections.addAppender(log);
        broker = JumpMq.builder().host("127.0.0.1").port(0).management(0).start();
        api = Api.of(broker);
    }

    @AfterEach
    void stop() {
        broker.close();
        connections.detachAppender(log);
    }

    private Connection connect(String name, String password) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setPassword(password);
        return factory.newConnection(name);
    }

    private List<String> found(String resource, String query, String name) {
        JsonNode items = api.get(resource + "?page=1&page_size=10&" + query)
                .expect(200)
                .json()
                .path("items");
        return items.findValuesAsText(name);
    }

    @Test
    void everyListTellsThemAndIsSearchedByThem() throws Exception {
        try (Connection named = connect(NAME, "guest");
                Connection other = connect("billing", "guest")) {
            for (Connection connection : List.of(named, other)) {
                Channel channel = connection.createChannel();
                String queue = channel.queueDeclare().getQueue();
                channel.basicConsume(
                        queue, true, "tag-" + connection.getClientProvidedName(), (tag, delivery) -> {}, tag -> {});
            }
            for (String resource : List.of("connections", "channels", "consumers", "consumers/%2f")) {
                assertThat(found(resource, "", "user_provided_name"))
                        .as(resource)
                        .contains(NAME, "billing");
                assertThat(found(resource, "name=R-SERV", "user_provided_name"))
                        .as(resource)
                        .containsExactly(NAME);
                assertThat(found(resource, "use_regex=true&name=%5Eorder-.*ice%24", "user_provided_name"))
                        .as(resource)
                        .containsExactly(NAME);
                // By what they are found by as well.
                assertThat(found(resource, "name=tag-order", "user_provided_name"))
                        .as(resource)
                        .hasSize(resource.startsWith("consumers") ? 1 : 0);
            }
            assertThat(found("channels", "name=127.0.0.1", "number")).hasSize(2);
        }
    }

    @Test
    void soDoesTheLogInOneLine() throws Exception {
        assertThatThrownBy(() -> connect("a\r\nforged" + "x".repeat(500), "wrong"))
                .isInstanceOf(AuthenticationFailureException.class);
        connect(NAME, "guest").close();
        Awaitility.await()
                .untilAsserted(() -> assertThat(log.list.stream().map(ILoggingEvent::getFormattedMessage))
                        .anySatisfy(line ->
                                assertThat(line).contains("127.0.0.1").contains(" '" + NAME + "' user 'guest' opened"))
                        .anySatisfy(line -> assertThat(line)
                                .contains(" 'a??forgedxx")
                                .contains("xx…' login refused")
                                .hasSizeLessThan(300)
                                .doesNotContain("\n")));
    }
}
