/** What the documents say, kept true. */
@NullMarked
package io.jumpmq.docs;

import org.jspecify.annotations.NullMarked;
