/** A toy: a queue that is reached over a link which can be cut, in bytes, as one of another node would be. */
@NullMarked
package io.jumpmq.remote;

import org.jspecify.annotations.NullMarked;
