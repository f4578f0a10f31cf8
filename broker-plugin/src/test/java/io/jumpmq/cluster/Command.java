package io.jumpmq.cluster;

/** An operation of the log: what a client wants appended, known by its request id. */
record Command(int client, int number) {}
