package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.Broker;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.User;
import io.jumpmq.security.UserLimits;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import java.util.OptionalInt;

/** How a connection is opened: who it is, which limits hold, which virtual host it wants. Each step knows what came before. */
sealed interface Handshake extends ConnectionState {
    /** How long who has failed too often waits for the next refusal; RabbitMQ lets everybody wait so long. */
    long THROTTLED_MILLIS = 3_000;

    ConnectionMachine machine();

    @Override
    default void onTick(long nowMillis) {
        long handshakeMillis = machine().context().settings().handshakeMillis();
        if (nowMillis - machine().context().bornMillis() > handshakeMillis) {
            machine().context().listener().failed("the handshake took longer than " + handshakeMillis + " ms");
            machine().close();
        }
    }

    /** What a client says of itself. */
    record Client(FieldTable properties, String mechanism) {
        boolean wants(String capability) {
            return properties.get("capabilities") instanceof FieldTable capabilities
                    && Boolean.TRUE.equals(capabilities.get(capability));
        }
    }

    /** What was agreed on; 0: no limit. */
    record Tuning(int frameMax, int channelMax) {}

    /** The server has said what it offers. */
    record AwaitingStartOk(ConnectionMachine machine) implements Handshake {
        @Override
        public boolean owesGoodbye() {
            return false;
        }

        @Override
        public void onMethod(Method method) {
            Method.ConnectionStartOk startOk = expected(Method.ConnectionStartOk.class, method);
            Client client = new Client(startOk.clientProperties(), startOk.mechanism());
            String clientName = ConnectionInfo.clientName(client.properties());
            if (clientName != null) {
                machine.context().listener().named(clientName);
            }
            if (!Authenticator.knows(client.mechanism())) {
                refuse("unknown mechanism " + client.mechanism(), client);
                return;
            }
            logIn(client, startOk.response());
        }

        private void logIn(Client client, byte[] response) {
            Authenticator.Outcome outcome = machine.context()
                    .authenticator()
                    .authenticate(
                            client.mechanism(), response, machine.context().peer());
            NodeCounters events = machine.context().broker().events();
            events.count(NodeCounters.Event.AMQP_LOGIN);
            if (outcome.user() != null) {
                ConnectionSettings settings = machine.context().settings();
                machine.send(
                        0,
                        new Method.ConnectionTune(
                                settings.channelMax(), settings.frameMaxBytes(), settings.heartbeatSeconds()));
                machine.become(new AwaitingTuneOk(machine, client, outcome.user()));
                return;
            }
            events.count(NodeCounters.Event.AMQP_LOGIN_REFUSED);
            if (outcome.throttled()) {
                refuseLater(outcome.reason(), client);
            } else {
                refuse(outcome.reason(), client);
            }
        }

        /** Has a guesser wait: the next guess comes no sooner. */
        private void refuseLater(String reason, Client client) {
            machine.suspend();
            machine.context()
                    .loop()
                    .schedule(
                            () -> {
                                if (machine.isIn(this)) {
                                    refuse(reason, client);
                                }
                                machine.resume();
                            },
                            THROTTLED_MILLIS);
        }

        /** The log tells why; the client learns only that. */
        private void refuse(String reason, Client client) {
            machine.context().listener().failed("login refused: " + reason);
            if (client.wants("authentication_failure_close")) {
                String text = ReplyCode.ACCESS_REFUSED.text("Login was refused using authentication mechanism "
                        + client.mechanism() + ". For details see the broker logfile.");
                machine.send(0, new Method.ConnectionClose(ReplyCode.ACCESS_REFUSED.code(), text, 0, 0));
            }
            machine.close();
        }
    }

