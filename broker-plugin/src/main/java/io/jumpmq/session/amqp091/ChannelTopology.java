package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.Authorization;
import io.jumpmq.broker.ReplyAddresses;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.QueueReply;
import io.jumpmq.broker.queue.QueueStat;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a channel's methods do to exchanges, queues and bindings. Belongs to its connection's loop. */
final class ChannelTopology {
    private final ChannelMachine channel;
    private final OpenConnection connection;
    private String lastQueue = "";

    ChannelTopology(ChannelMachine channel, OpenConnection connection) {
        this.channel = channel;
        this.connection = connection;
    }

    /** Carries a method out, if it is one of these. */
    boolean onMethod(Method method) {
        if (method instanceof Method.QueueDeclare declare) {
            onQueueDeclare(declare);
        } else if (method instanceof Method.QueueDelete delete) {
            onQueueDelete(delete);
        } else if (method instanceof Method.QueuePurge purge) {
            onQueuePurge(purge);
        } else if (method instanceof Method.QueueBind bind) {
            onBind(
                    DestinationKind.QUEUE,
                    queueName(bind.queue()),
                    bind.exchange(),
                    keyOf(bind.queue(), bind.routingKey()),
                    bind.arguments(),
                    bind.nowait() ? null : new Method.QueueBindOk());
        } else if (method instanceof Method.QueueUnbind unbind) {
            onUnbind(
                    DestinationKind.QUEUE,
                    queueName(unbind.queue()),
                    unbind.exchange(),
                    unbind.routingKey(),
                    unbind.arguments(),
                    new Method.QueueUnbindOk());
        } else if (method instanceof Method.ExchangeDeclare declare) {
            onExchangeDeclare(declare);
        } else if (method instanceof Method.ExchangeDelete delete) {
            onExchangeDelete(delete);
        } else if (method instanceof Method.ExchangeBind bind) {
            onBind(
                    DestinationKind.EXCHANGE,
                    bind.destination(),
                    bind.source(),
                    bind.routingKey(),
                    bind.arguments(),
                    bind.nowait() ? null : new Method.ExchangeBindOk());
        } else if (method instanceof Method.ExchangeUnbind unbind) {
            onUnbind(
                    DestinationKind.EXCHANGE,
                    unbind.destination(),
                    unbind.source(),
                    unbind.routingKey(),
                    unbind.arguments(),
                    unbind.nowait() ? null : new Method.ExchangeUnbindOk());
        } else {
            return false;
        }
        return true;
    }

    // Queues.

    /** Declaring a reply address tells whether somebody still waits there. */
    private void onReplyDeclare(String name, boolean nowait) {
        if (!name.equals(ReplyAddresses.PSEUDO_QUEUE) && !channel.replies().isOpen(name)) {
            throw new AmqpException(
                    ReplyCode.NOT_FOUND,
                    "no queue '" + name + "' in vhost '" + connection.vhost().name() + "'");
        }
        channel.answer(nowait ? null : new Method.QueueDeclareOk(name, 0, 1));
    }

    private void onQueueDeclare(Method.QueueDeclare declare) {
        if (ReplyAddresses.isReplyName(declare.queue())) {
            onReplyDeclare(declare.queue(), declare.nowait());
            return;
        }
        if (declare.passive()) {
            QueueRecord queue = connection
                    .vhost()
                    .requireQueue(stripped(declare.queue()))
                    .requireAccess(connection.context().id());
            answerDeclared(queue, declare.nowait());
            return;
        }
        String name = stripped(declare.queue());
        if (name.isEmpty()) {
            name = ChannelMachine.generated("amq.gen-");
        } else if (name.startsWith("amq.") && connection.vhost().queue(name) == null) {
            throw new AmqpException(
                    ReplyCode.ACCESS_REFUSED, "queue name '" + name + "' contains reserved prefix 'amq.*'");
        }
        connection.authorization().requireQueue(Operation.CONFIGURE, name);
        String deadLetters = declare.arguments().text("x-dead-letter-exchange");
        if (deadLetters != null) {
            connection.authorization().requireQueue(Operation.READ, name);
            connection.authorization().requireExchange(Operation.WRITE, deadLetters);
        }
        connection.context().broker().events().count(NodeCounters.Event.QUEUE_DECLARED);
        String declared = name;
        change(
                new Command.DeclareQueue(
                        connection.vhost().name(),
                        name,
                        declare.durable(),
                        declare.exclusive(),
                        declare.autoDelete(),
                        connection
                                .vhost()
                                .withQueueType(
                                        declare.arguments(),
                                        declare.durable(),
                                        declare.exclusive(),
                                        declare.autoDelete()),
                        connection.context().id()),
                Method.QueueDeclare.ID,
                !declare.nowait(),
                outcome -> {
                    QueueRecord queue = connection.vhost().queue(declared);
                    if (outcome.changes().isEmpty() && queue != null) {
                        answerDeclared(queue, declare.nowait());
                    } else { // It is new, or was there and has been deleted since.
                        lastQueue = declared;
                        channel.answer(declare.nowait() ? null : new Method.QueueDeclareOk(declared, 0, 0));
                    }
                });
    }

