package io.jumpmq.cli.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that say where the broker is and who asks. What is not given comes from the environment, then from
 * {@code ~/.jumpmqrc}; there is no option for a password, which everybody could read in the list of processes.
 */
public final class Connect {
    private static final String FILE = ".jumpmqrc";
    private static final String GUEST = "guest";

    @Option(
            names = "--uri",
            paramLabel = "URI",
            description = "The management API. Default: JUMPMQ_URI, else http://localhost:15672.")
    private @Nullable String uri;

    @Option(names = "--username", paramLabel = "NAME", description = "Default: JUMPMQ_USERNAME, else guest.")
    private @Nullable String username;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "Holds the password. Default: JUMPMQ_PASSWORD, else the one in ~/.jumpmqrc, else guest.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--cacert",
            paramLabel = "FILE",
            description =
                    "Authorities to trust with https, in PEM. Default: JUMPMQ_CACERT, else those that Java trusts.")
    private @Nullable Path authorities;

    /**
     * The client that these options mean.
     *
     * @throws IllegalArgumentException when they make no sense
     */
    public ManagementClient client() {
        return client(System.getenv(), Path.of(System.getProperty("user.home", "")));
    }

    ManagementClient client(Map<String, String> environment, Path home) {
        Map<String, String> file = read(home.resolve(FILE));
        URI where = uri(first(uri, environment.get("JUMPMQ_URI"), file.get("uri"), "http://localhost:15672"));
        String[] user = where.getRawUserInfo() == null
                ? new String[0]
                : where.getRawUserInfo().split(":", 2);
        String name = first(
                username,
                user.length > 0 ? URLDecoder.decode(user[0], UTF_8) : null,
                environment.get("JUMPMQ_USERNAME"),
                first(file.get("username"), null, null, GUEST));
        String password = first(
                passwordFile == null ? null : password(passwordFile),
                user.length > 1 ? URLDecoder.decode(user[1], UTF_8) : null,
                environment.get("JUMPMQ_PASSWORD"),
                first(file.get("password"), null, null, GUEST));
        String trusted = first(
                authorities == null ? null : authorities.toString(),
                environment.get("JUMPMQ_CACERT"),
                file.get("cacert"),
                "");
        return new ManagementClient(
                withoutUser(where),
                name,
                password,
                trusted.isEmpty() || where.getScheme().equals("http") ? null : Trust.in(Path.of(trusted)));
    }

    private static String first(@Nullable String a, @Nullable String b, @Nullable String c, String otherwise) {
        return a != null ? a : b != null ? b : c != null ? c : otherwise;
    }

    private static URI uri(String text) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Said below, without what may be a password.
        }
        throw new IllegalArgumentException("--uri must be like http://localhost:15672");
    }

    private static URI withoutUser(URI uri) {
        return URI.create(uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                + (uri.getRawPath() == null ? "" : uri.getRawPath()));
    }

    private static String password(Path file) {
        try {
            return Files.readString(file).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new IllegalArgumentException("--password-file " + file + " cannot be read", e);
        }
    }

    /** Lines of {@code key = value}: uri, username, password, cacert. */
    private static Map<String, String> read(Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        if (!Files.isRegularFile(file)) {
            return values;
        }
        requirePrivate(file);
        try {
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0 && !line.startsWith("#")) {
                    values.put(
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip());
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
        if (!Set.of("uri", "username", "password", "cacert").containsAll(values.keySet())) {
            throw new IllegalArgumentException(
                    file + " may set uri, username, password and cacert, and sets " + values.keySet());
        }
        return values;
    }

    private static void requirePrivate(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ)) {
                throw new IllegalArgumentException(file + " can be read by others: chmod 600 " + file);
            }
        } catch (UnsupportedOperationException | IOException e) {
            // Where there are no such permissions, there is nothing to check.
        }
    }
}
