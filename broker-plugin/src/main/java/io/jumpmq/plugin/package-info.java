/**
 * What a plugin is written against: an {@link io.jumpmq.plugin.ExchangeType} makes a {@link io.jumpmq.plugin.Router} for
 * each exchange, and the router decides where messages go. The types that JumpMQ brings itself are written so, too.
 *
 * <p>Nothing here depends on anything but Java. Everything stays as it is within a version of the API, {@link
 * io.jumpmq.plugin.PluginApi#VERSION}: a plugin goes on working with every JumpMQ that has the version it was built for.
 *
 * <p><b>Threads.</b> One thread, the catalog's, creates, validates, binds, unbinds, snapshots and restores, one call at a
 * time. Any number of threads route, also while a binding is made: state that routing reads has to be immutable behind a
 * volatile reference, or made for that, as {@link java.util.concurrent.ConcurrentHashMap} is. Nobody may wait for anything.
 *
 * <p><b>Determinism.</b> A restart makes an exchange's bindings again, and so does every copy of the catalog: the same calls
 * in the same order have to lead to the same state, wherever and whenever they are made. So what is bound may depend on no
 * clock, no random number, no file, and not on the order of a hash map. Where a message goes may.
 *
 * <p><b>Failures.</b> {@link io.jumpmq.plugin.Router#validate} and {@link io.jumpmq.plugin.ExchangeType#create} refuse what
 * makes no sense with a {@link io.jumpmq.plugin.RefusedException}; anything else that they throw hurts only the command. What
 * routing throws hurts only the message. What has been validated has to be bound: a router that throws then is a defect, and
 * the broker stops in order, for the catalog would be half changed.
 *
 * <p><b>Values</b> of arguments and headers: {@link java.lang.String}; {@code byte[]} for octets and for text that is not
 * UTF-8; {@link java.lang.Byte}, {@link java.lang.Short}, {@link java.lang.Integer} and {@link java.lang.Long} as the client
 * chose; {@link java.lang.Float}, {@link java.lang.Double}, {@link java.math.BigDecimal}, {@link java.lang.Boolean}, {@link
 * java.time.Instant}; {@link java.util.List} and {@link java.util.Map} of values; null.
 */
@NullMarked
package io.jumpmq.plugin;

import org.jspecify.annotations.NullMarked;
