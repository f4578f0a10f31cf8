/** {@code jumpmq ctl}: the verbs of rabbitmqctl and rabbitmq-diagnostics, over the management API. */
@NullMarked
package io.jumpmq.cli.ctl;

import org.jspecify.annotations.NullMarked;
