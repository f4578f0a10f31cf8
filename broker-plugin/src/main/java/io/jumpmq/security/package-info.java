/** Who somebody is and what they may do: users, passwords, permissions, SASL mechanisms. Values only. */
@NullMarked
package io.jumpmq.security;

import org.jspecify.annotations.NullMarked;
