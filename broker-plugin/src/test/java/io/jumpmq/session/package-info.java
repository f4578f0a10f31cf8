@NullMarked
package io.jumpmq.session;

import org.jspecify.annotations.NullMarked;
