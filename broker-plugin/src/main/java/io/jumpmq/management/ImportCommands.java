package io.jumpmq.management;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.RefusedCommandException;
import io.jumpmq.value.AmqpException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands, and where in the file each comes from. */
final class ImportCommands {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.definitions");

    private final List<Command> commands = new ArrayList<>();
    private final List<String> elements = new ArrayList<>();
    private final Set<String> ignored = new TreeSet<>();
    private final List<String> missed = new ArrayList<>();
    private final Set<String> missing = new HashSet<>();

    /** Leaves something out that there cannot be here, and with it what refers to it. */
    void leaveOut(String vhost, String kind, String name, String why) {
        missing.add(key(vhost, kind, name));
        missed.add(kind + " '" + name + "' in vhost '" + vhost + "': " + why);
    }

    boolean isLeftOut(String vhost, String kind, String name) {
        return missing.contains(key(vhost, kind, name));
    }

    private static String key(String vhost, String kind, String name) {
        return vhost + '\0' + kind + '\0' + name;
    }

    void add(String element, Command command) {
        elements.add(element);
        commands.add(command);
    }

    /** Something is not as it is in the file; operators are told. */
    void miss(String what) {
        missed.add(what);
    }

    /** A component whose parameters have no meaning here. */
    void ignore(String component) {
        ignored.add(component);
    }

    /**
     * Carries them out, all or none.
     *
     * @throws HttpError when one is refused; it names the element
     */
    void carryOut(Broker broker) {
        missed.forEach(what -> LOG.warn("Not imported: {}", what));
        ignored.forEach(
                component -> LOG.warn("Parameters of '{}' have no meaning here and were not imported", component));
        if (commands.isEmpty()) {
            return;
        }
        try {
            broker.administer(commands).join();
            LOG.info("Definitions are imported: {}", counted());
        } catch (CompletionException e) {
            if (e.getCause() instanceof RefusedCommandException refused) {
                throw HttpError.badRequest(
                        elements.get(refused.index()) + ": " + refused.reason().getMessage());
            } else if (e.getCause() instanceof AmqpException refused) {
                throw HttpError.of(refused);
            }
            throw e;
        }
    }

    /** Such as "2 users, 10 queues". */
    private String counted() {
        Map<String, Long> counts = elements.stream()
                .map(element -> element.replaceFirst("].*", "]")) // One may take several commands.
                .distinct()
                .collect(Collectors.groupingBy(
                        element -> element.split("\\[", 2)[0], LinkedHashMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", "));
    }
}
