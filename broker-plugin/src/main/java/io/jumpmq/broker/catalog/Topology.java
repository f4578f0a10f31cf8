package io.jumpmq.broker.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.exchange.Binding;
import io.jumpmq.broker.exchange.Declaration;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.RefusedException;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.ReplyCode;
import io.jumpmq.value.ShortString;
import java.util.List;

/** Decides what becomes of the exchanges, queues and bindings of a virtual host. Changes nothing. */
final class Topology {
    private static final String RESERVED = "amq.";

    private final ExchangeTypes types;

    Topology(ExchangeTypes types) {
        this.types = types;
    }

    List<Change> declareExchange(VirtualHost vhost, Command.DeclareExchange declare) {
        ExchangeType type = types.require(declare.type());
        ExchangeRecord existing = vhost.exchange(declare.name());
        if (existing != null) {
            Inequivalence.require(declare.type(), existing.type(), "type", existing);
            Inequivalence.require(declare.durable(), existing.durable(), "durable", existing);
            Inequivalence.require(declare.autoDelete(), existing.autoDelete(), "auto_delete", existing);
            Inequivalence.require(declare.internal(), existing.internal(), "internal", existing);
            Inequivalence.require(declare.arguments(), existing.arguments(), List.of("alternate-exchange"), existing);
            return List.of();
        }
        requireShort("exchange name", declare.name());
        if (declare.name().startsWith(RESERVED)) {
            throw new AmqpException(
                    ReplyCode.ACCESS_REFUSED,
                    "exchange name '" + declare.name() + "' contains reserved prefix 'amq.*'");
        }
        requireName(declare, "alternate-exchange");
        Change.ExchangeDeclared declared = new Change.ExchangeDeclared(
                vhost.name(),
                declare.name(),
                declare.type(),
                declare.durable(),
                declare.autoDelete(),
                declare.internal(),
                declare.arguments(),
                declare.connection().node());
        accept(() -> type.create(wanted(declared)));
        return List.of(declared);
    }

    /** What an exchange's router is made from. */
    static NewExchange wanted(Change.ExchangeDeclared declared) {
        return new Declaration(declared.vhost(), declared.name(), declared.arguments());
    }

