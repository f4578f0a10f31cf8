package io.jumpmq.plugin;

/** Which version of this API a server has, and how a jar says for which one it was built. */
public final class PluginApi {
    /** Another one where a plugin that was built before would not work any more. */
    public static final int VERSION = 1;

    /** The attribute of a jar's manifest that has the version for which the jar was built. */
    public static final String MANIFEST_ATTRIBUTE = "JumpMQ-Plugin-Api";

    private PluginApi() {}
}
