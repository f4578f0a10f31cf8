package io.jumpmq.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decides who a client is, by the SASL mechanisms PLAIN (RFC 4616) and AMQPLAIN (a field table). */
public final class Authenticator {
    public static final String MECHANISMS = "PLAIN AMQPLAIN";

    private final Function<String, @Nullable User> users;
    private final Set<String> loopbackUsers;
    private final LoginGuard guard;

    /**
     * An authenticator of the users that {@code users} finds by name.
     *
     * @param loopbackUsers who may log in from this machine only, whatever address it is reached by
     * @param guard told of what fails
     */
    public Authenticator(Function<String, @Nullable User> users, Set<String> loopbackUsers, LoginGuard guard) {
        this.users = users;
        this.loopbackUsers = Set.copyOf(loopbackUsers);
        this.guard = guard;
    }

    /** Whether there is such a mechanism. */
    public static boolean knows(String mechanism) {
        return mechanism.equals("PLAIN") || mechanism.equals("AMQPLAIN");
    }

    /**
     * What came of a login: a user, or why not.
     *
     * @param reason in words for the log that hold no secret
     * @param throttled whether the password was not even looked at, because too many were wrong
     */
    public record Outcome(@Nullable User user, String reason, boolean throttled) {
        private static Outcome refused(String reason) {
            return new Outcome(null, reason, false);
        }
    }

    /**
     * Checks a response.
     *
     * @param peer the client's own address: that is what decides whether it is on this machine
     */
    public Outcome authenticate(String mechanism, byte[] response, InetAddress peer) {
        Credentials credentials = mechanism.equals("PLAIN") ? plain(response) : amqplain(response);
        String name = credentials == null ? "" : credentials.name;
        if (!guard.admits(peer, name)) {
            return new Outcome(
                    null,
                    "too many failed logins as user '" + name + "' from " + peer.getHostAddress() + ": wait a minute",
                    true);
        }
        Outcome outcome =
                credentials == null ? Outcome.refused("the response is malformed") : authenticate(credentials, peer);
        if (outcome.user == null) {
            guard.failed(peer, name);
        }
        return outcome;
    }

    private Outcome authenticate(Credentials credentials, InetAddress peer) {
        User user = users.apply(credentials.name);
        if (user == null) {
            return Outcome.refused("there is no user '" + credentials.name + "'");
        } else if (!user.password().matches(credentials.password)) {
            return Outcome.refused("wrong password for user '" + credentials.name + "'");
        } else if (loopbackUsers.contains(user.name()) && !peer.isLoopbackAddress()) {
            return Outcome.refused(
                    "user '" + user.name() + "' may log in from this machine only, not from " + peer.getHostAddress());
        }
        return new Outcome(user, "", false);
    }

    @SuppressWarnings("ArrayRecordComponent") // Private, and never compared.
    private record Credentials(String name, byte[] password) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** [authorisation id] NUL name NUL password. */
    private static @Nullable Credentials plain(byte[] response) {
        int first = indexOfNul(response, 0);
        int second = first < 0 ? -1 : indexOfNul(response, first + 1);
        if (second < 0 || indexOfNul(response, second + 1) >= 0) {
            return null;
        }
        return new Credentials(
                new String(response, first + 1, second - first - 1, UTF_8),
                Arrays.copyOfRange(response, second + 1, response.length));
    }

    private static int indexOfNul(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    /** A field table without its length, with LOGIN and PASSWORD. */
    private static @Nullable Credentials amqplain(byte[] response) {
        ByteBuf table = Unpooled.buffer(response.length + Integer.BYTES)
                .writeInt(response.length)
                .writeBytes(response);
        Map<String, @Nullable Object> fields;
        try {
            fields = FieldTable.read(table).toMap();
        } catch (RuntimeException e) {
            return null;
        }
        return fields.get("LOGIN") instanceof LongString name && fields.get("PASSWORD") instanceof LongString password
                ? new Credentials(name.toString(), password.bytes())
                : null;
    }
}
