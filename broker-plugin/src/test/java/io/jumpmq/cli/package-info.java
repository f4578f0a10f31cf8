@NullMarked
package io.jumpmq.cli;

import org.jspecify.annotations.NullMarked;