    private void answerDeclared(QueueRecord queue, boolean nowait) {
        lastQueue = queue.name();
        QueuePort port = queue.port();
        port.touch(channel.loop());
        port.stat(
                channel.loop(),
                awaiting(
                        queue,
                        Method.QueueDeclare.ID,
                        stat -> channel.answer(
                                nowait
                                        ? null
                                        : new Method.QueueDeclareOk(queue.name(), stat.ready(), stat.consumers()))));
    }

    /** Receives what a queue answers; that it cannot be reached ends the channel. */
    private <R> Receiver<QueueReply<R>> awaiting(QueueRecord queue, int methodId, Receiver<R> then) {
        return connection.awaiting(channel.number(), reply -> {
            connection.during(methodId);
            then.receive(reply.orThrow(queue));
        });
    }

    private void onQueueDelete(Method.QueueDelete delete) {
        String name = queueName(delete.queue());
        connection.authorization().requireQueue(Operation.CONFIGURE, name);
        QueueRecord queue = connection.vhost().queue(name);
        if (queue == null) {
            channel.answer(delete.nowait() ? null : new Method.QueueDeleteOk(0));
            return;
        }
        queue.requireAccess(connection.context().id());
        Receiver<QueueStat> counted = stat -> {
            if (delete.ifUnused() && stat.consumers() > 0) {
                throw new AmqpException(ReplyCode.PRECONDITION_FAILED, queue + " in use");
            } else if (delete.ifEmpty() && stat.ready() + stat.dead() > 0) {
                throw new AmqpException(ReplyCode.PRECONDITION_FAILED, queue + " not empty");
            } else {
                change(
                        new Command.DeleteQueue(connection.vhost().name(), name, queue.id()),
                        Method.QueueDelete.ID,
                        !delete.nowait(),
                        outcome -> {
                            removed(queue, "deleted", stat.ready());
                            channel.answer(delete.nowait() ? null : new Method.QueueDeleteOk(stat.ready()));
                        });
            }
        };
        queue.port().stat(channel.loop(), awaiting(queue, Method.QueueDelete.ID, counted));
    }

    private void onQueuePurge(Method.QueuePurge purge) {
        String name = queueName(purge.queue());
        connection.authorization().requireQueue(Operation.READ, name);
        QueueRecord queue = connection
                .vhost()
                .requireQueue(name)
                .requireAccess(connection.context().id());
        queue.port().purge(channel.loop(), awaiting(queue, Method.QueuePurge.ID, count -> {
            removed(queue, "purged", count);
            channel.answer(purge.nowait() ? null : new Method.QueuePurgeOk(count));
        }));
    }

    /** What goes with its connection, or the next restart, is nobody's loss. */
    private void removed(QueueRecord queue, String how, long messages) {
        if (queue.isRecoverable()) {
            connection
                    .context()
                    .listener()
                    .removed(how + " queue '" + queue.name() + "' in vhost '" + queue.vhost() + "' with " + messages
                            + " ready messages");
        }
    }

    /** An empty name means the queue that was declared last on this channel. */
    String queueName(String name) {
        String stripped = stripped(name);
        if (!stripped.isEmpty()) {
            return stripped;
        }
        if (lastQueue.isEmpty()) {
            throw new AmqpException(ReplyCode.NOT_FOUND, "no previously declared queue");
        }
        return lastQueue;
    }

    /** Queue and key both left out: the key, too, is the last queue's name. */
    private String keyOf(String queue, String key) {
        return queue.isEmpty() && key.isEmpty() ? lastQueue : key;
    }

    private static String stripped(String name) {
        return name.indexOf('\n') < 0 && name.indexOf('\r') < 0
                ? name
                : name.replace("\r", "").replace("\n", "");
    }

