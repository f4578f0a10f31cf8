package io.jumpmq.store;

import java.io.IOException;

/**
 * What the files of a store hold, catalog and messages together. Changes nothing: a start goes on from it, an inspection
 * tells it.
 */
record StoreRecovery(CatalogRecovery.Found catalog, SegmentRecovery messages) {
    private static final String CATALOG = "catalog";
    private static final String MESSAGES = "messages";

    /**
     * Reads all files.
     *
     * @param damage told of what is wrong with them
     */
    static StoreRecovery read(
            Disk catalogDisk, Disk messageDisk, MessageSegments.Supply supply, long segmentBytes, Damage damage)
            throws IOException {
        CatalogRecovery.Found catalog = CatalogRecovery.read(catalogDisk, damage.in(CATALOG));
        SegmentRecovery messages = SegmentRecovery.read(messageDisk, supply, segmentBytes, damage.in(MESSAGES));
        try {
            agree(catalog, messages, damage);
            return new StoreRecovery(catalog, messages);
        } catch (DamagedException e) {
            messages.close();
            throw e;
        }
    }

    private static void agree(CatalogRecovery.Found catalog, SegmentRecovery messages, Damage damage)
            throws DamagedException {
        if (catalog.isNew() && !messages.isNew()) {
            damage.in(CATALOG)
                    .found(
                            Manifest.NAME,
                            0,
                            "all files of the catalog are missing" + CatalogRecovery.WITH_ALL + "; messages are there");
        } else if (messages.isNew() && catalog.generation() > 0) {
            damage.in(MESSAGES).found(Manifest.NAME, 0, "all files of messages are missing, and a catalog is there");
        }
        if (!catalog.isAdopted()) {
            for (long queue : messages.log().index().queues()) {
                if (!catalog.queues().contains(queue)) {
                    explain(queue, messages, damage);
                }
            }
        }
    }

    /**
     * Messages of a queue that the catalog has never heard of: they have outrun it on their way to the disk, and nobody was
     * told of them, or the catalog has lost something.
     */
    private static void explain(long queue, SegmentRecovery messages, Damage damage) throws DamagedException {
        Watermark first = messages.log().index().firstPlace(queue);
        if (first != null && first.compareTo(messages.flushed()) < 0) {
            damage.in(MESSAGES)
                    .found(
                            Segment.name(first.number()),
                            first.end(),
                            "a message of queue " + queue + ", of which the catalog has never heard");
        }
    }
}
