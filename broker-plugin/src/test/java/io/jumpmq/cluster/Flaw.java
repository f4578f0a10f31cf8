package io.jumpmq.cluster;

import java.util.EnumSet;
import java.util.Set;

/** What may be wrong around the engine: mistakes of our own making, and precautions left out that the engine needs. */
enum Flaw {
    /** A disk that calls a vote durable before it is. */
    UNFLUSHED_VOTE,
    /** A disk that calls entries durable before they are. */
    UNFLUSHED_ENTRIES,
    /** An empty append request commits whatever the receiver has. */
    UNCHECKED_COMMITS,
    /** A state machine that applies the second of two commands first. */
    OUT_OF_ORDER,
    /** A state machine that does not know a request again. */
    FORGOTTEN_REQUESTS,
    /** Reads of whatever the node that is asked has applied. */
    STALE_READS,
    /** Responses that a node sent in an earlier term reach the engine. */
    LATE_RESPONSES,
    /** A read may join another that waits for its quorum. */
    SHARED_READS,
    /** A node whose store has failed goes on. */
    LIFE_AFTER_FAILURE,
    /** A leader may remove itself. */
    LEADER_LEAVES,
    /** Append requests from before a snapshot reach the engine as they are. */
    REQUESTS_BEFORE_SNAPSHOT,
    /** A node does not take over the later term that a refused candidacy tells it of. */
    FORGOTTEN_TERMS,
    /** A node asks for votes though it is no voter. */
    STRANGE_CANDIDATES,
    /** Members may change while leadership is handed over. */
    CHANGES_DURING_TRANSFER,
    /** Half of an even number of voters commits. */
    HALF_COMMITS,
    /** A candidacy that a leader ended is not forgotten. */
    STALE_CANDIDACY,
    /** Whether a node votes is restored from where the engine put it, whatever the snapshot says. */
    VOTER_BESIDE_SNAPSHOT;

    /** All as it should be. */
    static Set<Flaw> none() {
        return EnumSet.noneOf(Flaw.class);
    }
}
