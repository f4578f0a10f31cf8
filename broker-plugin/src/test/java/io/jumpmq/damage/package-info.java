/**
 * What damage to the store's files does, tried from outside: written from {@code docs/store-format.md} alone, so that it shares
 * no mistake with the code that it looks at.
 */
@NullMarked
package io.jumpmq.damage;

import org.jspecify.annotations.NullMarked;
