/**
 * Connection and channel machines: frames and answers go in, frames and requests come out. A connection, with all its
 * channels, belongs to one loop; nothing here knows a socket or a thread.
 */
@NullMarked
package io.jumpmq.session;

import org.jspecify.annotations.NullMarked;
