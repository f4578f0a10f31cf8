/**
 * What the broker and every protocol speak in: tables of typed values, which are kept as the octets they came in, strings,
 * what messages say of themselves, and the codes with which something is refused. Decides nothing.
 */
@NullMarked
package io.jumpmq.value;

import org.jspecify.annotations.NullMarked;
