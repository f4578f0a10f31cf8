package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.cli.http.ManagementClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The verbs about definitions. */
final class DefinitionVerbs {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private DefinitionVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put(
                "export_definitions",
                new Verb("export_definitions <file | ->", 1, 1, DefinitionVerbs::exportDefinitions));
        all.put(
                "import_definitions",
                new Verb("import_definitions <file | ->", 0, 1, DefinitionVerbs::importDefinitions));
    }

    private static void exportDefinitions(CtlCommand ctl, List<String> arguments) {
        String file = arguments.get(0);
        JsonNode definitions = ctl.client().get(ManagementClient.path("definitions"));
        if (file.equals("-")) {
            ctl.console().print(definitions + "\n");
            return;
        }
        ctl.banner("Exporting definitions in JSON to a file at \"" + file + "\" ...");
        try {
            Files.write(Path.of(file), MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(definitions));
        } catch (IOException e) {
            throw new CtlException(CtlException.USAGE, "Error:\n" + file + " cannot be written: " + e.getMessage());
        }
    }

    private static void importDefinitions(CtlCommand ctl, List<String> arguments) {
        boolean standardInput = arguments.isEmpty() || arguments.get(0).equals("-");
        JsonNode definitions;
        try {
            definitions = MAPPER.readTree(
                    standardInput ? ctl.console().in().readAllBytes() : Files.readAllBytes(Path.of(arguments.get(0))));
        } catch (JsonProcessingException e) {
            throw new CtlException(
                    CtlException.DATA,
                    "Error:\nthe definitions are no JSON: line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new CtlException(
                    CtlException.USAGE, "Error:\n" + arguments.get(0) + " cannot be read: " + e.getMessage());
        }
        ctl.banner("Importing definitions in JSON from " + (standardInput ? "standard input" : "a file") + " ...");
        ctl.client().post(ManagementClient.path("definitions"), definitions);
        ctl.say("Successfully started definition import. All of it is in effect.");
    }
}
