package io.jumpmq.security;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Makes guessing passwords slow: when too many logins as one user failed from one address within a minute, this user waits for
 * its end there, whatever protocol is spoken. Others who come from the same address, through a proxy say, do not, nor
 * does the same user elsewhere: whoever guesses locks out nobody but themselves. For any thread.
 */
public final class LoginGuard {
    /** Failed logins as one user from one address within a minute. */
    public static final int MAX_FAILURES = 100;

    private static final long WINDOW_MILLIS = 60_000;
    private static final int MAX_WATCHED = 4096;

    private final LongSupplier nowMillis;
    private final Map<Login, Failures> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Login, Failures> eldest) {
            return size() > MAX_WATCHED;
        }
    };

    private record Login(InetAddress address, String user) {}

    private record Failures(long sinceMillis, int count) {}

    /**
     * A guard that has seen nobody yet.
     *
     * @param nowMillis the time from any moment on, never set back
     */
    public LoginGuard(LongSupplier nowMillis) {
        this.nowMillis = nowMillis;
    }

    /** Whether somebody may try: not who has failed too often. */
    synchronized boolean admits(InetAddress address, String user) {
        Login login = new Login(address, user);
        Failures known = failures.get(login);
        if (known != null && nowMillis.getAsLong() - known.sinceMillis > WINDOW_MILLIS) {
            failures.remove(login);
            return true;
        }
        return known == null || known.count < MAX_FAILURES;
    }

    /** A login has failed. */
    synchronized void failed(InetAddress address, String user) {
        failures.merge(
                new Login(address, user),
                new Failures(nowMillis.getAsLong(), 1),
                (known, first) -> new Failures(known.sinceMillis, known.count + 1));
    }
}
