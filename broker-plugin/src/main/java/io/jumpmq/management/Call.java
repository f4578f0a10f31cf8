package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.Authorization;
import io.jumpmq.broker.Broker;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.RefusedCommandException;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import io.jumpmq.value.AmqpException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request of a user who has logged in.
 *
 * @param path the variable parts of the path, by name, decoded
 * @param query the query's parameters, decoded
 * @param headers as they came, by name; null where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Call(
        Broker broker,
        User user,
        Map<String, String> path,
        Map<String, Deque<String>> query,
        Function<String, @Nullable String> headers,
        byte[] body) {
    private static final long PATIENCE_SECONDS = 60;

    private static final String MONITORING = "monitoring";
    private static final String POLICYMAKER = "policymaker";

    /** A variable part of the path. */
    String at(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("no {" + name + "} in this path");
        }
        return value;
    }

    @Nullable String query(String name) {
        Deque<String> values = query.get(name);
        return values == null || values.isEmpty() ? null : values.peekFirst();
    }

    /** A parameter of the query that is on or off. */
    boolean asks(String name) {
        String value = query(name);
        return value != null && !value.equals("false");
    }

    /** A header's text, which HTTP carries as bytes: UTF-8 if they can be that. Null: it is not there. */
    @Nullable String header(String name) {
        String raw = headers.apply(name);
        if (raw == null) {
            return null;
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(raw.getBytes(ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return raw;
        }
    }

    /** The same, now that its body has come. */
    Call with(byte[] newBody) {
        return new Call(broker, user, path, query, headers, newBody);
    }

    Fields json() {
        return Json.read(body);
    }

    // Who may.

    private boolean tagged(String... tags) {
        return user.tags().contains(User.ADMINISTRATOR) || Arrays.stream(tags).anyMatch(user.tags()::contains);
    }

    boolean isMonitor() {
        return tagged(MONITORING);
    }

    boolean isAdministrator() {
        return tagged();
    }

    void requireMonitor() {
        if (!isMonitor()) {
            throw HttpError.notAuthorised("Not monitor user");
        }
    }

    void requireAdministrator() {
        if (!isAdministrator()) {
            throw HttpError.notAuthorised("Not administrator user");
        }
    }

    void requirePolicymaker() {
        if (!tagged(POLICYMAKER)) {
            throw HttpError.notAuthorised("User not authorised to access object");
        }
    }

    /** Whether what is in a virtual host may be looked at. */
    boolean sees(VirtualHost vhost) {
        return isMonitor() || user.permissions().containsKey(vhost.name());
    }

    /** The virtual hosts that may be looked at, in the order of their names. */
    List<VirtualHost> visibleVhosts() {
        return broker.catalog().vhosts().stream()
                .filter(this::sees)
                .sorted(Comparator.comparing(VirtualHost::name))
                .toList();
    }

    /** The user of the path. */
    User namedUser() {
        User named = broker.catalog().user(at("user"));
        if (named == null) {
            throw HttpError.notFound();
        }
        return named;
    }

    /** The virtual host of the path, to look at. */
    VirtualHost visibleVhost() {
        VirtualHost vhost = broker.catalog().vhost(at("vhost"));
        if (vhost == null) {
            throw HttpError.notFound();
        }
        if (!sees(vhost)) {
            throw HttpError.notAuthorised("User not authorised to access virtual host");
        }
        return vhost;
    }

    /** The virtual host of the path, to do something in it. */
    VirtualHost vhost() {
        VirtualHost vhost = broker.catalog().vhost(at("vhost"));
        if (vhost == null) {
            throw new HttpError(404, "not_found", "vhost_not_found");
        }
        if (!user.permissions().containsKey(vhost.name())) {
            throw HttpError.notAuthorised("User not authorised to access virtual host");
        }
        return vhost;
    }

    /** What the user may do in a virtual host, as on a channel. */
    Authorization authorization(VirtualHost vhost) {
        return new Authorization(vhost, user.name(), user);
    }

    /** Lets the user do this to what has this name. */
    void require(VirtualHost vhost, Permission.Operation operation, String kind, String name) {
        authorization(vhost).require(operation, kind, name);
    }

    /** Lets the user do this with this routing key. */
    void requireTopic(VirtualHost vhost, Permission.Operation operation, String exchange, String key) {
        ExchangeRecord found = vhost.exchange(exchange);
        if (found != null) {
            authorization(vhost).requireTopic(found, operation, key);
        }
    }

    // What is done.

    /** Who asks, where a connection would: nobody's. */
    ConnectionId operator() {
        return broker.operator();
    }

    /** Has commands carried out, all or none, and waits until that is durable. */
    List<Change> carryOut(Command... commands) {
        return await(broker.administer(List.of(commands), user.name()));
    }

    /** Waits for an answer of the broker's. */
    static <R> R await(CompletableFuture<R> answer) {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RefusedCommandException refused) {
                throw HttpError.of(refused.reason());
            } else if (e.getCause() instanceof AmqpException refused) {
                throw HttpError.of(refused);
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new HttpError(
                    503,
                    "timeout",
                    "the broker has not answered within " + PATIENCE_SECONDS + " s; it may still do it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpError(503, "stopping", "the broker is being stopped");
        }
    }
}
