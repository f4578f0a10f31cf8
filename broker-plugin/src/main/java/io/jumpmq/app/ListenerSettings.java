package io.jumpmq.app;

import io.jumpmq.config.Address;
import io.jumpmq.config.HttpOptions;
import io.jumpmq.config.Option;
import io.jumpmq.config.Options;
import io.jumpmq.config.Settings;
import io.jumpmq.config.TlsOptions;
import io.jumpmq.transport.Tls;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the settings want a broker to listen.
 *
 * @param host the address of all listeners, at the ports that the settings say; null: each has its own
 */
record ListenerSettings(Settings settings, @Nullable String host) {
    private static final String EVERYWHERE = "0.0.0.0";

    /**
     * All listeners, that for AMQP without TLS first.
     *
     * @throws IllegalArgumentException naming the key, and the file if there is one, when there cannot be such a listener
     */
    List<Listener> wanted() {
        List<Listener> wanted = new ArrayList<>();
        for (Address address : addresses(Options.NO_TCP, Options.TCP, Options.MORE_TCP)) {
            wanted.add(new Listener(Listener.Service.AMQP, socket(address), null));
        }
        List<Address> secured = addresses(Options.NO_TLS, Options.TLS, Options.MORE_TLS);
        if (!secured.isEmpty()) {
            Tls tls = tls(Options.TLS, Options.TLS_OPTIONS);
            secured.forEach(address -> wanted.add(new Listener(Listener.Service.AMQP, socket(address), tls)));
        }
        addHttp(Listener.Service.MANAGEMENT, Options.MANAGEMENT, wanted);
        addHttp(Listener.Service.PROMETHEUS, Options.PROMETHEUS, wanted);
        return wanted;
    }

    /** Addresses that were named take the place of the one that holds when nobody names any. */
    private List<Address> addresses(Option<String> none, Option<Address> first, Option<Address> more) {
        if (settings.find(none).isPresent()) {
            return List.of();
        }
        List<Address> all = new ArrayList<>();
        if (settings.isSet(first) || settings.members(more).isEmpty()) {
            all.add(settings.get(first));
        }
        all.addAll(settings.members(more).values());
        all.removeIf(Address::isNone);
        return all;
    }

    /** Without TLS, HTTP gives way to that with TLS, unless somebody has said where it is. */
    private void addHttp(Listener.Service service, HttpOptions options, List<Listener> wanted) {
        boolean isSecured = isWanted(options.tlsPort())
                && (settings.isSet(options.tlsPort())
                        || settings.isSet(options.tls().certificates()));
        boolean isConfigured = settings.isSet(options.port()) || (host == null && settings.isSet(options.host()));
        if (isWanted(options.port()) && (isConfigured || !isSecured)) {
            wanted.add(new Listener(service, socket(options.port(), options.host()), null));
        }
        if (isSecured) {
            Tls tls = tls(options.tlsPort(), options.tls());
            wanted.add(new Listener(service, socket(options.tlsPort(), options.tlsHost()), tls));
        }
    }

    private boolean isWanted(Option<Address> port) {
        return !settings.get(port).isNone();
    }

    private InetSocketAddress socket(Option<Address> port, Option<String> own) {
        Address address = settings.get(port);
        String name = settings.find(own).orElse(null);
        return host != null || name == null ? socket(address) : resolved(own.key(), name, address.port());
    }

    private InetSocketAddress socket(Address address) {
        return host == null
                ? new InetSocketAddress(address.host().isEmpty() ? EVERYWHERE : address.host(), address.port())
                : resolved("--host", host, address.port());
    }

    private static InetSocketAddress resolved(String key, String name, int port) {
        InetSocketAddress socket = new InetSocketAddress(name, port);
        if (socket.isUnresolved()) {
            throw new IllegalArgumentException(key + " = " + name + ": there is no such address");
        }
        return socket;
    }

    private Tls tls(Option<Address> port, TlsOptions options) {
        Path certificates = file(options.certificates());
        Path key = file(options.key());
        if (certificates == null || key == null) {
            throw new IllegalArgumentException(port.key() + " needs "
                    + options.certificates().key() + " and " + options.key().key());
        }
        try {
            return Tls.load(
                    certificates,
                    key,
                    file(options.authorities()),
                    options.verifies(settings),
                    settings.get(options.require()));
        } catch (FileSystemException e) {
            String keys = options.files().stream()
                    .filter(option -> Path.of(e.getFile()).equals(file(option)))
                    .map(Option::key)
                    .collect(Collectors.joining(", "));
            throw new IllegalArgumentException(keys + " = " + e.getMessage(), e);
        }
    }

    private @Nullable Path file(Option<String> option) {
        return settings.find(option).map(Path::of).orElse(null);
    }
}
