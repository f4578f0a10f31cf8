package io.jumpmq.plugin;

/**
 * A type of exchange, found by {@link java.util.ServiceLoader}: it needs a public constructor without parameters, and its
 * name in {@code META-INF/services/io.jumpmq.plugin.ExchangeType}.
 */
public interface ExchangeType {
    /** As clients ask for it; by custom it begins with {@code x-}. Always the same. */
    String name();

    /** In a few words, for people. */
    String description();

    /**
     * The router of an exchange without bindings. Also called to see whether an exchange can be made, and for copies on which
     * changes are tried: many more routers may be created than there are exchanges, and they just become garbage.
     *
     * @throws RefusedException when the arguments make no sense to this type
     */
    Router create(NewExchange exchange);
}
