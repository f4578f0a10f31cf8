package io.jumpmq.cli.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.util.Base64;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Talks to the management API of a broker, JumpMQ's or RabbitMQ's. */
public final class ManagementClient {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CONNECT_MILLIS = 10_000;
    private static final int READ_MILLIS = 120_000;

    private final URI base;
    private final String user;
    private final String authorization;
    private final @Nullable SSLSocketFactory tls;

    /**
     * A client.
     *
     * @param base where the API's host is, as {@code http://localhost:15672}
     * @param tls what makes sockets for https; null: what Java has for it
     */
    ManagementClient(URI base, String user, String password, @Nullable SSLSocketFactory tls) {
        this.base = base;
        this.user = user;
        this.tls = tls;
        this.authorization = "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    /** The same, as another user. */
    public ManagementClient as(String otherUser, String password) {
        return new ManagementClient(base, otherUser, password, tls);
    }

    /** Where it asks. */
    public URI base() {
        return base;
    }

    /** A path below {@code /api} whose segments may hold any character. */
    public static String path(String... segments) {
        StringBuilder path = new StringBuilder("/api");
        for (String segment : segments) {
            path.append('/').append(encoded(segment));
        }
        return path.toString();
    }

    /** A text for a path's segment or a query's value. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /**
     * Reads a document.
     *
     * @throws ManagementException when it is not there, or nobody answers
     */
    public JsonNode get(String path) {
        return ask("GET", path, null);
    }

    /** Makes or replaces something. */
    public JsonNode put(String path, Object document) {
        return ask("PUT", path, document);
    }

    /** Has something done. */
    public JsonNode post(String path, Object document) {
        return ask("POST", path, document);
    }

    /** Deletes something. */
    public void delete(String path) {
        ask("DELETE", path, null);
    }

    /** Closes a connection, or several, and tells their clients why. */
    public void close(String path, String reason) {
        ask("DELETE", path, null, "X-Reason", reason);
    }

    private JsonNode ask(String method, String path, @Nullable Object body, String... header) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(root() + path).toURL().openConnection();
            if (tls != null && connection instanceof HttpsURLConnection secured) {
                secured.setSSLSocketFactory(tls);
            }
            connection.setRequestMethod(method);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(READ_MILLIS);
            connection.setRequestProperty("Authorization", authorization);
            connection.setRequestProperty("Accept", "application/json");
            if (header.length > 0) {
                connection.setRequestProperty(header[0], header[1]);
            }
            if (body != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(MAPPER.writeValueAsBytes(body));
                }
            }
            int status = connection.getResponseCode();
            InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
            byte[] answer = in == null ? new byte[0] : in.readAllBytes();
            if (status >= 400) {
                JsonNode document = parsed(answer);
                throw new ManagementException(status, refusal(status, path, document), document);
            }
            return answer.length == 0 ? MissingNode.getInstance() : MAPPER.readTree(answer);
        } catch (ConnectException e) {
            throw ManagementException.withoutAnswer("nothing listens at " + base
                    + ": is the broker running, and is its management there? (--uri says" + " where to look)");
        } catch (UnknownHostException e) {
            throw ManagementException.withoutAnswer(
                    "there is no host '" + base.getHost() + "' (--uri says where to look)");
        } catch (SocketTimeoutException e) {
            throw ManagementException.withoutAnswer(base + " does not answer");
        } catch (SSLException e) {
            throw ManagementException.withoutAnswer(distrust(e));
        } catch (JsonProcessingException e) {
            throw ManagementException.withoutAnswer(base + " is no management API: it does not answer in JSON");
        } catch (IOException e) {
            boolean isPlain = base.getScheme().equals("http");
            throw ManagementException.withoutAnswer(
                    base + ": " + e.getMessage() + (isPlain ? " (is it a port with TLS? Then say https://)" : ""));
        }
    }

    private String distrust(SSLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException) {
                return base + " shows a certificate that is not trusted: " + cause.getMessage()
                        + " (--cacert names the file of its authority)";
            }
        }
        return base + ": " + failure.getMessage()
                + " (is it a port with TLS, and the host's name that of its certificate?)";
    }

    private String root() {
        String text = base.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static JsonNode parsed(byte[] answer) {
        try {
            return answer.length == 0 ? MissingNode.getInstance() : MAPPER.readTree(answer);
        } catch (IOException e) {
            return MissingNode.getInstance(); // Then the status has to say it.
        }
    }

    private String refusal(int status, String path, JsonNode document) {
        String reason = document.path("reason").isTextual()
                ? document.path("reason").textValue()
                : document.path("reason").toString();
        return switch (status) {
            case 401 ->
                reason.isEmpty() || reason.equals("Login failed")
                        ? "login refused for user '" + user
                                + "': check --username and the password (--password-file, or JUMPMQ_PASSWORD)"
                        : "user '" + user + "' may not do this: " + reason;
            case 404 ->
                reason.isEmpty() || reason.equals("Not Found")
                        ? "not found: " + path.replaceFirst("^/api", "")
                        : reason;
            default -> reason.isEmpty() ? "HTTP status " + status + " for " + path : reason;
        };
    }
}
