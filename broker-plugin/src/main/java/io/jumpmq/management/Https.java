package io.jumpmq.management;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * HTTP through TLS.
 *
 * @param context with the server's certificate and key
 * @param parameters which protocols, and whether clients have to show a certificate
 */
public record Https(SSLContext context, SSLParameters parameters) {}
