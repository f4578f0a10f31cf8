// Queues: the list, and one of them.

import { argumentsEditor } from "./arguments.js";
import { bindFrom, bindingsTable } from "./bindings.js";
import { drawLines, Recorder } from "./charts.js";
import { consumerKey, CONSUMERS_OF_QUEUE } from "./clients.js";
import { figures } from "./columns.js";
import { h, newId, patch } from "./dom.js";
import { bytes, count, rate } from "./format.js";
import { QUEUE_ARGUMENTS } from "./keys.js";
import { listing } from "./listing.js";
import { attempt, badge, badges, card, checkbox, choice, confirmByName, facts, field, folded, form, jsonText, notice, table, textInput } from "./parts.js";
import { publishForm } from "./publish.js";
import { href } from "./routes.js";
import { vhostChoice } from "./vhosts.js";

const RATES = [
    ["publish", "Published", 0],
    ["deliver_get", "Delivered or got", 2],
    ["ack", "Acknowledged", 3],
    ["redeliver", "Redelivered", 4],
];
const DEPTHS = [
    ["messages_ready", "Ready", 0],
    ["messages_unacknowledged", "Unacknowledged", 1],
    ["messages", "All", 2],
];

function features(queue) {
    return badges([
        queue.durable && "durable",
        queue.auto_delete && "auto-delete",
        queue.exclusive && "exclusive",
        queue.policy && `policy ${queue.policy}`,
        queue.operator_policy && `operator ${queue.operator_policy}`,
    ]);
}

const state = queue => badge(queue.state ?? "?", queue.state === "running" ? "good" : "plain");

const COLUMNS = [
    { title: "Name", sort: "name", cell: q => h("a", { href: href("queues", q.vhost, q.name) }, q.name) },
    { title: "Virtual host", sort: "vhost", minor: true, cell: q => q.vhost },
    { title: "Features", minor: true, cell: features },
    { title: "State", minor: true, cell: state },
    figures("Ready", q => q.messages_ready, count, { sort: "messages_ready" }),
    figures("Unacked", q => q.messages_unacknowledged, count, { sort: "messages_unacknowledged", minor: true }),
    figures("Consumers", q => q.consumers, count, { sort: "consumers", minor: true }),
    figures("In", q => q.message_stats?.publish_details?.rate, rate, { sort: "message_stats.publish_details.rate" }),
    figures("Out", q => q.message_stats?.deliver_get_details?.rate, rate, { sort: "message_stats.deliver_get_details.rate" }),
    figures("Acked", q => q.message_stats?.ack_details?.rate, rate, { sort: "message_stats.ack_details.rate", extra: true }),
    figures("Redelivered", q => q.message_stats?.redeliver_details?.rate, rate, { extra: true }),
    figures("All", q => q.messages, count, { sort: "messages", extra: true }),
    figures("Bodies", q => q.message_bytes, bytes, { sort: "message_bytes", extra: true }),
    figures("In memory", q => q.messages_ram, count, { sort: "messages_ram", extra: true }),
    { title: "Type", sort: "type", extra: true, cell: q => q.type },
    { title: "Policy", sort: "policy", extra: true, cell: q => q.policy ?? "–" },
    { title: "Operator policy", sort: "operator_policy", extra: true, cell: q => q.operator_policy ?? "–" },
    { title: "Idle since", sort: "idle_since", extra: true, cell: q => q.idle_since ?? "–" },
];

export function queuesPage(view) {
    view.title("Queues");
    listing(view, { resource: "queues", noun: "Queues", columns: COLUMNS, key: q => JSON.stringify([q.vhost, q.name]) });
    view.add(folded("Declare a queue", declareForm(view)));
}

