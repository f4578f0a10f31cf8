package io.jumpmq.management;

import io.jumpmq.broker.catalog.VirtualHost;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Definitions in RabbitMQ's JSON, with the rings beside them, so that every key goes where it went before. Importing is
 * all or nothing, and without effect where all is as wanted.
 */
public final class Definitions {
    public static final String USERS = "users";
    public static final String VHOSTS = "vhosts";

    private final DefinitionExport export;
    private final DefinitionImport importing;

    /** The definitions of a node. */
    public Definitions(Node node) {
        this.export = new DefinitionExport(node);
        this.importing = new DefinitionImport(node);
    }

    Map<String, @Nullable Object> export() {
        return export.all();
    }

    Map<String, @Nullable Object> export(VirtualHost vhost) {
        return export.of(vhost);
    }

    /**
     * The sections of a file that have elements.
     *
     * @throws IllegalArgumentException when it is not a JSON object
     */
    public static Set<String> sections(byte[] file) {
        Set<String> sections = new TreeSet<>();
        read(file).node().properties().forEach(section -> {
            if (!section.getValue().isEmpty()) {
                sections.add(section.getKey());
            }
        });
        return sections;
    }

    private static Fields read(byte[] file) {
        try {
            return Json.read(file);
        } catch (HttpError e) {
            throw new IllegalArgumentException("the definitions are not a JSON object" + Json.fault(file), e);
        }
    }

    /**
     * Imports definitions from a file's bytes.
     *
     * @throws IllegalArgumentException when it is bad; nothing has changed then, and the message names the element
     */
    public void load(byte[] file) {
        Fields document = read(file);
        try {
            load(document);
        } catch (HttpError e) {
            throw new IllegalArgumentException("definitions: " + e.reason(), e);
        }
    }

    /**
     * Imports all that is in a document.
     *
     * @throws HttpError when an element is bad, which it names; nothing has changed then
     */
    void load(Fields document) {
        importing.load(document);
    }

    /** Imports what belongs into one virtual host, whatever virtual host it says. */
    void load(Fields document, VirtualHost vhost) {
        importing.load(document, vhost);
    }
}
