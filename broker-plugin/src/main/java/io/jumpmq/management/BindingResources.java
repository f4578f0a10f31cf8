package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ShortString;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * {@code /bindings}, from all sides. A binding is known by its two ends and its {@code properties_key}, which tells key
 * and arguments apart.
 */
final class BindingResources {
    private final Node node;

    BindingResources(Node node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        routes.get("/bindings", call -> list(call, call.visibleVhosts(), binding -> true))
                .get("/bindings/{vhost}", call -> list(call, List.of(call.visibleVhost()), binding -> true))
                .get("/exchanges/{vhost}/{name}/bindings/source", call -> {
                    String name = ExchangeResources.named(call.at("name"));
                    return list(
                            call,
                            List.of(call.visibleVhost()),
                            binding -> binding.source().equals(name));
                })
                .get(
                        "/exchanges/{vhost}/{name}/bindings/destination",
                        call -> list(
                                call, List.of(call.visibleVhost()), leadsTo(DestinationKind.EXCHANGE, call.at("name"))))
                .get("/queues/{vhost}/{name}/bindings", call -> {
                    if (call.visibleVhost().queue(call.at("name")) == null) {
                        throw HttpError.notFound();
                    }
                    return list(call, List.of(call.visibleVhost()), leadsTo(DestinationKind.QUEUE, call.at("name")));
                });
        for (DestinationKind kind : DestinationKind.values()) {
            String between =
                    "/bindings/{vhost}/e/{source}/" + (kind == DestinationKind.QUEUE ? "q" : "e") + "/{destination}";
            routes.get(between, call -> list(call, List.of(call.visibleVhost()), between(call, kind)))
                    .post(between, call -> requireBindable(call, call.vhost(), kind), call -> bind(call, kind))
                    .get(between + "/{key}", call -> Listing.of(call, document(one(call, kind))))
                    .delete(between + "/{key}", call -> unbind(call, kind));
        }
    }

    private static Predicate<Change.BindingAdded> leadsTo(DestinationKind kind, String name) {
        return binding -> binding.kind() == kind && binding.destination().equals(name);
    }

    private static Predicate<Change.BindingAdded> between(Call call, DestinationKind kind) {
        String source = ExchangeResources.named(call.at("source"));
        return leadsTo(kind, call.at("destination"))
                .and(binding -> binding.source().equals(source));
    }

    /** All that fit, those among them that every queue has to the default exchange. */
    private List<Change.BindingAdded> bindings(List<VirtualHost> vhosts, Predicate<Change.BindingAdded> which) {
        return Call.await(node.broker().look(catalog -> {
            List<Change.BindingAdded> all = new ArrayList<>();
            for (VirtualHost vhost : vhosts) {
                for (QueueRecord queue : vhost.queues()) {
                    all.add(new Change.BindingAdded(
                            vhost.name(), "", DestinationKind.QUEUE, queue.name(), queue.name(), FieldTable.EMPTY));
                }
                all.addAll(catalog.bindings(vhost));
            }
            all.removeIf(which.negate());
            return all;
        }));
    }

    private Answer list(Call call, List<VirtualHost> vhosts, Predicate<Change.BindingAdded> which) {
        return Listing.of(
                call,
                bindings(vhosts, which),
                Comparator.comparing(Change.BindingAdded::vhost)
                        .thenComparing(Change.BindingAdded::source)
                        .thenComparing(Change.BindingAdded::destination)
                        .thenComparing(Change.BindingAdded::key),
                binding -> binding.source() + '\0' + binding.destination() + '\0' + binding.key(),
                BindingResources::document);
    }

    private Change.BindingAdded one(Call call, DestinationKind kind) {
        List<Change.BindingAdded> all = bindings(List.of(call.visibleVhost()), between(call, kind));
        // Who puts a properties_key into a path as it is has its escapes taken for those of the path.
        return named(all, call.at("key"), key -> key)
                .or(() -> named(all, call.at("key"), key -> URLDecoder.decode(key, UTF_8)))
                .orElseThrow(HttpError::notFound);
    }

    private static Optional<Change.BindingAdded> named(
            List<Change.BindingAdded> bindings, String name, UnaryOperator<String> form) {
        return bindings.stream()
                .filter(binding -> form.apply(propertiesKey(binding.key(), binding.arguments()))
                        .equals(name))
                .findFirst();
    }

    private static void requireBindable(Call call, VirtualHost vhost, DestinationKind kind) {
        if (ExchangeResources.named(call.at("source")).isEmpty()) {
            throw HttpError.notAuthorised("ACCESS_REFUSED - operation not permitted on the default exchange");
        }
        call.require(vhost, Operation.WRITE, Documents.kind(kind), call.at("destination"));
        call.require(vhost, Operation.READ, "exchange", call.at("source"));
    }

    private Answer bind(Call call, DestinationKind kind) {
        VirtualHost vhost = call.vhost();
        Fields fields = call.json();
        String key = fields.text("routing_key", "");
        FieldTable arguments = fields.table("arguments");
        call.requireTopic(vhost, Operation.READ, call.at("source"), key);
        if (!ShortString.fits(key)) {
            throw HttpError.badRequest("a routing key has at most 255 bytes");
        }
        call.carryOut(new Command.Bind(
                vhost.name(), call.at("source"), kind, call.at("destination"), key, arguments, call.operator()));
        String location = "../../../../" + encoded(vhost.name()) + "/e/" + encoded(call.at("source"))
                + (kind == DestinationKind.QUEUE ? "/q/" : "/e/") + encoded(call.at("destination")) + "/"
                + encoded(propertiesKey(key, arguments));
        return new Answer(201, null, Map.of("location", location));
    }

    private Answer unbind(Call call, DestinationKind kind) {
        VirtualHost vhost = call.vhost();
        requireBindable(call, vhost, kind);
        Change.BindingAdded binding = one(call, kind);
        call.requireTopic(vhost, Operation.READ, binding.source(), binding.key());
        call.carryOut(new Command.Unbind(
                vhost.name(),
                binding.source(),
                kind,
                binding.destination(),
                binding.key(),
                binding.arguments(),
                call.operator()));
        return Answer.done();
    }

    private static String encoded(String text) {
        return escaped(text).replace("+", "%20").replace("%7E", "~");
    }

    private static Map<String, @Nullable Object> document(Change.BindingAdded binding) {
        Map<String, @Nullable Object> map = definition(binding);
        map.put("properties_key", propertiesKey(binding.key(), binding.arguments()));
        return map;
    }

    /** As in definitions. */
    static Map<String, @Nullable Object> definition(Change.BindingAdded binding) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("source", binding.source());
        map.put("vhost", binding.vhost());
        map.put("destination", binding.destination());
        map.put("destination_type", Documents.kind(binding.kind()));
        map.put("routing_key", binding.key());
        map.put("arguments", Json.of(binding.arguments()));
        return map;
    }

    /** As RabbitMQ makes it, but for the hash of the arguments, which is our own. */
    static String propertiesKey(String key, FieldTable arguments) {
        if (arguments.isEmpty()) {
            return key.isEmpty() ? "~" : escaped(key);
        }
        CRC32C hash = new CRC32C();
        hash.update(Json.write(new TreeMap<>(Json.of(arguments))));
        byte[] bytes = new byte[Integer.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (hash.getValue() >>> (8 * i));
        }
        return escaped(key) + "~" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String escaped(String key) {
        return URLEncoder.encode(key, UTF_8).replace("*", "%2A");
    }
}
