package io.jumpmq.session.amqp091;

/** Runs something when it has been run so many times itself; at once, if that is none. Belongs to its connection's loop. */
final class Countdown implements Runnable {
    private final Runnable then;
    private int left;

    Countdown(int count, Runnable then) {
        this.then = then;
        this.left = count;
        if (count == 0) {
            then.run();
        }
    }

    @Override
    public void run() {
        if (--left == 0) {
            then.run();
        }
    }
}
