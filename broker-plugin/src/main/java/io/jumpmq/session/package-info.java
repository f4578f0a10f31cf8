/**
 * What the connections of all protocols have in common: what they are born with, what they ask of their socket, and what
 * operators see of them.
 */
@NullMarked
package io.jumpmq.session;

import org.jspecify.annotations.NullMarked;
