package io.jumpmq.ring.hash;

import com.dynatrace.hash4j.consistent.ConsistentBucketHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;

/**
 * JumpBackHash: O. Ertl, "JumpBackHash: Say Goodbye to the Modulo Operation to Distribute Keys Uniformly to Buckets",
 * 2024 (<a href="https://arxiv.org/abs/2403.18682">arXiv:2403.18682</a>), by its author's library hash4j, over
 * SplitMix64. This hasher keeps its state in locals, so that all threads share it.
 */
final class JumpBackHash {
    private static final ConsistentBucketHasher HASHER = ConsistentHashing.jumpBackHashSplitMix64();

    private JumpBackHash() {}

    static int bucket(long hash, int buckets) {
        HashAlgorithm.requireBuckets(buckets);
        return HASHER.getBucket(hash, buckets);
    }
}
