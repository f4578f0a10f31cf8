package io.jumpmq.management;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes guessing passwords slow: when too many logins as one user failed from one address within a minute, this user waits for
 * its end there. Others who come from the same address, through a proxy say, do not.
 */
final class LoginGuard {
    static final int MOST_FAILURES = 100;

    private static final long WINDOW_MILLIS = 60_000;
    private static final int MOST_WATCHED = 4096;

    private final Map<Login, Failures> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Login, Failures> eldest) {
            return size() > MOST_WATCHED;
        }
    };

    private record Login(InetAddress address, String user) {}

    private record Failures(long sinceMillis, int count) {}

    /**
     * Lets somebody try.
     *
     * @param user the name that is claimed
     * @throws HttpError 429 when it has failed too often
     */
    synchronized void require(InetAddress address, String user, long nowMillis) {
        Login login = new Login(address, user);
        Failures known = failures.get(login);
        if (known == null) {
            return;
        }
        if (nowMillis - known.sinceMillis > WINDOW_MILLIS) {
            failures.remove(login);
        } else if (known.count >= MOST_FAILURES) {
            throw new HttpError(
                    429, "too_many_requests", "too many failed logins as this user from this address: wait a minute");
        }
    }

    /** A login has failed. */
    synchronized void failed(InetAddress address, String user, long nowMillis) {
        failures.merge(
                new Login(address, user),
                new Failures(nowMillis, 1),
                (known, first) -> new Failures(known.sinceMillis, known.count + 1));
    }
}
