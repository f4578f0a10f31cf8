// Users and what they may do.

import { h, patch } from "./dom.js";
import { attempt, badge, card, checkbox, confirmByName, field, folded, form, notice, table, textInput } from "./parts.js";
import { href } from "./routes.js";
import { vhostChoice } from "./vhosts.js";

const TAGS = ["administrator", "monitoring", "policymaker", "management"];

const tagsOf = user => (Array.isArray(user.tags) ? user.tags : String(user.tags).split(",")).filter(tag => tag !== "");

function tagChoice(chosen) {
    const boxes = TAGS.map(tag => {
        const box = checkbox(tag, {});
        box.input.checked = chosen.includes(tag);
        return [tag, box];
    });
    // Tags that are not ours stay as they are.
    const others = chosen.filter(tag => !TAGS.includes(tag));
    return {
        element: h(
            "fieldset",
            null,
            h("legend", null, "Tags"),
            boxes.map(([, box]) => box.element),
        ),
        value: () => [...boxes.filter(([, box]) => box.input.checked).map(([tag]) => tag), ...others].join(","),
    };
}

export function usersPage(view) {
    const list = h("div");
    const name = textInput({ required: true });
    const password = textInput({ type: "password", autocomplete: "new-password", required: true });
    const tags = tagChoice([]);
    view.title("Users");
    view.add(
        card("All", list),
        folded(
            "Add a user",
            form({
                button: "Add",
                fields: [field("Name", name), field("Password", password), tags.element],
                submit: async () => {
                    await view.send("PUT", ["users", name.value], {
                        body: { password: password.value, tags: tags.value() },
                    });
                    password.value = "";
                    notice(`User ${name.value} is there; it needs permissions to see a virtual host.`);
                    await view.refresh();
                },
            }),
        ),
    );
    const columns = [
        { title: "Name", cell: user => h("a", { href: href("users", user.name) }, user.name) },
        { title: "Tags", cell: user => tagsOf(user).map(tag => badge(tag)) },
        { title: "May enter", cell: user => user.vhosts.join(", ") || badge("nowhere", "bad") },
        { title: "Password", minor: true, cell: user => (user.password_hash ? "yes" : "none") },
    ];
    view.live(async () => {
        const [users, permissions] = await Promise.all([view.get(["users"]), view.get(["permissions"])]);
        const rows = users.map(user => ({
            ...user,
            vhosts: permissions.filter(permission => permission.user === user.name).map(permission => permission.vhost),
        }));
        patch(list, table({ caption: "Users", columns, rows, key: user => user.name }));
    });
}

export function userPage(view) {
    const [name] = view.names;
    const what = h("div");
    const list = h("div");
    const change = h("div");
    view.title(name);
    view.add(
        card("User", what),
        card("Permissions", list, folded("Set a permission", permissionForm(view, name))),
        change,
        folded(
            "Delete this user",
            form({
                button: "Delete…",
                kind: "danger",
                fields: [h("p", null, "Its permissions go with it.")],
                submit: () => remove(view, name),
            }),
        ),
    );
    const columns = [
        { title: "Virtual host", cell: p => p.vhost },
        { title: "Configure", cell: p => h("code", null, p.configure) },
        { title: "Write", cell: p => h("code", null, p.write) },
        { title: "Read", cell: p => h("code", null, p.read) },
        { title: "Change", cell: p => h("button", { type: "button", onclick: () => clear(p.vhost) }, "Clear…") },
    ];
    const clear = async vhost => {
        const sure = await confirmByName({
            title: "Clear this permission?",
            text: `User ${name} can no longer enter virtual host ${vhost}.`,
            name: vhost,
            button: "Clear the permission",
        });
        if (sure) {
            await attempt(async () => {
                await view.send("DELETE", ["permissions", vhost, name]);
                notice("The permission is cleared.");
                await view.refresh();
            });
        }
    };
    view.live(async () => {
        const user = await view.get(["users", name]);
        patch(
            what,
            h("p", null, "Tags: ", tagsOf(user).length === 0 ? "none" : tagsOf(user).map(tag => badge(tag))),
            h("p", null, user.password_hash ? "Logs in with a password." : "Has no password: it cannot log in with one."),
        );
        if (!change.hasChildNodes()) {
            change.append(folded("Change tags and password", changeForm(view, user)));
        }
        const permissions = await view.get(["users", name, "permissions"]);
        patch(list, table({ caption: "Permissions", columns, rows: permissions, key: p => p.vhost, empty: "None: it may enter nowhere." }));
    });
}

async function remove(view, name) {
    const sure = await confirmByName({
        title: "Delete this user?",
        text: "It can no longer log in.",
        name,
        button: "Delete the user",
    });
    if (sure) {
        await view.send("DELETE", ["users", name]);
        notice(`User ${name} is deleted.`);
        location.hash = href("users");
    }
}

function changeForm(view, user) {
    const password = textInput({ type: "password", autocomplete: "new-password" });
    const tags = tagChoice(tagsOf(user));
    return form({
        button: "Change",
        fields: [field("New password", password, "Empty: it stays as it is."), tags.element],
        submit: async () => {
            const { password_hash, hashing_algorithm } = await view.get(["users", user.name]);
            const secret = password.value === "" ? { password_hash, hashing_algorithm } : { password: password.value };
            await view.send("PUT", ["users", user.name], { body: { ...secret, tags: tags.value() } });
            password.value = "";
            notice(`User ${user.name} is changed.`);
            await view.refresh();
        },
    });
}

function permissionForm(view, name) {
    const vhost = vhostChoice(view);
    const [configure, write, read] = ["Configure", "Write", "Read"].map(() => textInput({ value: ".*" }));
    return form({
        button: "Set",
        fields: [
            field("Virtual host", vhost),
            field("Configure", configure, "Regular expressions; empty: nothing."),
            field("Write", write),
            field("Read", read),
        ],
        submit: async () => {
            await view.send("PUT", ["permissions", vhost.value, name], {
                body: { configure: configure.value, write: write.value, read: read.value },
            });
            notice(`User ${name} may enter ${vhost.value}.`);
            await view.refresh();
        },
    });
}
