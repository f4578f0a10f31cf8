// Bindings, as the pages of queues and of exchanges show them.

import { h } from "./dom.js";
import { attempt, confirmByName, choice, field, form, jsonText, notice, table, textInput } from "./parts.js";
import { argumentsEditor } from "./arguments.js";
import { exchangeHref, href } from "./routes.js";

const short = type => (type === "exchange" ? "e" : "q");

function link(vhost, type, name) {
    return h(
        "a",
        { href: type === "exchange" ? exchangeHref(vhost, name) : href("queues", vhost, name) },
        name === "" ? "(default exchange)" : name,
    );
}

async function unbind(view, binding) {
    const sure = await confirmByName({
        title: "Unbind?",
        text: "Messages of this binding no longer reach its destination.",
        name: binding.destination,
        button: "Unbind",
    });
    if (sure) {
        await attempt(async () => {
            await view.send("DELETE", [
                "bindings",
                binding.vhost,
                "e",
                binding.source,
                short(binding.destination_type),
                binding.destination,
                binding.properties_key,
            ]);
            notice("Unbound.");
            await view.refresh();
        });
    }
}

/** A table of bindings; `side` is the end that is told: "source" or "destination". */
export function bindingsTable(view, { caption, side, bindings, weights = false }) {
    return table({
        caption,
        rows: bindings,
        key: b => JSON.stringify([b.source, b.destination_type, b.destination, b.properties_key]),
        empty: "No bindings.",
        columns: [
            side === "source"
                ? { title: "From", cell: b => link(b.vhost, "exchange", b.source) }
                : { title: "To", cell: b => link(b.vhost, b.destination_type, b.destination) },
            { title: "Type", minor: true, cell: b => (side === "source" ? "exchange" : b.destination_type) },
            { title: weights ? "Weight" : "Routing key", cell: b => h("code", null, b.routing_key) },
            { title: "Arguments", minor: true, cell: b => jsonText(b.arguments) },
            {
                title: "Change",
                cell: b =>
                    b.source !== "" && h("button", { type: "button", onclick: () => unbind(view, b) }, "Unbind"),
            },
        ],
    });
}

/** A form that binds something to an exchange. */
export function bindTo(view, vhost, exchange, { weights }) {
    const type = choice([["queue", "queue"], ["exchange", "exchange"]]);
    const destination = textInput({ required: true });
    const key = weights ? textInput({ type: "number", min: 1, max: 10000, value: "1", required: true }) : textInput({});
    const args = argumentsEditor("Arguments");
    return form({
        button: "Bind",
        fields: [
            field("Destination's type", type),
            field("Destination", destination),
            weights ? field("Weight", key, "The number of buckets, 1 to 10,000: its share of the keys.") : field("Routing key", key),
            args.element,
        ],
        submit: async () => {
            await view.send("POST", ["bindings", vhost, "e", exchange, short(type.value), destination.value], {
                body: { routing_key: key.value, arguments: args.value() },
            });
            notice(`${destination.value} is bound.`);
            destination.value = "";
            await view.refresh();
        },
    });
}

/** A form that binds a queue to some exchange. */
export function bindFrom(view, vhost, queue) {
    const source = textInput({ required: true });
    const key = textInput({});
    const args = argumentsEditor("Arguments");
    return form({
        button: "Bind",
        fields: [
            field("From exchange", source),
            field("Routing key", key, "For a consistent-hash exchange: the weight."),
            args.element,
        ],
        submit: async () => {
            await view.send("POST", ["bindings", vhost, "e", source.value, "q", queue], {
                body: { routing_key: key.value, arguments: args.value() },
            });
            notice(`Bound to ${source.value}.`);
            await view.refresh();
        },
    });
}
