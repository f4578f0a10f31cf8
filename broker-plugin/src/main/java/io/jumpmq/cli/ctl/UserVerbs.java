package io.jumpmq.cli.ctl;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The verbs about users. */
final class UserVerbs {
    private UserVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("list_users", Listings.USERS.verb("list_users", 0));
        all.put("add_user", new Verb("add_user <username> [<password>]", 1, 2, UserVerbs::addUser));
        all.put("delete_user", new Verb("delete_user <username>", 1, 1, UserVerbs::deleteUser));
        all.put(
                "change_password",
                new Verb("change_password <username> [<password>]", 1, 2, UserVerbs::changePassword));
        all.put(
                "authenticate_user",
                new Verb("authenticate_user <username> [<password>]", 1, 2, UserVerbs::authenticate));
        all.put("set_user_tags", new Verb("set_user_tags <username> [<tag>, ...]", 1, 20, UserVerbs::setUserTags));
    }

    private static String password(CtlCommand ctl, List<String> arguments) {
        if (arguments.size() > 1) {
            return arguments.get(1);
        }
        try {
            if (ctl.console().interactive()) {
                ctl.console().err().print("Password: ");
                ctl.console().err().flush();
            }
            String line = new BufferedReader(new InputStreamReader(ctl.console().in(), UTF_8)).readLine();
            if (line == null || line.isEmpty()) {
                throw CtlException.usage("user needs a password: as an argument, or on standard input");
            }
            return line;
        } catch (IOException e) {
            throw CtlException.usage("the password cannot be read: " + e.getMessage());
        }
    }

    private static @Nullable JsonNode user(CtlCommand ctl, String name) {
        try {
            return ctl.client().get(ManagementClient.path("users", name));
        } catch (ManagementException e) {
            if (e.isNotFound()) {
                return null;
            }
            throw e;
        }
    }

    static JsonNode require(CtlCommand ctl, String name) {
        JsonNode user = user(ctl, name);
        if (user == null) {
            throw new CtlException(CtlException.NO_USER, "Error:\nUser \"" + name + "\" does not exist");
        }
        return user;
    }

    private static void addUser(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        String password = password(ctl, arguments);
        ctl.banner("Adding user \"" + name + "\" ...");
        if (user(ctl, name) != null) {
            throw new CtlException(CtlException.SOFTWARE, "Error:\nUser \"" + name + "\" already exists");
        }
        ctl.client().put(ManagementClient.path("users", name), Map.of("password", password, "tags", List.of()));
        ctl.banner("Done. Don't forget to grant the user permissions to some virtual hosts: see set_permissions.");
    }

    private static void deleteUser(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Deleting user \"" + arguments.get(0) + "\" ...");
        require(ctl, arguments.get(0));
        ctl.client().delete(ManagementClient.path("users", arguments.get(0)));
    }

    private static void changePassword(CtlCommand ctl, List<String> arguments) {
        String password = password(ctl, arguments);
        ctl.banner("Changing password for user \"" + arguments.get(0) + "\" ...");
        JsonNode user = require(ctl, arguments.get(0));
        ctl.client()
                .put(
                        ManagementClient.path("users", arguments.get(0)),
                        Map.of("password", password, "tags", user.path("tags")));
    }

    private static void authenticate(CtlCommand ctl, List<String> arguments) {
        String password = password(ctl, arguments);
        ctl.banner("Authenticating user \"" + arguments.get(0) + "\" ...");
        try {
            ctl.client().as(arguments.get(0), password).get(ManagementClient.path("whoami"));
        } catch (ManagementException e) {
            if (e.status() == ManagementException.NO_ANSWER) {
                throw e;
            }
            // Whoever has the right password but no tag is told so, rather than that it is wrong.
            if (!String.valueOf(e.getMessage()).contains("no management tag")) {
                throw new CtlException(
                        CtlException.DATA,
                        "Error:\nError: failed to authenticate user \"" + arguments.get(0) + "\"\nuser '"
                                + arguments.get(0) + "' - invalid credentials");
            }
        }
        ctl.say("Success");
    }

    private static void setUserTags(CtlCommand ctl, List<String> arguments) {
        List<String> tags = arguments.subList(1, arguments.size());
        ctl.banner("Setting tags for user \"" + arguments.get(0) + "\" to [" + String.join(", ", tags) + "] ...");
        JsonNode user = require(ctl, arguments.get(0));
        ctl.client()
                .put(
                        ManagementClient.path("users", arguments.get(0)),
                        Map.of("password_hash", user.path("password_hash").asText(), "tags", tags));
    }
}
