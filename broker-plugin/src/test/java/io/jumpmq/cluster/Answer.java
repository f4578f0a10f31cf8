package io.jumpmq.cluster;

/** Is told what came of something that a node was asked for, if anything does. */
interface Answer<T> {
    void answered(T result);

    void failed();

    /** Nobody waits for it. */
    static <T> Answer<T> ignored() {
        return new Answer<>() {
            @Override
            public void answered(T result) {}

            @Override
            public void failed() {}
        };
    }
}
