package io.jumpmq.stats;

/**
 * The chance that a correct JumpMQ fails this suite at all is at most one in a million (Bonferroni over the classes,
 * Holm within each). Seeds are fixed, so a build either always passes or always fails; the budget says how seldom a
 * change of seed would make a correct program fail.
 */
final class ErrorBudget {
    static final double ALL = 1e-6;
    static final double UNIFORMITY = 0.6 * ALL;
    static final double P_VALUES = 0.2 * ALL;
    static final double MOVEMENT = 0.2 * ALL;

    private ErrorBudget() {}
}
