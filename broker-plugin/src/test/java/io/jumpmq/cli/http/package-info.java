@NullMarked
package io.jumpmq.cli.http;

import org.jspecify.annotations.NullMarked;
