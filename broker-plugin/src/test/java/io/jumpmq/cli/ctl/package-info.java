/** Tests of the verbs. */
@NullMarked
package io.jumpmq.cli.ctl;

import org.jspecify.annotations.NullMarked;
