/**
 * Exchange types: how the bindings of one exchange decide where a message goes. Bindings change on the catalog's loop; any
 * thread routes, on immutable or concurrent state, without a lock.
 */
@NullMarked
package io.jumpmq.broker.exchange;

import org.jspecify.annotations.NullMarked;
