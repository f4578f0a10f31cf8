/** Identities that mean the same on every node: nodes, their lives, their connections. Values only. */
@NullMarked
package io.jumpmq.broker.node;

import org.jspecify.annotations.NullMarked;
