package io.jumpmq.management;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes guessing passwords slow: an address from which too many logins failed within a minute waits for its end. */
final class LoginGuard {
    static final int MOST_FAILURES = 100;

    private static final long WINDOW_MILLIS = 60_000;
    private static final int MOST_ADDRESSES = 4096;

    private final Map<InetAddress, Failures> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Failures> eldest) {
            return size() > MOST_ADDRESSES;
        }
    };

    private record Failures(long sinceMillis, int count) {}

    /**
     * Lets an address try.
     *
     * @throws HttpError 429 when it has failed too often
     */
    synchronized void require(InetAddress address, long nowMillis) {
        Failures known = failures.get(address);
        if (known == null) {
            return;
        }
        if (nowMillis - known.sinceMillis > WINDOW_MILLIS) {
            failures.remove(address);
        } else if (known.count >= MOST_FAILURES) {
            throw new HttpError(429, "too_many_requests", "too many failed logins from this address: wait a minute");
        }
    }

    /** A login from there has failed. */
    synchronized void failed(InetAddress address, long nowMillis) {
        Failures known = failures.get(address);
        failures.put(
                address, known == null ? new Failures(nowMillis, 1) : new Failures(known.sinceMillis, known.count + 1));
    }
}
