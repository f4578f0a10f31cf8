package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.broker.OperatorChannel;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.User;
import io.undertow.Undertow;
import io.undertow.predicate.Predicates;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.handlers.RequestLimit;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.server.handlers.encoding.ContentEncodingRepository;
import io.undertow.server.handlers.encoding.EncodingHandler;
import io.undertow.server.handlers.encoding.GzipEncodingProvider;
import io.undertow.server.handlers.resource.ClassPathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.PathTemplateMatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server: the API below {@code /api}, the web pages everywhere else.
 *
 * <p>Users log in with each request (Basic). There are no cookies, and what changes something is refused when a page of
 * another origin asks, so that no other site can use a browser's memory of a password.
 */
public final class ManagementServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.management");

    private static final int MOST_WAITING = 256;
    private static final String PAGES = "io/jumpmq/management/ui";
    private static final String REALM = "Basic realm=\"JumpMQ Management\"";
    private static final HttpString REQUESTED_WITH = new HttpString("X-Requested-With");

    private static final Map<HttpString, String> ALWAYS = Map.of(
            new HttpString("Content-Security-Policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            new HttpString("X-Content-Type-Options"),
            "nosniff",
            new HttpString("X-Frame-Options"),
            "DENY",
            new HttpString("Referrer-Policy"),
            "no-referrer");

    private final Node node;
    private final Authenticator authenticator;
    private final LoginGuard guard = new LoginGuard();
    private final Statistics statistics;
    private final ScheduledExecutorService sampler;
    private final HttpThreads threads;
    private final HttpHandler root;
    private final List<Undertow> servers = new ArrayList<>();

    /** A server that does not listen yet. */
    public ManagementServer(HttpThreads threads, Node node, Authenticator authenticator) {
        this.threads = threads;
        this.node = node;
        this.authenticator = authenticator;
        this.statistics = new Statistics(node);
        this.sampler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "jumpmq-statistics");
            thread.setDaemon(true);
            return thread;
        });
        this.root = root();
    }

    /**
     * Starts to listen at one more address.
     *
     * @param tls null: plainly
     * @return the port
     * @throws IOException when the address cannot be had
     */
    @SuppressWarnings("FutureReturnValueIgnored") // Sampling goes on whatever one sample throws.
    public int listen(InetSocketAddress address, @Nullable Https tls) throws IOException {
        Undertow started = threads.listen(address, tls, root);
        if (servers.isEmpty()) {
            sampler.scheduleWithFixedDelay(this::sample, 0, Statistics.SAMPLE_SECONDS, TimeUnit.SECONDS);
        }
        servers.add(started);
        return HttpThreads.port(started);
    }

    private void sample() {
        try {
            statistics.sample(node.clock().nowMillis());
        } catch (RuntimeException e) {
            LOG.warn("Statistics could not be sampled: {}", e.toString());
        }
    }

    @Override
    public void close() {
        sampler.shutdownNow();
        servers.forEach(Undertow::stop);
    }

    private HttpHandler root() {
        Routes routes = new Routes(this::shell);
        OperatorChannel channel = new OperatorChannel(node.broker());
        new OverviewResources(node, statistics).addTo(routes);
        new HealthResources(node, channel).addTo(routes);
        new ConnectionResources(node, statistics).addTo(routes);
        new ExchangeResources(statistics, channel).addTo(routes);
        new QueueResources(node, statistics, channel).addTo(routes);
        new BindingResources(node).addTo(routes);
        new AccessResources(node, statistics).addTo(routes);
        new PolicyResources().addTo(routes);
        new ParameterResources(node).addTo(routes);
        new DefinitionResources(new Definitions(node)).addTo(routes);
        new RingResources().addTo(routes);
        HttpHandler api = new RequestLimitingHandler(
                new RequestLimit(HttpThreads.MOST_AT_ONCE, MOST_WAITING),
                routes.handler()
                        .setFallbackHandler(exchange -> send(exchange, HttpError.notFound()))
                        .setInvalidMethodHandler(exchange -> send(
                                exchange, new HttpError(405, "method_not_allowed", "this path knows no such method"))));
        HttpHandler pages = new ResourceHandler(
                        new ClassPathResourceManager(ManagementServer.class.getClassLoader(), PAGES))
                .setCacheTime(0)
                .setCachable(Predicates.falsePredicate())
                .addWelcomeFiles("index.html");
        HttpHandler all = exchange -> {
            ALWAYS.forEach(exchange.getResponseHeaders()::put);
            String path = exchange.getRequestPath();
            if (path.equals("/api") || path.startsWith("/api/")) {
                exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
                if (path.endsWith("/")) {
                    // A list's path, not that of something without a name.
                    exchange.setRelativePath(path.substring(0, path.length() - 1));
                }
                api.handleRequest(exchange);
            } else {
                exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-cache");
                pages.handleRequest(exchange);
            }
        };
        return new EncodingHandler(
                all, new ContentEncodingRepository().addEncodingHandler("gzip", new GzipEncodingProvider(), 50));
    }

    /** Everything around an answer: who asks, what they sent, what may go wrong. On a worker's thread. */
    private HttpHandler shell(Function<Call, Answer> function) {
        return new HttpHandler() {
            @Override
            public void handleRequest(HttpServerExchange exchange) {
                if (exchange.isInIoThread()) {
                    exchange.dispatch(this);
                    return;
                }
                try {
                    exchange.startBlocking();
                    refuseOtherOrigins(exchange);
                    send(exchange, function.apply(call(exchange, login(exchange))));
                } catch (HttpError e) {
                    send(exchange, e);
                } catch (AmqpException e) {
                    send(exchange, HttpError.of(e));
                } catch (RuntimeException | Error e) {
                    LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestPath(), e);
                    send(exchange, new HttpError(500, "internal_error", "a defect of JumpMQ: see its log"));
                }
            }
        };
    }

    private static void refuseOtherOrigins(HttpServerExchange exchange) {
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        if (origin == null
                || exchange.getRequestMethod().equals(Methods.GET)
                || exchange.getRequestMethod().equals(Methods.HEAD)) {
            return;
        }
        int scheme = origin.indexOf("://");
        String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
        if (scheme < 0 || host == null || !origin.substring(scheme + 3).equalsIgnoreCase(host)) {
            throw new HttpError(403, "forbidden", "a page of another origin may not change anything here");
        }
    }

    private User login(HttpServerExchange exchange) {
        InetSocketAddress peer = exchange.getSourceAddress();
        NodeCounters events = node.broker().events();
        String header = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
            throw new HttpError(401, "not_authorized", "Login failed");
        }
        String credentials = credentials(header.substring(6).strip());
        int colon = credentials.indexOf(':');
        String name = colon < 0 ? "" : credentials.substring(0, colon);
        guard.require(peer.getAddress(), name, node.clock().nowMillis());
        String response = colon < 0 ? "" : '\0' + name + '\0' + credentials.substring(colon + 1);
        Authenticator.Outcome outcome =
                authenticator.authenticate("PLAIN", response.getBytes(UTF_8), peer.getAddress());
        events.count(NodeCounters.Event.HTTP_LOGIN);
        User user = outcome.user();
        if (user == null) {
            events.count(NodeCounters.Event.HTTP_LOGIN_REFUSED);
            guard.failed(peer.getAddress(), name, node.clock().nowMillis());
            LOG.warn("{} login refused: {}", peer.getAddress().getHostAddress(), outcome.reason());
            throw new HttpError(401, "not_authorized", "Login failed");
        }
        return user;
    }

    /** {@code user:password}; what is no base64 is nobody's. */
    private static String credentials(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private Call call(HttpServerExchange exchange, User user) {
        PathTemplateMatch match = exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY);
        Map<String, String> path = new LinkedHashMap<>();
        match.getParameters().forEach((name, value) -> path.put(name, decoded(value, false)));
        Map<String, Deque<String>> query = new LinkedHashMap<>();
        exchange.getQueryParameters().forEach((name, values) -> {
            Deque<String> all = new ArrayDeque<>();
            values.forEach(value -> all.add(decoded(value, true)));
            query.put(decoded(name, true), all);
        });
        Call call = new Call(node.broker(), user, path, query, body(exchange));
        if (!call.mayManage()) {
            throw HttpError.notAuthorised("User can only log in via AMQP: it has no management tag");
        }
        return call;
    }

    private static byte[] body(HttpServerExchange exchange) {
        try {
            return exchange.getInputStream().readAllBytes();
        } catch (RequestTooBigException e) {
            throw new HttpError(
                    413, "payload_too_large", "a request has at most " + HttpThreads.LARGEST_BODY + " bytes");
        } catch (IOException e) {
            throw HttpError.badRequest("the request could not be read: " + e.getMessage());
        }
    }

    /** Percent-decoding, strictly: what is no UTF-8 in the end is refused. */
    private static String decoded(String text, boolean plusIsSpace) {
        if (text.indexOf('%') < 0 && text.chars().allMatch(c -> c < 128 && c != '+')) {
            return text;
        }
        byte[] raw = text.getBytes(UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '%') {
                bytes.put((byte) hex(raw, i + 1));
                i += 2;
            } else {
                bytes.put(raw[i] == '+' && plusIsSpace ? (byte) ' ' : raw[i]);
            }
        }
        try {
            return UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw HttpError.badRequest("the URL is not UTF-8");
        }
    }

    private static int hex(byte[] raw, int at) {
        int high = at + 1 < raw.length ? Character.digit(raw[at], 16) : -1;
        int low = at + 1 < raw.length ? Character.digit(raw[at + 1], 16) : -1;
        if (high < 0 || low < 0) {
            throw HttpError.badRequest("the URL has a % without two hexadecimal digits behind it");
        }
        return high << 4 | low;
    }

    private static void send(HttpServerExchange exchange, Answer answer) {
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
        exchange.setStatusCode(answer.status());
        Object document = answer.document();
        if (document == null) {
            exchange.endExchange();
            return;
        }
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send(ByteBuffer.wrap(Json.write(document)));
    }

    private static void send(HttpServerExchange exchange, HttpError error) {
        if (error.status() == 401 && !exchange.getRequestHeaders().contains(REQUESTED_WITH)) {
            exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, REALM);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("error", error.error());
        document.put("reason", error.reason());
        send(exchange, new Answer(error.status(), document, Map.of()));
    }
}
