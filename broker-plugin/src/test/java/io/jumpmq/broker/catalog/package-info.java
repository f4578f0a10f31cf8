@NullMarked
package io.jumpmq.broker.catalog;

import org.jspecify.annotations.NullMarked;
