package io.jumpmq.session.amqp091;

import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.session.Connection;
import io.jumpmq.session.ConnectionContext;
import io.jumpmq.session.Protocol;
import java.util.List;

/** AMQP 0-9-1. */
public final class Amqp091 implements Protocol {
    private static final long HEADER = 0x414d515000000901L;

    /** What clients of AMQP 0-9 send; like RabbitMQ we take them for clients of 0-9-1. */
    private static final long HEADER_0_9 = 0x414d515001010009L;

    @Override
    public String name() {
        return "AMQP 0-9-1";
    }

    @Override
    public long header() {
        return HEADER;
    }

    @Override
    public boolean recognizes(long header) {
        return header == HEADER || header == HEADER_0_9;
    }

    @Override
    public List<MessageFormat> formats() {
        return List.of(BasicFormat.INSTANCE);
    }

    @Override
    public Connection open(long header, ConnectionContext context) {
        ConnectionMachine connection = new ConnectionMachine(context);
        connection.begin();
        return connection;
    }
}
