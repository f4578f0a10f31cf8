package io.jumpmq.docs;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;

/** The README's Java, so that it compiles and runs. */
final class ReadmeExample {
    private ReadmeExample() {}

    static void spread(Channel channel) throws Exception {
        // README
        channel.exchangeDeclare("orders", "x-consistent-hash");
        channel.queueBind("q1", "orders", "1");
        channel.queueBind("q2", "orders", "3");
        channel.queueBind("q1", "orders", "2");
        // End.
    }

    static void embed(ConnectionFactory connectionFactory, Use use) throws Exception {
        // README
        try (JumpMq broker = JumpMq.builder().port(0).start()) {
            connectionFactory.setUri(broker.uri());
            // End.
            try (Connection connection = connectionFactory.newConnection()) {
                use.of(connection);
            }
        }
    }

    /** What … stands for. */
    interface Use {
        void of(Connection connection) throws Exception;
    }
}