    /** Lets a type of exchange refuse what makes no sense to it. */
    private static void accept(Runnable question) {
        try {
            question.run();
        } catch (RefusedException e) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static void requireName(Command.DeclareExchange declare, String argument) {
        Object value = declare.arguments().get(argument);
        if (declare.arguments().has(argument) && !(value instanceof LongString)) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    "invalid type '" + Inequivalence.typeOf(value) + "' for arg '" + argument + "' in exchange '"
                            + declare.name() + "' in vhost '" + declare.vhost() + "'");
        }
    }

    List<Change> deleteExchange(VirtualHost vhost, Command.DeleteExchange delete) {
        ExchangeRecord exchange = vhost.exchange(delete.name());
        if (exchange == null) {
            return List.of();
        }
        requireNotDefault(delete.name());
        if (delete.name().startsWith(RESERVED)) {
            throw new AmqpException(ReplyCode.ACCESS_REFUSED, "deletion of system " + exchange + " not allowed");
        }
        if (delete.ifUnused() && !exchange.bindings.isEmpty()) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, exchange + " in use");
        }
        return new Removal().exchange(exchange).changes();
    }

    List<Change> declareQueue(VirtualHost vhost, Command.DeclareQueue declare, long id) {
        QueueRecord existing = vhost.queue(declare.name());
        if (existing != null) {
            existing.requireAccess(declare.connection());
            Inequivalence.require(declare.durable(), existing.durable(), "durable", existing);
            Inequivalence.require(declare.autoDelete(), existing.autoDelete(), "auto_delete", existing);
            if (declare.exclusive() != existing.isExclusive()) {
                throw existing.locked();
            }
            Inequivalence.require(
                    typed(declare.arguments()), typed(existing.arguments()), QueueArguments.NAMES, existing);
            return List.of();
        }
        requireShort("queue name", declare.name());
        if (declare.name().isEmpty()) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "a queue needs a name");
        }
        requireRoom(vhost, declare.name());
        Change.QueueDeclared declared = new Change.QueueDeclared(
                vhost.name(),
                declare.name(),
                id,
                declare.durable(),
                declare.autoDelete(),
                declare.connection().node(),
                declare.exclusive() ? declare.connection() : null,
                declare.arguments());
        QueueArguments.settings(declared, EffectivePolicy.NONE); // Refuses what makes no sense.
        return List.of(declared);
    }

    private static void requireRoom(VirtualHost vhost, String name) {
        int max = vhost.limits().maxQueues().orElse(Integer.MAX_VALUE);
        if (vhost.queues.size() >= max) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    "cannot declare queue '" + name + "': queue limit in vhost '" + vhost.name() + "' (" + max
                            + ") is reached");
        }
    }

    /** Arguments that leave out the queue's type mean a classic one. */
    private static FieldTable typed(FieldTable arguments) {
        LongString type = new LongString("classic".getBytes(UTF_8));
        return type.equals(arguments.get(QueueArguments.TYPE)) ? arguments.without(QueueArguments.TYPE) : arguments;
    }

    List<Change> bind(VirtualHost vhost, Command.Bind bind) {
        Destination destination = destination(vhost, bind.kind(), bind.destination(), bind.connection());
        ExchangeRecord source = vhost.requireExchange(bind.source());
        requireNotDefault(bind.source());
        source.requireType();
        requireShort("routing key", bind.key());
        Binding binding = new Binding(destination, bind.key(), bind.arguments());
        accept(() -> source.router().validate(binding));
        return source.bindings.contains(binding)
                ? List.of()
                : List.of(new Change.BindingAdded(
                        vhost.name(), bind.source(), bind.kind(), bind.destination(), bind.key(), bind.arguments()));
    }

    /** Not every command comes from a client: what AMQP cannot carry, no client could ever name. */
    static void requireShort(String what, String text) {
        if (!ShortString.fits(text)) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED, what + " has at most " + ShortString.MAX_BYTES + " bytes");
        }
    }

    /** Its bindings are the queues that there are: nobody makes or takes one, whichever way the command comes. */
    private static void requireNotDefault(String exchange) {
        if (exchange.equals(VirtualHost.DEFAULT_EXCHANGE)) {
            throw new AmqpException(ReplyCode.ACCESS_REFUSED, "operation not permitted on the default exchange");
        }
    }

    List<Change> unbind(VirtualHost vhost, Command.Unbind unbind) {
        boolean isThere = vhost.exchange(unbind.source()) != null
                && (unbind.kind() == DestinationKind.QUEUE
                        ? vhost.queue(unbind.destination()) != null
                        : vhost.exchange(unbind.destination()) != null);
        if (!isThere) {
            return List.of();
        }
        Destination destination = destination(vhost, unbind.kind(), unbind.destination(), unbind.connection());
        ExchangeRecord source = vhost.requireExchange(unbind.source());
        source.requireType();
        Binding binding = new Binding(destination, unbind.key(), unbind.arguments());
        return source.bindings.contains(binding)
                ? new Removal().binding(source, binding).changes()
                : List.of();
    }

    private static Destination destination(
            VirtualHost vhost, DestinationKind kind, String name, ConnectionId connection) {
        Destination destination = destination(vhost, kind, name);
        return destination instanceof QueueRecord queue ? queue.requireAccess(connection) : destination;
    }

    /**
     * What a binding may lead to.
     *
     * @throws AmqpException NOT_FOUND when it is not there, ACCESS_REFUSED when it is the default exchange
     */
    static Destination destination(VirtualHost vhost, DestinationKind kind, String name) {
        if (kind == DestinationKind.QUEUE) {
            return vhost.requireQueue(name);
        }
        requireNotDefault(name);
        return vhost.requireExchange(name);
    }

    List<Change> deleteQueue(VirtualHost vhost, Command.DeleteQueue delete) {
        QueueRecord queue = vhost.queue(delete.name());
        return queue == null || queue.id() != delete.id()
                ? List.of()
                : new Removal().queue(queue).changes();
    }

    /** Everything that is in a virtual host. */
    static List<Change> empty(VirtualHost vhost) {
        Removal removal = new Removal();
        vhost.queuesInOrder().forEach(removal::queue);
        vhost.exchangesInOrder().forEach(removal::exchange);
        return removal.changes();
    }
}
