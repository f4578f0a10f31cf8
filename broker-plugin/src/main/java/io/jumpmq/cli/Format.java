package io.jumpmq.cli;

/** How answers are written. */
enum Format {
    /** For people. */
    text,
    /** For programs: one JSON document. */
    json
}