    /** The client has logged in, and was told the server's limits. */
    record AwaitingTuneOk(ConnectionMachine machine, Client client, User user) implements Handshake {
        @Override
        public void onMethod(Method method) {
            Method.ConnectionTuneOk tuneOk = expected(Method.ConnectionTuneOk.class, method);
            ConnectionSettings settings = machine.context().settings();
            int frameMax = (int) negotiated("frame_max", tuneOk.frameMax(), settings.frameMaxBytes());
            if (frameMax != 0 && frameMax < ConnectionSettings.FRAME_MIN_BYTES) {
                throw new AmqpException(
                        ReplyCode.NOT_ALLOWED,
                        "negotiated frame_max = " + frameMax + " is lower than the minimum allowed value ("
                                + ConnectionSettings.FRAME_MIN_BYTES + ")");
            }
            int channelMax = (int) negotiated("channel_max", tuneOk.channelMax(), settings.channelMax());
            machine.agree(frameMax == 0 ? largestFrame() : frameMax, tuneOk.heartbeat() * 1000L);
            machine.become(new AwaitingOpen(machine, client, user, new Tuning(frameMax, channelMax)));
        }

        /** Where none is agreed on: a frame holds a whole message, or an argument table as large. */
        private int largestFrame() {
            return (int)
                    Math.max(ConnectionSettings.DEFAULT.frameMaxBytes(), machine.largestBody() + FrameReader.OVERHEAD);
        }

        /** The client's choice, which must not exceed ours; 0 is no limit. */
        private static long negotiated(String name, long chosen, long offered) {
            if (offered != 0 && (chosen == 0 || chosen > offered)) {
                throw new AmqpException(
                        ReplyCode.NOT_ALLOWED,
                        "negotiated " + name + " = " + chosen + " is higher than the maximum allowed value (" + offered
                                + ")");
            }
            return chosen;
        }
    }

    /** All is agreed on but the virtual host. */
    record AwaitingOpen(ConnectionMachine machine, Client client, User user, Tuning tuning) implements Handshake {
        @Override
        public void onMethod(Method method) {
            Method.ConnectionOpen open = expected(Method.ConnectionOpen.class, method);
            VirtualHost vhost = machine.context().broker().catalog().vhost(open.virtualHost());
            if (vhost == null) {
                throw new AmqpException(ReplyCode.NOT_ALLOWED, "vhost " + open.virtualHost() + " not found");
            }
            enter(vhost);
            machine.become(new OpenConnection(machine, client, user, tuning, vhost));
            machine.send(0, new Method.ConnectionOpenOk());
            machine.context().listener().opened(user.name(), vhost.name());
        }

        /** Counts it as open, where it is let in. */
        private void enter(VirtualHost vhost) {
            if (!user.permissions().containsKey(vhost.name())) {
                throw new AmqpException(
                        ReplyCode.NOT_ALLOWED,
                        "access to vhost '" + vhost.name() + "' refused for user '" + user.name() + "'");
            }
            Broker broker = machine.context().broker();
            User now = broker.catalog().user(user.name());
            OptionalInt max = (now == null ? UserLimits.NONE : now.limits()).maxConnections();
            if (!broker.userConnections().add(user.name(), max)) {
                throw new AmqpException(
                        ReplyCode.NOT_ALLOWED,
                        "connection refused for user '" + user.name() + "': user connection limit (" + max.orElse(0)
                                + ") is reached");
            }
            OptionalInt reached = broker.connected(vhost);
            if (reached.isPresent()) {
                broker.userConnections().subtract(user.name(), 1);
                throw new AmqpException(
                        ReplyCode.NOT_ALLOWED,
                        "access to vhost '" + vhost.name() + "' refused for user '" + user.name()
                                + "': connection limit (" + reached.getAsInt() + ") is reached");
            }
        }
    }

    private static <M extends Method> M expected(Class<M> type, Method method) {
        if (!type.isInstance(method)) {
            throw new AmqpException(
                    ReplyCode.COMMAND_INVALID, "unexpected method in connection state: " + method.dottedName());
        }
        return type.cast(method);
    }
}
