/** The consistent-hash ring: pure data and arithmetic, nothing of AMQP, files, sockets, threads or clocks. */
module io.jumpmq.ring {
    requires com.dynatrace.hash4j;
    requires static transitive org.jspecify;

    exports io.jumpmq.ring;
    exports io.jumpmq.ring.hash;
}
