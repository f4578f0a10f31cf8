package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.OperatorChannel;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.User;
import io.jumpmq.value.AmqpException;
import io.undertow.predicate.Predicates;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.encoding.ContentEncodingRepository;
import io.undertow.server.handlers.encoding.EncodingHandler;
import io.undertow.server.handlers.encoding.GzipEncodingProvider;
import io.undertow.server.handlers.resource.ClassPathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.PathTemplateMatch;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/**
 * The HTTP server: the API below {@code /api}, the web pages everywhere else.
 *
 * <p>Users log in with each request (Basic). There are no cookies, and what changes something is refused when a page of
 * another origin asks ({@link Origins}), so that no other site can use a browser's memory of a password.
 */
public final class ManagementServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.management");

    /** Requests that are carried out at a time, and those that wait for their turn: the processors are there for messages. */
    private static final int MAX_AT_ONCE = 4;

    private static final int MAX_WAITING = 256;

    private static final long SAMPLE_PATIENCE_SECONDS = 5;

    private static final AttachmentKey<User> USER = AttachmentKey.create(User.class);
    private static final String UI = "io/jumpmq/management/ui";
    private static final String HELP = "io/jumpmq/management/pages";
    private static final String REALM = "Basic realm=\"JumpMQ Management\"";
    private static final HttpString REQUESTED_WITH = new HttpString("X-Requested-With");

    private static final Map<HttpString, String> ALWAYS = Map.of(
            new HttpString("Content-Security-Policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri"
                    + " 'none'; form-action 'none'; frame-ancestors 'none'",
            new HttpString("X-Content-Type-Options"),
            "nosniff",
            new HttpString("X-Frame-Options"),
            "DENY",
            new HttpString("Referrer-Policy"),
            "no-referrer");

    /** What is managed at this time, and by whom. */
    private record Site(Node node, Logins logins, Statistics statistics, boolean running) {}

    private volatile Site site;
    private volatile HttpHandler root;
    private final Control control;
    private final String prefix;
    private final Cors cors;
    private final ScheduledExecutorService sampler;
    private final HttpThreads threads;
    private final HttpMemory memory = HttpMemory.ofHeap();
    private final ExecutorService working = HttpThreads.pool("jumpmq-management", MAX_AT_ONCE, MAX_WAITING);
    private final List<AcceptingChannel<? extends StreamConnection>> servers = new ArrayList<>();

    /**
     * A server that does not listen yet.
     *
     * @param prefix what all its paths begin with; may be empty
     * @param cors which pages of other origins may use it
     */
    public ManagementServer(
            HttpThreads threads, Node node, Authenticator authenticator, Control control, String prefix, Cors cors) {
        this.threads = threads;
        this.control = control;
        this.prefix = prefix;
        this.cors = cors;
        this.site = site(node, authenticator, true);
        this.root = handler(site);
        this.sampler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "jumpmq-statistics");
            thread.setDaemon(true);
            return thread;
        });
    }

    private static Site site(Node node, Authenticator authenticator, boolean running) {
        return new Site(node, new Logins(authenticator, node.broker().events()), new Statistics(node), running);
    }

    private HttpHandler handler(Site its) {
        HttpHandler all = root(its);
        return prefix.isEmpty() ? all : new PathHandler().addPrefixPath(prefix, all);
    }

    /** Manages this node from now on. */
    public void serve(Node node, Authenticator authenticator) {
        show(site(node, authenticator, true));
    }

    /**
     * The broker stops: nothing is left but to start it again.
     *
     * @param node that only knows its users
     */
    public void pause(Node node, Authenticator authenticator) {
        show(site(node, authenticator, false));
        try {
            sampler.submit(() -> {}).get(SAMPLE_PATIENCE_SECONDS, TimeUnit.SECONDS); // One may be under way.
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The last sample of the statistics takes long: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(Site its) {
        site = its;
        root = handler(its);
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
        AcceptingChannel<? extends StreamConnection> started =
                threads.listen(address, tls, memory, exchange -> root.handleRequest(exchange));
        if (servers.isEmpty()) {
            sampler.scheduleWithFixedDelay(this::sample, 0, Statistics.SAMPLE_SECONDS, TimeUnit.SECONDS);
        }
        servers.add(started);
        return HttpThreads.port(started);
    }

    private void sample() {
        try {
            Site its = site;
            if (its.running) {
                its.statistics.sample(its.node.clock().nowMillis());
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            // Whatever it was: the executor would silently never call again.
            LOG.warn("Statistics could not be sampled, and will be tried again: {}", e.toString());
        }
    }

    @Override
    public void close() {
        sampler.shutdownNow();
        servers.forEach(IoUtils::safeClose);
        working.shutdownNow();
    }

    /** All that the API answers now. */
    Routes routes() {
        return routes(site);
    }

    private Routes routes(Site its) {
        Routes routes = new Routes(this::shell);
        if (its.running) {
            addAll(routes, its.node, its.statistics);
            new ControlResources(control, its.node).addTo(routes);
            new NodeResources(its.node, control).addTo(routes);
        } else {
            new ControlResources(control, its.node).addStoppedTo(routes);
        }
        return routes;
    }

    private HttpHandler root(Site its) {
        HttpError missing = its.running
                ? HttpError.notFound()
                : new HttpError(503, "stopped", "the broker is stopped: 'jumpmq ctl start_app' starts it");
        HttpHandler api = entrance(
                its.logins,
                routes(its)
                        .handler()
                        .setFallbackHandler(exchange -> send(exchange, missing))
                        .setInvalidMethodHandler(exchange -> send(
                                exchange, new HttpError(405, "method_not_allowed", "this path knows no such method"))));
        return beforeLogin(api);
    }

    private static void addAll(Routes routes, Node node, Statistics statistics) {
        OperatorChannel channel = new OperatorChannel(node.broker());
        new OverviewResources(node, statistics).addTo(routes);
        new HealthResources(node, channel).addTo(routes);
        new ConnectionResources(node, statistics).addTo(routes);
        new ExchangeResources(statistics, channel, node.format()).addTo(routes);
        new QueueResources(node, statistics, channel).addTo(routes);
        new BindingResources(node).addTo(routes);
        new AccessResources(node, statistics).addTo(routes);
        new TopicPermissionResources(node).addTo(routes);
        new UserLimitResources(node).addTo(routes);
        new PolicyResources().addTo(routes);
        new ParameterResources().addTo(routes);
        new GlobalParameterResources(node).addTo(routes);
        new FeatureFlagResources().addTo(routes);
        new DefinitionResources(new Definitions(node)).addTo(routes);
        new RingResources().addTo(routes);
    }

    private HttpHandler beforeLogin(HttpHandler api) {
        HttpHandler pages = pages(UI);
        HttpHandler help = help();
        return exchange -> {
            ALWAYS.forEach(exchange.getResponseHeaders()::put);
            String path = exchange.getRelativePath();
            if (isHelp(path)) {
                exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-cache");
                help.handleRequest(exchange);
            } else if (path.startsWith("/api/")) {
                exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
                if (cors.tell(exchange)) {
                    Transfer.of(exchange).send();
                    return;
                }
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
    }

    /** What tells people about the API and the tools, to whoever asks. Directories are named with and without a slash. */
    private static boolean isHelp(String path) {
        return path.matches("/api(/(index\\.html)?)?|/cli(/.*)?");
    }

    private static HttpHandler help() {
        HttpHandler files = pages(HELP);
        return exchange -> {
            if (!exchange.getRelativePath().matches("/[^/]+/?")) {
                files.handleRequest(exchange);
            } else {
                exchange.setStatusCode(StatusCodes.MOVED_PERMANENTLY);
                exchange.getResponseHeaders()
                        .put(Headers.LOCATION, exchange.getRequestPath().replaceFirst("/$", "") + "/index.html");
                Transfer.of(exchange).send();
            }
        };
    }

    private static HttpHandler pages(String folder) {
        HttpHandler files = new EncodingHandler(
                new ResourceHandler(new ClassPathResourceManager(ManagementServer.class.getClassLoader(), folder))
                        .setCacheTime(0)
                        .setCachable(Predicates.falsePredicate())
                        .addWelcomeFiles("index.html"),
                new ContentEncodingRepository().addEncodingHandler("gzip", new GzipEncodingProvider(), 50));
        return exchange -> {
            if (exchange.isRequestComplete()) {
                files.handleRequest(exchange);
            } else {
                send(exchange, HttpError.badRequest("a page takes no body"));
            }
        };
    }

    /**
     * Lets in who has logged in, and decides nothing else before: who has not learns nothing, neither about a path nor whether a
     * request makes sense, and not a byte of a body is waited for.
     */
    private HttpHandler entrance(Logins logins, HttpHandler inside) {
        return exchange -> answering(exchange, () -> {
            User user = logins.require(exchange);
            exchange.putAttachment(USER, user);
            Audit.begin(exchange, user.name());
            threads.sockets().loggedIn(exchange);
            Origins.requireOwn(exchange, cors);
            inside.handleRequest(exchange);
        });
    }

    /** Everything around an answer: what was sent, and which thread does it. */
    private HttpHandler shell(Routes.Route route) {
        return exchange -> {
            if (!route.changes()) {
                Audit.forget(exchange);
            }
            Call call = call(exchange);
            route.gate().accept(call);
            if (route.cheap() && exchange.isRequestComplete()) {
                send(exchange, route.answer().apply(call));
                return;
            }
            Transfer.of(exchange)
                    .receive(
                            route.maxBodyBytes(),
                            body -> exchange.dispatch(working, (HttpHandler) unused -> answering(exchange, () -> {
                                Audit.received(exchange, body);
                                send(exchange, route.answer().apply(call.with(body)));
                            })),
                            failure -> send(exchange, failure));
        };
    }

    private static boolean hasOutgrownMemory(Throwable failure) {
        return failure instanceof OutOfMemoryError
                || (failure.getCause() != null && hasOutgrownMemory(failure.getCause()));
    }

    private interface Step {
        void run() throws Exception;
    }

    /** Does something; what goes wrong is the answer. */
    private static void answering(HttpServerExchange exchange, Step step) {
        try {
            step.run();
        } catch (HttpError e) {
            send(exchange, e);
        } catch (AmqpException e) {
            send(exchange, HttpError.of(e));
        } catch (Exception | Error e) {
            if (hasOutgrownMemory(e)) {
                LOG.warn(
                        "{} {} took more memory than there is", exchange.getRequestMethod(), exchange.getRequestPath());
                send(exchange, new HttpError(503, "out_of_memory", "this takes more memory than there is"));
                return;
            }
            LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestPath(), e);
            send(exchange, new HttpError(500, "internal_error", "a defect of JumpMQ: see its log"));
        }
    }

    private Call call(HttpServerExchange exchange) {
        PathTemplateMatch match = exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY);
        Map<String, String> path = new LinkedHashMap<>();
        match.getParameters().forEach((name, value) -> path.put(name, decoded(value, false)));
        Map<String, Deque<String>> query = new LinkedHashMap<>();
        exchange.getQueryParameters().forEach((name, values) -> {
            Deque<String> all = new ArrayDeque<>();
            values.forEach(value -> all.add(decoded(value, true)));
            query.put(decoded(name, true), all);
        });
        return new Call(
                site.node.broker(),
                Objects.requireNonNull(exchange.getAttachment(USER)),
                path,
                query,
                exchange.getRequestHeaders()::getFirst,
                new byte[0]);
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

    /** @throws HttpError 503 when there is no memory for it now */
    private static void send(HttpServerExchange exchange, Answer answer) {
        Audit.answered(exchange, answer.status(), "");
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
        exchange.setStatusCode(answer.status());
        Object document = answer.document();
        Transfer transfer = Transfer.of(exchange);
        if (document == null) {
            transfer.send();
            return;
        }
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        transfer.send(into -> Json.write(document, into));
    }

    private static void send(HttpServerExchange exchange, HttpError error) {
        Audit.answered(exchange, error.status(), error.reason());
        if (error.status() == 401 && !exchange.getRequestHeaders().contains(REQUESTED_WITH)) {
            exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, REALM);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("error", error.error());
        document.put("reason", error.reason());
        send(exchange, new Answer(error.status(), document, Map.of()));
    }
}
