/** The management API from a client's side: where it is, who asks, and what it answers. */
@NullMarked
package io.jumpmq.cli.http;

import org.jspecify.annotations.NullMarked;
