package io.jumpmq.session;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.security.Authenticator;
import io.jumpmq.value.FieldTable;
import java.net.InetAddress;

/**
 * What a connection is born with.
 *
 * @param loop the loop that it belongs to, with all its channels
 * @param bornMillis when its socket was opened, by the loop's time
 * @param peer the client's address
 * @param name of both ends, as operators see it
 */
public record ConnectionContext(
        ConnectionId id,
        Loop loop,
        Broker broker,
        Authenticator authenticator,
        long bornMillis,
        InetAddress peer,
        String name,
        ConnectionSettings settings,
        FieldTable serverProperties,
        ConnectionOutput output,
        ConnectionListener listener) {}
