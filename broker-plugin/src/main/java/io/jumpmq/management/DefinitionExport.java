package io.jumpmq.management;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.ring.RingState;
import io.jumpmq.security.User;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Definitions as a document, rings beside them. */
final class DefinitionExport {
    private final Node node;

    DefinitionExport(Node node) {
        this.node = node;
    }

    /** Of everything. */
    Map<String, @Nullable Object> all() {
        return Call.await(node.broker().look(catalog -> {
            Map<String, @Nullable Object> all = versions();
            List<Map<String, @Nullable Object>> users = new ArrayList<>();
            List<Map<String, @Nullable Object>> permissions = new ArrayList<>();
            List<Map<String, @Nullable Object>> topics = new ArrayList<>();
            for (User user : sorted(catalog.users(), User::name)) {
                users.add(Documents.user(user));
                topics.addAll(TopicPermissionResources.documents(user));
                user.permissions()
                        .forEach((vhost, permission) ->
                                permissions.add(Documents.permission(user.name(), vhost, permission)));
            }
            all.put("users", users);
            List<VirtualHost> vhosts = sorted(catalog.vhosts(), VirtualHost::name);
            all.put("vhosts", vhosts.stream().map(DefinitionExport::vhost).toList());
            all.put("permissions", permissions);
            all.put("topic_permissions", topics);
            all.put("global_parameters", GlobalParameterResources.documents(catalog));
            describe(all, catalog, vhosts);
            return all;
        }));
    }

    /** Of one virtual host. */
    Map<String, @Nullable Object> of(VirtualHost vhost) {
        return Call.await(node.broker().look(catalog -> {
            Map<String, @Nullable Object> all = versions();
            describe(all, catalog, List.of(vhost));
            return all;
        }));
    }

    private Map<String, @Nullable Object> versions() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("rabbit_version", Node.COMPATIBLE_VERSION);
        map.put("rabbitmq_version", Node.COMPATIBLE_VERSION);
        map.put("product_name", "JumpMQ");
        map.put("product_version", node.version());
        return map;
    }

    private static <T> List<T> sorted(Collection<T> all, Function<T, String> name) {
        return all.stream().sorted(Comparator.comparing(name)).toList();
    }

    private static Map<String, @Nullable Object> vhost(VirtualHost vhost) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", vhost.name());
        map.put("description", vhost.description());
        map.put("tags", new TreeSet<>(vhost.tags()));
        map.put("metadata", AccessResources.metadata(vhost));
        return map;
    }

    private static void describe(Map<String, @Nullable Object> all, Catalog catalog, List<VirtualHost> vhosts) {
        List<Map<String, @Nullable Object>> parameters = new ArrayList<>();
        List<Map<String, @Nullable Object>> policies = new ArrayList<>();
        List<Map<String, @Nullable Object>> queues = new ArrayList<>();
        List<Map<String, @Nullable Object>> exchanges = new ArrayList<>();
        List<Map<String, @Nullable Object>> bindings = new ArrayList<>();
        List<Map<String, @Nullable Object>> rings = new ArrayList<>();
        for (VirtualHost vhost : vhosts) {
            parameters.addAll(RuntimeParameters.of(vhost));
            vhost.policies().stream()
                    .filter(policy -> !policy.operator())
                    .forEach(policy -> policies.add(Documents.policy(vhost.name(), policy)));
            sorted(vhost.queues(), QueueRecord::name).stream()
                    .filter(queue -> !queue.isExclusive())
                    .forEach(queue -> queues.add(Documents.queue(queue)));
            for (ExchangeRecord exchange : sorted(vhost.exchanges(), ExchangeRecord::name)) {
                if (!exchange.name().isEmpty() && !exchange.name().startsWith("amq.")) {
                    exchanges.add(Documents.exchange(exchange));
                }
                if (exchange.router() instanceof ConsistentHashRouter router) {
                    ring(exchange, router.state()).ifPresent(rings::add);
                }
            }
            catalog.bindings(vhost).stream()
                    .filter(binding -> binding.kind() == DestinationKind.EXCHANGE
                            || !vhost.requireQueue(binding.destination()).isExclusive())
                    .forEach(binding -> bindings.add(BindingResources.definition(binding)));
        }
        all.put("parameters", parameters);
        all.put("policies", policies);
        all.put("queues", queues);
        all.put("exchanges", exchanges);
        all.put("bindings", bindings);
        all.put("rings", rings);
    }

    /** A ring; none if it is empty, or a queue is on it that is not exported: nobody could make it again. */
    private static Optional<Map<String, @Nullable Object>> ring(ExchangeRecord exchange, RingState<RingMember> state) {
        for (RingMember member : state.weights().keySet()) {
            if (member.destination() instanceof QueueRecord queue && queue.isExclusive()) {
                return Optional.empty();
            }
        }
        if (state.bucketCount() == 0) {
            return Optional.empty();
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("vhost", exchange.vhost());
        map.put("exchange", exchange.name());
        map.putAll(RingDocuments.file(state));
        return Optional.of(map);
    }
}