    // Exchanges and bindings.

    private void onExchangeDeclare(Method.ExchangeDeclare declare) {
        String name = stripped(declare.exchange());
        requireNotDefault(name);
        if (declare.passive()) {
            connection.vhost().requireExchange(name);
            channel.answer(declare.nowait() ? null : new Method.ExchangeDeclareOk());
            return;
        }
        connection.authorization().requireExchange(Operation.CONFIGURE, name);
        String alternate = declare.arguments().text("alternate-exchange");
        if (alternate != null) {
            connection.authorization().requireExchange(Operation.READ, name);
            connection.authorization().requireExchange(Operation.WRITE, alternate);
        }
        change(
                new Command.DeclareExchange(
                        connection.vhost().name(),
                        name,
                        declare.type(),
                        declare.durable(),
                        declare.autoDelete(),
                        declare.internal(),
                        declare.arguments(),
                        connection.context().id()),
                Method.ExchangeDeclare.ID,
                !declare.nowait(),
                outcome -> channel.answer(declare.nowait() ? null : new Method.ExchangeDeclareOk()));
    }

    private void onExchangeDelete(Method.ExchangeDelete delete) {
        String name = stripped(delete.exchange());
        requireNotDefault(name);
        connection.authorization().requireExchange(Operation.CONFIGURE, name);
        ExchangeRecord exchange = connection.vhost().exchange(name);
        change(
                new Command.DeleteExchange(connection.vhost().name(), name, delete.ifUnused()),
                Method.ExchangeDelete.ID,
                !delete.nowait(),
                outcome -> {
                    if (exchange != null && exchange.durable()) {
                        connection
                                .context()
                                .listener()
                                .removed("deleted exchange '" + name + "' in vhost '" + exchange.vhost() + "'");
                    }
                    channel.answer(delete.nowait() ? null : new Method.ExchangeDeleteOk());
                });
    }

    private void onBind(
            DestinationKind kind,
            String destination,
            String source,
            String key,
            FieldTable arguments,
            @Nullable Method ok) {
        requireBindable(kind, destination, source, key);
        change(
                new Command.Bind(
                        connection.vhost().name(),
                        source,
                        kind,
                        destination,
                        key,
                        arguments,
                        connection.context().id()),
                kind == DestinationKind.QUEUE ? Method.QueueBind.ID : Method.ExchangeBind.ID,
                ok != null,
                outcome -> channel.answer(ok));
    }

    private void onUnbind(
            DestinationKind kind,
            String destination,
            String source,
            String key,
            FieldTable arguments,
            @Nullable Method ok) {
        requireBindable(kind, destination, source, key);
        change(
                new Command.Unbind(
                        connection.vhost().name(),
                        source,
                        kind,
                        destination,
                        key,
                        arguments,
                        connection.context().id()),
                kind == DestinationKind.QUEUE ? Method.QueueUnbind.ID : Method.ExchangeUnbind.ID,
                ok != null,
                outcome -> channel.answer(ok));
    }

    private void requireBindable(DestinationKind kind, String destination, String source, String key) {
        requireNotDefault(source);
        if (kind == DestinationKind.EXCHANGE) {
            requireNotDefault(destination);
        }
        Authorization authorization = connection.authorization();
        authorization.require(Operation.WRITE, kind == DestinationKind.QUEUE ? "queue" : "exchange", destination);
        authorization.requireExchange(Operation.READ, source);
        ExchangeRecord exchange = connection.vhost().exchange(source);
        if (exchange != null) {
            authorization.requireTopic(exchange, Operation.READ, key);
        }
    }

    private static void requireNotDefault(String exchange) {
        if (exchange.isEmpty()) {
            throw new AmqpException(ReplyCode.ACCESS_REFUSED, "operation not permitted on the default exchange");
        }
    }

    /** Has the catalog changed; nothing more is decoded until it is, and durable if that is to be answered. */
    private void change(Command command, int methodId, boolean answered, Consumer<CatalogLog.Outcome> then) {
        Receiver<CatalogLog.Outcome> made = connection.awaiting(channel.number(), outcome -> {
            AmqpException failure = outcome.failure();
            if (failure != null) {
                connection.during(methodId);
                throw failure;
            }
            then.accept(outcome);
        });
        connection
                .context()
                .broker()
                .submit(channel.loop(), command, connection.user().name(), answered, made);
    }
}
