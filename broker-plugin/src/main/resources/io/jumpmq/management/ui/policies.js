// Policies, those of operators too.

import { argumentsEditor } from "./arguments.js";
import { h, patch } from "./dom.js";
import { count } from "./format.js";
import { LIMITS, POLICY } from "./keys.js";
import { attempt, card, choice, confirmByName, field, folded, form, jsonText, notice, table, textInput } from "./parts.js";
import { vhostChoice } from "./vhosts.js";

const QUEUES = ["queues", "classic_queues", "quorum_queues", "streams"];
const APPLIES_TO = ["all", ...QUEUES, "exchanges"];
const OPERATOR_APPLIES_TO = ["all", ...QUEUES];

export function policiesPage(view) {
    view.title("Policies");
    const updates = [section(view, "policies", "Policies", "Add or replace a policy", POLICY, APPLIES_TO, true)];
    updates.push(
        section(
            view,
            "operator-policies",
            "Operator policies",
            "Add or replace an operator policy",
            LIMITS,
            OPERATOR_APPLIES_TO,
            view.has("administrator"),
        ),
    );
    view.live(() => Promise.all(updates.map(update => update())));
}

function section(view, resource, title, addition, known, appliesTo, mayChange) {
    const list = h("div");
    view.add(card(title, list));
    const remove = async policy => {
        const sure = await confirmByName({
            title: "Delete this policy?",
            text: "What it limited is limited no longer.",
            name: policy.name,
            button: "Delete the policy",
        });
        if (sure) {
            await attempt(async () => {
                await view.send("DELETE", [resource, policy.vhost, policy.name]);
                notice(`Policy ${policy.name} is deleted.`);
                await view.refresh();
            });
        }
    };
    const editor = mayChange ? policyForm(view, resource, known, appliesTo) : null;
    if (mayChange) {
        editor.part = folded(addition, editor.element);
        view.add(editor.part);
    }
    const edit = policy => {
        editor.part.open = true;
        editor.fill(policy);
        editor.part.scrollIntoView({ block: "nearest" });
    };
    const columns = [
        { title: "Name", cell: p => p.name },
        { title: "Virtual host", minor: true, cell: p => p.vhost },
        { title: "Pattern", cell: p => h("code", null, p.pattern) },
        { title: "Applies to", minor: true, cell: p => p["apply-to"] },
        { title: "Priority", numeric: true, minor: true, cell: p => count(p.priority) },
        { title: "Definition", cell: p => jsonText(p.definition) },
        mayChange && {
            title: "Change",
            cell: p =>
                h(
                    "div",
                    { class: "actions" },
                    h("button", { type: "button", "aria-label": `Edit ${p.name}`, onclick: () => edit(p) }, "Edit"),
                    h("button", { type: "button", "aria-label": `Delete ${p.name}…`, onclick: () => remove(p) }, "Delete…"),
                ),
        },
    ].filter(Boolean);
    return async () => {
        const rows = await view.get(view.vhost === "" ? [resource] : [resource, view.vhost]);
        patch(list, table({ caption: title, columns, rows, key: p => JSON.stringify([p.vhost, p.name]) }));
    };
}

function policyForm(view, resource, known, appliesTo) {
    const vhost = vhostChoice(view);
    const name = textInput({ required: true });
    const pattern = textInput({ required: true });
    const applyTo = choice(appliesTo);
    const priority = textInput({ type: "number", value: "0" });
    const definition = argumentsEditor("Definition", known);
    const element = form({
        button: "Save",
        fields: [
            field("Virtual host", vhost),
            field("Name", name, "That of a policy there is: this one takes its place."),
            field("Pattern", pattern, "A regular expression for names."),
            field("Applies to", applyTo),
            field("Priority", priority, "The highest that fits applies."),
            definition.element,
        ],
        submit: async () => {
            await view.send("PUT", [resource, vhost.value, name.value], {
                body: {
                    pattern: pattern.value,
                    "apply-to": applyTo.value,
                    priority: Number(priority.value),
                    definition: definition.value(),
                },
            });
            notice(`Policy ${name.value} is saved.`);
            await view.refresh();
        },
    });
    return {
        element,
        /** Shows a policy, to be changed. */
        fill: policy => {
            vhost.value = policy.vhost;
            name.value = policy.name;
            pattern.value = policy.pattern;
            if (!appliesTo.includes(policy["apply-to"])) {
                applyTo.append(h("option", null, policy["apply-to"]));
            }
            applyTo.value = policy["apply-to"];
            priority.value = policy.priority;
            definition.set(policy.definition);
            pattern.focus();
        },
    };
}
