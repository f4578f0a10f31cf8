/** Sockets: Netty on the outside, connections of any protocol on the inside. Too dull to be wrong. */
@NullMarked
package io.jumpmq.transport;

import org.jspecify.annotations.NullMarked;
