// Everything that is declared, as a file.

import { h } from "./dom.js";
import { card, choice, confirmByName, field, form, notice } from "./parts.js";

const EVERYTHING = "";

function save(name, document_) {
    const url = URL.createObjectURL(new Blob([JSON.stringify(document_, null, 2)], { type: "application/json" }));
    h("a", { href: url, download: name }).click();
    // The browser has begun by the next turn.
    setTimeout(() => URL.revokeObjectURL(url));
}

function scope() {
    const names = [...document.getElementById("vhost").options].map(option => option.value).filter(name => name !== "");
    return choice([[EVERYTHING, "the whole broker"], ...names.map(name => [name, `virtual host ${name}`])]);
}

const path = vhost => (vhost === EVERYTHING ? ["definitions"] : ["definitions", vhost]);

export function definitionsPage(view) {
    const from = scope();
    const to = scope();
    const file = h("input", { type: "file", accept: ".json,application/json", required: true });
    view.title("Definitions");
    view.add(
        card(
            "Export",
            h("p", null, "Users, virtual hosts, permissions, policies, exchanges, queues, bindings and rings, without messages. RabbitMQ reads the file, too."),
            form({
                button: "Download",
                fields: [field("What", from)],
                submit: async () => save(`jumpmq-definitions-${new Date().toISOString().slice(0, 10)}.json`, await view.get(path(from.value))),
            }),
        ),
        card(
            "Import",
            h("p", null, "What is there already stays; rings are put back bucket for bucket, so that every key goes where it went."),
            form({
                button: "Import…",
                fields: [field("Into", to), field("File", file)],
                submit: async () => {
                    const chosen = file.files[0];
                    let definitions;
                    try {
                        definitions = JSON.parse(await chosen.text());
                    } catch {
                        throw new Error(`${chosen.name} is not JSON.`);
                    }
                    const sure = await confirmByName({
                        title: "Import these definitions?",
                        text: "Users, permissions, policies and rings of the same name are replaced.",
                        name: chosen.name,
                        button: "Import",
                    });
                    if (sure) {
                        await view.send("POST", path(to.value), { body: definitions });
                        notice(`${chosen.name} is imported.`);
                        await view.vhostsChanged();
                    }
                },
            }),
        ),
    );
}
