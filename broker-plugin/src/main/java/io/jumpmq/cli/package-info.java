/** The command line: what users type, and how answers look to people and to scripts. */
@NullMarked
package io.jumpmq.cli;

import org.jspecify.annotations.NullMarked;
