// Virtual hosts.

import { figures } from "./columns.js";
import { h, patch } from "./dom.js";
import { count } from "./format.js";
import { attempt, card, choice, confirmByName, field, folded, form, notice, table, textInput } from "./parts.js";

/** A choice of one virtual host, for forms. */
export function vhostChoice(view) {
    const names = [...document.getElementById("vhost").options].map(option => option.value).filter(name => name !== "");
    return choice(names, { value: view.vhost === "" ? names[0] : view.vhost });
}

export function vhostsPage(view) {
    const list = h("div");
    const mayChange = view.has("administrator");
    view.title("Virtual hosts");
    view.add(card("All", list));
    const remove = async name => {
        const sure = await confirmByName({
            title: "Delete this virtual host?",
            text: "All its queues, messages, exchanges, rings, policies and permissions are lost.",
            name,
            button: "Delete the virtual host",
        });
        if (sure) {
            await attempt(async () => {
                await view.send("DELETE", ["vhosts", name]);
                notice(`Virtual host ${name} is deleted.`);
                await Promise.all([view.refresh(), view.vhostsChanged()]);
            });
        }
    };
    if (mayChange) {
        const name = textInput({ required: true });
        const description = textInput({});
        view.add(
            folded(
                "Add a virtual host",
                form({
                    button: "Add",
                    fields: [field("Name", name), field("Description", description)],
                    submit: async () => {
                        await view.send("PUT", ["vhosts", name.value], { body: { description: description.value } });
                        notice(`Virtual host ${name.value} is there.`);
                        await Promise.all([view.refresh(), view.vhostsChanged()]);
                    },
                }),
            ),
        );
    }
    const columns = [
        { title: "Name", cell: vhost => vhost.name },
        { title: "Description", minor: true, cell: vhost => vhost.description ?? "" },
        figures("Ready", vhost => vhost.messages_ready, count),
        figures("Unacked", vhost => vhost.messages_unacknowledged, count),
        mayChange && {
            title: "Change",
            cell: vhost => h("button", { type: "button", onclick: () => remove(vhost.name) }, "Delete…"),
        },
    ].filter(Boolean);
    view.live(async () => {
        const vhosts = await view.get(["vhosts"]);
        patch(list, table({ caption: "Virtual hosts", columns, rows: vhosts, key: vhost => vhost.name, total: vhosts.length > 1 && "Total" }));
    });
}
