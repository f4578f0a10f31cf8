package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.DestinationNames;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.plugin.NewExchange;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.RefusedException;
import io.jumpmq.plugin.Router;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A type of exchange that a plugin brings. What it throws names the plugin, and where it routes hurts the message alone; what
 * it keeps is wrapped so that it can be kept on while the plugin is missing.
 */
public final class PluginExchange implements ExchangeType {
    private final ExchangeType type;
    private final String name;
    private final String description;
    private final String plugin;
    private final Failures failures;

    /** Told of each message that a plugin could not route. Any thread. */
    public interface Failures {
        void routingFailed(String type, Throwable failure);
    }

    /**
     * A type of this plugin.
     *
     * @throws RuntimeException what the type throws when it is asked what it is
     */
    public PluginExchange(ExchangeType type, String plugin, Failures failures) {
        this.type = type;
        this.name = type.name();
        this.description = type.description();
        this.plugin = plugin;
        this.failures = failures;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Router create(NewExchange exchange) {
        return new PluginRouter(exchange);
    }

    private Router created(NewExchange exchange) {
        return attempt("create " + shown(exchange), () -> type.create(exchange));
    }

    private static String shown(NewExchange exchange) {
        return "exchange '" + exchange.name() + "' in vhost '" + exchange.virtualHost() + "'";
    }

    private void attempt(String what, Runnable action) {
        attempt(what, () -> {
            action.run();
            return true;
        });
    }

    /** Whatever a plugin throws: it may be built against classes that are missing, or run out of stack. */
    private <R> R attempt(String what, Supplier<R> action) {
        try {
            return action.get();
        } catch (RefusedException e) {
            throw e;
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            throw new IllegalStateException(
                    "the type '" + name + "' of the plugin " + plugin + " cannot " + what + ": " + e, e);
        }
    }

    private final class PluginRouter implements Router {
        private final NewExchange exchange;
        private final boolean mayRepeat;
        private volatile Router router;

        PluginRouter(NewExchange exchange) {
            this.exchange = exchange;
            this.router = created(exchange);
            this.mayRepeat = attempt("create " + shown(exchange), router::mayRepeat);
        }

        @Override
        public void validate(io.jumpmq.plugin.Binding binding) {
            attempt("validate a binding of " + shown(exchange), () -> router.validate(binding));
        }

        @Override
        public void bind(io.jumpmq.plugin.Binding binding) {
            attempt("make a binding of " + shown(exchange), () -> router.bind(binding));
        }

        @Override
        public void unbind(io.jumpmq.plugin.Binding binding) {
            attempt("take away a binding of " + shown(exchange), () -> router.unbind(binding));
        }

        @Override
        public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {
            try {
                router.route(message, routingKey, found);
            } catch (AmqpException e) {
                throw e; // The message makes no sense, which it was asked about.
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                failures.routingFailed(name, e);
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        shown(exchange) + " cannot route this message: its type '" + name + "' of the plugin " + plugin
                                + " has failed");
            }
        }

        @Override
        public boolean mayRepeat() {
            return mayRepeat;
        }

        @Override
        public byte @Nullable [] snapshot(DestinationNames names) {
            KeptState kept = attempt(
                    "tell the state of " + shown(exchange), () -> new KeptState(router.snapshot(names), List.of()));
            return kept.state() == null ? null : kept.encode(names);
        }

        @Override
        public void restore(byte[] snapshot, DestinationNames names) {
            KeptState kept = KeptState.decode(snapshot, names);
            attempt("restore " + shown(exchange), () -> {
                Router restored = created(exchange);
                kept.replay(restored, names);
                router = restored;
            });
        }
    }
}
