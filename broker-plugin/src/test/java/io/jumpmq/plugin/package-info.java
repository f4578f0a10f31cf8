/** What plugins are written against stays as it is. */
@NullMarked
package io.jumpmq.plugin;

import org.jspecify.annotations.NullMarked;
