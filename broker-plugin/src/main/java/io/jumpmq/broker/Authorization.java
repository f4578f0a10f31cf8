package io.jumpmq.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.message.Message;
import io.jumpmq.security.Permission;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.security.User;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import org.jspecify.annotations.Nullable;

/**
 * What a user may do in a virtual host, whatever way they came. Each of these checks throws ACCESS_REFUSED when they may not.
 *
 * @param name the user's
 * @param user null: there is no such user any more, and nothing is permitted
 */
public record Authorization(
        VirtualHost vhost, String name, @Nullable User user) {
    /** What permissions call the exchange without a name. */
    public static final String DEFAULT_EXCHANGE = "amq.default";

    /** By the permissions of this moment. */
    public static Authorization now(Catalog catalog, VirtualHost vhost, String name) {
        return new Authorization(vhost, name, catalog.user(name));
    }

    /** Lets the user do this to what has this name. */
    public void require(Operation operation, String kind, String resource) {
        Permission permission = user == null ? null : user.permissions().get(vhost.name());
        if (permission == null || !permission.allows(operation, resource)) {
            throw new AmqpException(
                    ReplyCode.ACCESS_REFUSED,
                    "access to " + kind + " '" + resource + "' in vhost '" + vhost.name() + "' refused for user '"
                            + name + "'");
        }
    }

    public void requireQueue(Operation operation, String queue) {
        require(operation, "queue", queue);
    }

    /** The one without a name has one here. */
    public void requireExchange(Operation operation, String exchange) {
        require(operation, "exchange", exchange.isEmpty() ? DEFAULT_EXCHANGE : exchange);
    }

    /** Lets the user do this with this routing key. */
    public void requireTopic(ExchangeRecord exchange, Operation operation, String key) {
        if (user != null) {
            exchange.requireTopic(user, operation, key);
        }
    }

    /** Lets the user publish with all routing keys that a message has. */
    public void requireTopics(ExchangeRecord exchange, Message message) {
        requireTopic(exchange, Operation.WRITE, message.routingKeyText());
        for (byte[] copy : VirtualHost.copies(message)) {
            requireTopic(exchange, Operation.WRITE, new String(copy, UTF_8));
        }
    }

    /** Whether it depends on routing keys what the user may do with an exchange. */
    public boolean isBoundByTopics(ExchangeRecord exchange) {
        return user != null && exchange.isTopic() && user.topicPermission(vhost.name(), exchange.name()) != null;
    }

    /** Lets nobody publish to an exchange that only others may feed. */
    public static void requirePublishable(ExchangeRecord exchange) {
        if (exchange.internal()) {
            throw new AmqpException(ReplyCode.ACCESS_REFUSED, "cannot publish to internal " + exchange);
        }
    }
}
