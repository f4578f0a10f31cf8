package io.jumpmq.broker.catalog;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the policies of a virtual host come to for one queue or exchange: the user's that counts, the operator's that
 * counts, and both together.
 */
public record EffectivePolicy(
        @Nullable Policy policy, @Nullable Policy operatorPolicy, Map<String, Object> definition) {
    static final EffectivePolicy NONE = new EffectivePolicy(null, null, Map.of());

    /** Of the policies that fit, the one of the highest priority; of several such, the one whose name comes first. */
    private static final Comparator<Policy> ORDER =
            Comparator.comparingInt(Policy::priority).reversed().thenComparing(Policy::name);

    static EffectivePolicy of(Iterable<Policy> policies, Change.QueueDeclared queue) {
        boolean quorum = QueueArguments.isQuorum(queue.arguments());
        return of(policies, quorum ? Policy.Target.QUORUM_QUEUES : Policy.Target.CLASSIC_QUEUES, queue.name());
    }

    /** For the default exchange none: it is nobody's, and that its name fits many patterns means nothing. */
    static EffectivePolicy of(Iterable<Policy> policies, Change.ExchangeDeclared exchange) {
        return exchange.name().equals(VirtualHost.DEFAULT_EXCHANGE)
                ? NONE
                : of(policies, Policy.Target.EXCHANGES, exchange.name());
    }

    private static EffectivePolicy of(Iterable<Policy> policies, Policy.Target kind, String name) {
        Policy user = null;
        Policy operator = null;
        for (Policy policy : policies) {
            if (policy.applies(kind, name)) {
                if (policy.operator()) {
                    operator = first(operator, policy);
                } else {
                    user = first(user, policy);
                }
            }
        }
        return user == null && operator == null ? NONE : new EffectivePolicy(user, operator, merged(user, operator));
    }

    private static Policy first(@Nullable Policy best, Policy other) {
        return best == null || ORDER.compare(other, best) < 0 ? other : best;
    }

    /** Of two bounds the tighter one counts, of other settings the operator's. */
    private static Map<String, Object> merged(@Nullable Policy user, @Nullable Policy operator) {
        Map<String, Object> merged = new TreeMap<>();
        if (user != null) {
            merged.putAll(user.definition());
        }
        if (operator != null) {
            operator.definition().forEach((key, bound) -> merged.merge(key, bound, EffectivePolicy::tighter));
        }
        return merged;
    }

    private static Object tighter(Object users, Object operators) {
        return users instanceof Long a && operators instanceof Long b ? Math.min(a, b) : operators;
    }

    @Nullable Long number(String key) {
        return (Long) read(key);
    }

    @Nullable String text(String key) {
        return (String) read(key);
    }

    private @Nullable Object read(String key) {
        if (!Policy.keys().contains(key)) {
            throw new IllegalArgumentException("the policy key " + key + " is not listed");
        }
        return definition.get(key);
    }
}
