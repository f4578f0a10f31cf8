package io.jumpmq.app;

/**
 * Where in the URLs of the HTTP servers things are.
 *
 * @param management what paths of the API and the web pages begin with; empty, or without a slash at the end
 * @param metrics the path for Prometheus
 */
record HttpPaths(String management, String metrics) {
    static final HttpPaths DEFAULT = new HttpPaths("", "/metrics");
}
