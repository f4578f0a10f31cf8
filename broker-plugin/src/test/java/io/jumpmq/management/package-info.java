@NullMarked
package io.jumpmq.management;

import org.jspecify.annotations.NullMarked;
