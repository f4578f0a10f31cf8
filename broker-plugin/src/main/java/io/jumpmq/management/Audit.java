package io.jumpmq.management;

import com.fasterxml.jackson.databind.JsonNode;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a user wants changed, and what came of it: one line in the log {@code jumpmq.audit} for each request of whoever has logged
 * in that is no question, refused ones too. Of bodies it tells only what is known to be no secret.
 */
final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.audit");
    private static final AttachmentKey<Audit> KEY = AttachmentKey.create(Audit.class);
    private static final HttpString REASON = new HttpString("X-Reason");

    /** Methods that only ask. */
    private static final Set<HttpString> QUESTIONS = Set.of(Methods.GET, Methods.HEAD, Methods.OPTIONS);

    /** Larger bodies are told by their size alone. */
    private static final int MAX_READ = 16 << 10;

    private static final int MAX_TOLD = 200;

    /** Fields whose values are told; of all others it is told that they are there. */
    private static final Set<String> TOLD = Set.of(
            "ackmode",
            "action",
            "apply-to",
            "arguments",
            "auto_delete",
            "configure",
            "count",
            "default_queue_type",
            "definition",
            "description",
            "durable",
            "exchange",
            "if_epoch",
            "internal",
            "pattern",
            "priority",
            "read",
            "routing_key",
            "tags",
            "type",
            "weights",
            "write");

    private static final String VALUE = "value";

    private final HttpServerExchange exchange;
    private final String user;
    private String body = "";
    private boolean isAllTold = true;

    private Audit(HttpServerExchange exchange, String user) {
        this.exchange = exchange;
        this.user = user;
    }

    /** A user's request has come; if it is no question, its answer will be told. */
    static void begin(HttpServerExchange exchange, String user) {
        if (!QUESTIONS.contains(exchange.getRequestMethod())) {
            exchange.putAttachment(KEY, new Audit(exchange, user));
        }
    }

    /** It has turned out to be a question. */
    static void forget(HttpServerExchange exchange) {
        exchange.removeAttachment(KEY);
    }

    /** Its body has come. */
    static void received(HttpServerExchange exchange, byte[] body) {
        Audit audit = exchange.getAttachment(KEY);
        if (audit != null && body.length > 0) {
            audit.body = audit.told(body);
        }
    }

    /**
     * This is its answer, which is told once.
     *
     * @param reason why not; empty: it is done
     */
    static void answered(HttpServerExchange exchange, int status, String reason) {
        Audit audit = exchange.removeAttachment(KEY);
        if (audit != null) {
            audit.log(status, reason);
        }
    }

    private void log(int status, String reason) {
        String why = exchange.getRequestHeaders().getFirst(REASON);
        LOG.info(
                "user '{}' at {}: {} {}{}{} -> {}{}",
                user,
                exchange.getSourceAddress().getAddress().getHostAddress(),
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                body,
                why == null ? "" : " because '" + cut(why) + "'",
                status,
                // A refusal may quote what it refuses.
                reason.isEmpty() || !isAllTold ? "" : " " + reason);
    }

    private String told(byte[] bytes) {
        if (bytes.length > MAX_READ) {
            isAllTold = false;
            return String.format(Locale.ROOT, " (%,d bytes)", bytes.length);
        }
        JsonNode document;
        try {
            document = Json.read(bytes).node();
        } catch (HttpError e) {
            isAllTold = false;
            return " (no JSON)";
        }
        StringBuilder text = new StringBuilder();
        document.properties().forEach(field -> text.append(' ').append(told(field.getKey(), field.getValue())));
        return text.toString();
    }

    private String told(String name, JsonNode value) {
        if (TOLD.contains(name) || (name.equals(VALUE) && value.isNumber())) {
            return name + "=" + cut(value.toString());
        }
        isAllTold = false;
        return cut(name) + "=…" + (value.isContainerNode() ? " (" + value.size() + ")" : "");
    }

    private static String cut(String text) {
        return text.length() <= MAX_TOLD ? text : text.substring(0, MAX_TOLD) + "…";
    }
}