function declareForm(view) {
    const vhost = vhostChoice(view);
    const name = textInput({ required: true });
    const durable = checkbox("Durable", {});
    durable.input.checked = true;
    const autoDelete = checkbox("Delete when the last consumer goes", {});
    const args = argumentsEditor("Arguments", QUEUE_ARGUMENTS);
    return form({
        button: "Declare",
        fields: [field("Virtual host", vhost), field("Name", name), durable.element, autoDelete.element, args.element],
        submit: async () => {
            await view.send("PUT", ["queues", vhost.value, name.value], {
                body: { durable: durable.input.checked, auto_delete: autoDelete.input.checked, arguments: args.value() },
            });
            notice(`Queue ${name.value} is declared.`);
            await view.refresh();
        },
    });
}

export function queuePage(view) {
    const [vhost, name] = view.names;
    const what = h("div");
    const depths = h("div", { class: "plot" });
    const rates = h("div", { class: "plot" });
    const consumers = h("div");
    const bindings = h("div");
    const recorder = new Recorder();
    view.title(name);
    view.add(
        card("Queue", what, h("div", { class: "columns" }, depths, rates)),
        card("Consumers", consumers),
        card("Bindings", bindings, folded("Bind to an exchange", bindFrom(view, vhost, name))),
        folded("Publish a message", publishForm(view, vhost, "amq.default", name)),
        folded("Get messages", getForm(view, vhost, name)),
        folded("Move messages to another exchange", moveForm(view, vhost, name)),
        folded("Purge or delete this queue", purgeForm(view, vhost, name), deleteForm(view, vhost, name)),
    );
    view.live(async () => {
        const [queue, bound] = await Promise.all([
            view.get(["queues", vhost, name]),
            view.get(["queues", vhost, name, "bindings"]),
        ]);
        patch(
            what,
            facts([
                ["Virtual host", vhost],
                ["State", state(queue)],
                ["Features", features(queue)],
                ["Arguments", jsonText(queue.arguments)],
                ["Type", queue.type],
                ["Policy", queue.policy ? h("a", { href: href("policies") }, queue.policy) : "–"],
                ["Operator policy", queue.operator_policy ? h("a", { href: href("policies") }, queue.operator_policy) : "–"],
                ["Both together", jsonText(queue.effective_policy_definition)],
                ["Node", queue.node],
                ["Messages", count(queue.messages)],
                ["Their bodies", bytes(queue.message_bytes)],
                ["In memory", count(queue.messages_ram)],
            ]),
        );
        const now = Date.now();
        drawLines(depths, {
            title: "Queued messages",
            format: count,
            series: DEPTHS.map(([field, title, tone]) => ({
                name: title,
                tone,
                points: recorder.add(field, now, queue[field]),
            })),
        });
        drawLines(rates, {
            title: "Message rates",
            format: rate,
            series: RATES.map(([field, title, tone]) => ({
                name: title,
                tone,
                points: recorder.add(field, now, queue.message_stats?.[`${field}_details`]?.rate),
            })),
        });
        patch(
            consumers,
            table({
                caption: "Consumers",
                columns: CONSUMERS_OF_QUEUE,
                rows: queue.consumer_details ?? [],
                key: consumerKey,
                empty: "No consumers.",
            }),
        );
        patch(bindings, bindingsTable(view, { caption: "Bindings", side: "source", bindings: bound }));
    });
}

function getForm(view, vhost, name) {
    const mode = choice([
        ["ack_requeue_true", "put them back (marked redelivered)"],
        ["ack_requeue_false", "take them off the queue"],
        ["reject_requeue_false", "reject them (dead letters)"],
    ]);
    const amount = textInput({ type: "number", min: 1, max: 1000, value: "1", required: true });
    const encoding = choice([
        ["auto", "text where possible"],
        ["base64", "base64"],
    ]);
    const result = h("div", { "aria-live": "polite" });
    return [
        form({
            button: "Get",
            fields: [field("Afterwards", mode), field("Messages", amount), field("Payload as", encoding)],
            submit: async () => {
                const messages = await view.send("POST", ["queues", vhost, name, "get"], {
                    body: { count: Number(amount.value), ackmode: mode.value, encoding: encoding.value, truncate: 50_000 },
                });
                result.replaceChildren(
                    ...(messages.length === 0 ? [h("p", { class: "empty" }, "The queue is empty.")] : messages.map(shownMessage)),
                );
                await view.refresh();
            },
        }),
        result,
    ];
}

