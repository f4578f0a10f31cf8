@NullMarked
package io.jumpmq.security;

import org.jspecify.annotations.NullMarked;
