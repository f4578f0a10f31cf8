/** Sockets: Netty on the outside, connection machines on the inside. Too dull to be wrong. */
@NullMarked
package io.jumpmq.transport;

import org.jspecify.annotations.NullMarked;