function shownMessage(message, index) {
    return h(
        "article",
        { class: "message", "aria-label": `Message ${index + 1}` },
        facts([
            ["Exchange", message.exchange === "" ? "(default exchange)" : message.exchange],
            ["Routing key", h("code", null, message.routing_key)],
            ["Redelivered", message.redelivered ? "yes" : "no"],
            ["Properties", jsonText(message.properties)],
            ["Payload", `${bytes(message.payload_bytes)}, ${message.payload_encoding === "base64" ? "base64" : "text"}`],
        ]),
        h("pre", { tabindex: 0 }, message.payload),
    );
}

// The broker moves so many at a time.
const MOVED_AT_ONCE = 1000;

function moveForm(view, vhost, name) {
    const known = h("datalist", { id: newId("exchanges") });
    const exchange = textInput({
        list: known.id,
        required: true,
        onfocus: async () => {
            const { items } = await view.get(["exchanges", vhost], { page: 1, page_size: 500, columns: "name" });
            patch(known, items.map(x => h("option", { value: x.name === "" ? "amq.default" : x.name })));
        },
    });
    const key = textInput({});
    const amount = textInput({ type: "number", min: 1, placeholder: "all that are ready" });
    return form({
        button: "Move",
        fields: [
            known,
            field("To exchange", exchange, "amq.default with a queue's name as routing key: straight to that queue."),
            field("With routing key", key, "Empty: each message keeps its own."),
            field("Messages", amount, "The oldest first, in their order; one that no queue takes stays, and those behind it."),
        ],
        submit: async () => {
            const { messages_ready: ready } = await view.get(["queues", vhost, name]);
            const wanted = amount.value === "" ? ready : Number(amount.value);
            let moved = 0;
            let stopped = null;
            let last = 1;
            while (moved < wanted && last > 0 && stopped === null) {
                ({ moved: last, stopped } = await view.send("POST", ["queues", vhost, name, "move"], {
                    body: {
                        exchange: exchange.value,
                        count: Math.min(MOVED_AT_ONCE, wanted - moved),
                        ...(key.value !== "" && { routing_key: key.value }),
                    },
                }));
                moved += last;
            }
            const told = `${count(moved)} ${moved === 1 ? "message is" : "messages are"} moved to ${exchange.value}`;
            notice(stopped === null ? `${told}.` : `${told}; the next one stays: ${stopped}.`, stopped === null ? "done" : "problem");
            await view.refresh();
        },
    });
}

function purgeForm(view, vhost, name) {
    return form({
        button: "Purge…",
        kind: "danger",
        fields: [h("p", null, "Purging takes away all messages that are ready.")],
        submit: async () => {
            const sure = await confirmByName({
                title: "Purge this queue?",
                text: "All messages that are ready are lost.",
                name,
                button: "Purge the queue",
            });
            if (sure) {
                await attempt(async () => {
                    await view.send("DELETE", ["queues", vhost, name, "contents"]);
                    notice(`Queue ${name} is purged.`);
                    await view.refresh();
                });
            }
        },
    });
}

function deleteForm(view, vhost, name) {
    const unused = checkbox("Only if it has no consumers", {});
    const empty = checkbox("Only if it is empty", {});
    return form({
        button: "Delete…",
        kind: "danger",
        fields: [unused.element, empty.element],
        submit: async () => {
            const sure = await confirmByName({
                title: "Delete this queue?",
                text: "Its messages are lost. On a ring its buckets go to the other queues.",
                name,
                button: "Delete the queue",
            });
            if (sure) {
                await attempt(async () => {
                    await view.send("DELETE", ["queues", vhost, name], {
                        query: {
                            ...(unused.input.checked && { "if-unused": true }),
                            ...(empty.input.checked && { "if-empty": true }),
                        },
                    });
                    notice(`Queue ${name} is deleted.`);
                    location.hash = href("queues");
                });
            }
        },
    });
}
