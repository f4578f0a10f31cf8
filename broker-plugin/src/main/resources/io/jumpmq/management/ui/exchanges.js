// Exchanges: the list, and one of them.

import { argumentsEditor } from "./arguments.js";
import { bindTo, bindingsTable } from "./bindings.js";
import { drawLines, growth, spanChoice } from "./charts.js";
import { figures } from "./columns.js";
import { h, patch } from "./dom.js";
import { count, rate } from "./format.js";
import { listing } from "./listing.js";
import { attempt, badges, card, checkbox, choice, confirmByName, facts, field, folded, form, jsonText, notice, textInput } from "./parts.js";
import { publishForm } from "./publish.js";
import { exchangeHref, href } from "./routes.js";
import { vhostChoice } from "./vhosts.js";

const HASHING = "x-consistent-hash";
const TYPES = [HASHING, "direct", "fanout", "topic", "headers"];
const shownName = name => (name === "" ? "(default exchange)" : name);

const COLUMNS = [
    { title: "Name", sort: "name", cell: x => h("a", { href: exchangeHref(x.vhost, x.name) }, shownName(x.name)) },
    { title: "Virtual host", sort: "vhost", minor: true, cell: x => x.vhost },
    {
        title: "Type",
        sort: "type",
        cell: x => (x.type === HASHING ? h("a", { href: href("rings", x.vhost, x.name), class: "whole", title: "Its ring" }, x.type) : x.type),
    },
    { title: "Features", minor: true, cell: features },
    figures("In", x => x.message_stats?.publish_in_details?.rate, rate, { sort: "message_stats.publish_in_details.rate" }),
    figures("Out", x => x.message_stats?.publish_out_details?.rate, rate, { sort: "message_stats.publish_out_details.rate" }),
    figures("Messages in", x => x.message_stats?.publish_in, count, { sort: "message_stats.publish_in", extra: true }),
    figures("Messages out", x => x.message_stats?.publish_out, count, { sort: "message_stats.publish_out", extra: true }),
    { title: "Policy", sort: "policy", extra: true, cell: x => x.policy ?? "–" },
];

function features(x) {
    return badges([
        x.durable && "durable",
        x.auto_delete && "auto-delete",
        x.internal && "internal",
        x.policy && `policy ${x.policy}`,
        x.waits_for_type && "waits for its type: no plugin brings it",
    ]);
}

export function exchangesPage(view) {
    view.title("Exchanges");
    listing(view, { resource: "exchanges", noun: "Exchanges", columns: COLUMNS, key: x => JSON.stringify([x.vhost, x.name]) });
    view.add(folded("Declare an exchange", declareForm(view)));
}

function declareForm(view) {
    const vhost = vhostChoice(view);
    const name = textInput({ required: true });
    const type = choice(TYPES, { onchange: () => (hashing.hidden = type.value !== HASHING) });
    attempt(async () => {
        const names = (await view.get(["overview"])).exchange_types.map(known => known.name);
        type.append(...names.filter(known => !TYPES.includes(known)).map(known => h("option", null, known)));
    });
    const algorithm = choice([["", "the broker's default"], "jump", "jump-back", "rabbitmq"]);
    const hashed = choice([
        ["", "the routing key"],
        ["hash-header", "a header…"],
        ["hash-property", "a property…"],
    ]);
    const hashedName = textInput({ placeholder: "order-id, message_id, …" });
    const hashing = h(
        "fieldset",
        null,
        h("legend", null, "Consistent hashing"),
        field("Algorithm", algorithm),
        field("Hash", hashed),
        field("Header's or property's name", hashedName),
    );
    const durable = checkbox("Durable", {});
    durable.input.checked = true;
    const autoDelete = checkbox("Delete when the last binding goes", {});
    const internal = checkbox("Internal: no client may publish", {});
    const args = argumentsEditor("Arguments", { "alternate-exchange": "text" });
    return form({
        button: "Declare",
        fields: [
            field("Virtual host", vhost),
            field("Name", name),
            field("Type", type),
            hashing,
            durable.element,
            autoDelete.element,
            internal.element,
            args.element,
        ],
        submit: async () => {
            const all = args.value();
            if (type.value === HASHING && algorithm.value !== "") {
                all["hash-algorithm"] = algorithm.value;
            }
            if (type.value === HASHING && hashed.value !== "") {
                all[hashed.value] = hashedName.value;
            }
            await view.send("PUT", ["exchanges", vhost.value, name.value], {
                body: {
                    type: type.value,
                    durable: durable.input.checked,
                    auto_delete: autoDelete.input.checked,
                    internal: internal.input.checked,
                    arguments: all,
                },
            });
            notice(`Exchange ${name.value} is declared.`);
            await view.refresh();
        },
    });
}

export function exchangePage(view) {
    const [vhost, name] = view.names;
    const isDefault = name === "amq.default";
    const what = h("div");
    const plot = h("div", { class: "plot" });
    const outgoing = h("div");
    const incoming = h("div");
    const bind = h("div");
    const links = h("span");
    const span = spanChoice(() => view.refresh());
    view.title(isDefault ? shownName("") : name, links);
    view.add(
        card("Exchange", what),
        h("div", { class: "card" }, span.element, plot),
        card("Bindings from here", outgoing, bind),
        card("Bindings to here", incoming),
        folded("Publish a message", publishForm(view, vhost, name)),
    );
    if (!isDefault && !name.startsWith("amq.")) {
        view.add(folded("Delete this exchange", deleteForm(view, vhost, name)));
    }
    view.live(async () => {
        const exchange = await view.get(["exchanges", vhost, name], span.query());
        const weights = exchange.type === HASHING;
        patch(links, weights && h("a", { class: "button", href: href("rings", vhost, name) }, "Its ring"));
        patch(
            what,
            facts([
                ["Virtual host", vhost],
                ["Type", exchange.type],
                ["Features", features(exchange)],
                ["Arguments", jsonText(exchange.arguments)],
            ]),
        );
        const line = (title, field, tone) => ({
            name: title,
            tone,
            points: growth(exchange.message_stats?.[`${field}_details`]),
        });
        drawLines(plot, {
            title: "Message rates",
            format: rate,
            series: [line("In", "publish_in", 0), line("Out", "publish_out", 1)],
        });
        if (!bind.hasChildNodes() && !isDefault) {
            bind.append(folded("Bind something", bindTo(view, vhost, name, { weights })));
        }
        const [from, to] = await Promise.all(
            ["source", "destination"].map(end => view.get(["exchanges", vhost, name, "bindings", end])),
        );
        patch(
            outgoing,
            isDefault
                ? h("p", { class: "empty" }, "Every queue is reached by its name as routing key.")
                : bindingsTable(view, { caption: "Bindings from here", side: "destination", bindings: from, weights }),
        );
        patch(incoming, bindingsTable(view, { caption: "Bindings to here", side: "source", bindings: to }));
    });
}

function deleteForm(view, vhost, name) {
    const unused = checkbox("Only if nothing is bound to it", {});
    return form({
        button: "Delete…",
        kind: "danger",
        fields: [unused.element],
        submit: async () => {
            const sure = await confirmByName({
                title: "Delete this exchange?",
                text: "Its bindings go with it, and publishing to it fails.",
                name,
                button: "Delete the exchange",
            });
            if (sure) {
                await attempt(async () => {
                    await view.send("DELETE", ["exchanges", vhost, name], {
                        query: unused.input.checked ? { "if-unused": true } : {},
                    });
                    notice(`Exchange ${name} is deleted.`);
                    location.hash = href("exchanges");
                });
            }
        },
    });
}
