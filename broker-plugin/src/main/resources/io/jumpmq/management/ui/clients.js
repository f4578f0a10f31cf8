// Connections, channels and consumers: who is there.

import { figures } from "./columns.js";
import { h, patch } from "./dom.js";
import { bytes, count, dateTime, rate } from "./format.js";
import { listing } from "./listing.js";
import { attempt, badge, card, confirmByName, facts, jsonText, notice, table } from "./parts.js";
import { href } from "./routes.js";

const octets = perSecond => `${bytes(perSecond)}/s`;
const state = client => badge(client.state ?? "?", client.state === "running" ? "good" : "plain");

/** The column of what clients call themselves; `of` finds where it is told. */
function clientColumn(path, of) {
    return { title: "Client", sort: `${path}user_provided_name`, cell: item => of(item)?.user_provided_name ?? "–" };
}

const channelLink = name => (name ? h("a", { href: href("channels", name) }, name) : "–");

const CONNECTION_COLUMNS = [
    { title: "Address", sort: "name", cell: c => h("a", { href: href("connections", c.name) }, c.name) },
    clientColumn("", c => c),
    { title: "Virtual host", sort: "vhost", minor: true, cell: c => c.vhost },
    { title: "User", sort: "user", cell: c => c.user },
    { title: "State", sort: "state", cell: state },
    { title: "Protocol", minor: true, cell: c => c.protocol },
    figures("Channels", c => c.channels, count, { sort: "channels" }),
    figures("From client", c => c.recv_oct_details?.rate, octets, { minor: true, sort: "recv_oct_details.rate" }),
    figures("To client", c => c.send_oct_details?.rate, octets, { minor: true, sort: "send_oct_details.rate" }),
    { title: "TLS", extra: true, cell: c => (c.ssl ? (c.ssl_protocol ?? "yes") : "no") },
    { title: "Connected", sort: "connected_at", extra: true, cell: c => dateTime(c.connected_at) },
    { title: "Library", extra: true, cell: c => c.client_properties?.product ?? "–" },
    { title: "Heartbeat", sort: "timeout", extra: true, numeric: true, cell: c => `${c.timeout} s` },
];
const CHANNEL_COLUMNS = [
    { title: "Channel", sort: "name", cell: c => channelLink(c.name) },
    clientColumn("connection_details.", c => c.connection_details),
    { title: "Virtual host", minor: true, cell: c => c.vhost },
    { title: "User", sort: "user", cell: c => c.user },
    { title: "State", cell: state },
    figures("Consumers", c => c.consumer_count, count, { sort: "consumer_count", minor: true }),
    { title: "Prefetch", numeric: true, minor: true, cell: c => count(c.prefetch_count) },
    figures("Unacked", c => c.messages_unacknowledged, count, { sort: "messages_unacknowledged" }),
    figures("Unconfirmed", c => c.messages_unconfirmed, count, { sort: "messages_unconfirmed", minor: true }),
    figures("Publish", c => c.message_stats?.publish_details?.rate, rate, { sort: "message_stats.publish_details.rate" }),
    figures("Deliver", c => c.message_stats?.deliver_get_details?.rate, rate, { sort: "message_stats.deliver_get_details.rate" }),
    { title: "Confirms", extra: true, cell: c => (c.confirm ? "yes" : "no") },
    { title: "Idle since", sort: "idle_since", extra: true, cell: c => c.idle_since ?? "–" },
];
const QUEUE = {
    title: "Queue",
    sort: "queue.name",
    cell: c => h("a", { href: href("queues", c.queue.vhost, c.queue.name) }, c.queue.name),
};
const CHANNEL = { title: "Channel", sort: "channel_details.name", cell: c => channelLink(c.channel_details?.name) };
const CLIENT = clientColumn("channel_details.", c => c.channel_details);
const USER = { title: "User", minor: true, sort: "channel_details.user", cell: c => c.channel_details?.user };
const SUBSCRIPTION = [
    { title: "Consumer tag", sort: "consumer_tag", cell: c => c.consumer_tag },
    { title: "Active", minor: true, cell: c => (c.active ? "yes" : "waiting") },
    { title: "Acknowledges", minor: true, cell: c => (c.ack_required ? "yes" : "no") },
    { title: "Prefetch", numeric: true, minor: true, cell: c => count(c.prefetch_count) },
];

/** Consumers as the page of their queue shows them. */
export const CONSUMERS_OF_QUEUE = [CHANNEL, CLIENT, ...SUBSCRIPTION];
const CONSUMERS_OF_CHANNEL = [QUEUE, ...SUBSCRIPTION];

/** What distinguishes a consumer. */
export function consumerKey(consumer) {
    return JSON.stringify([consumer.channel_details?.name, consumer.consumer_tag]);
}

export function connectionsPage(view) {
    view.title("Connections");
    listing(view, {
        resource: "connections",
        noun: "Connections",
        filter: "Filter by address or client",
        byVhost: false,
        columns: CONNECTION_COLUMNS,
        key: c => c.name,
        empty: "Nobody is connected.",
    });
}

export function channelsPage(view) {
    view.title("Channels");
    listing(view, {
        resource: "channels",
        noun: "Channels",
        filter: "Filter by address or client",
        byVhost: false,
        columns: CHANNEL_COLUMNS,
        key: c => c.name,
        empty: "No channel is open.",
    });
}

export function consumersPage(view) {
    view.title("Consumers");
    listing(view, {
        resource: "consumers",
        noun: "Consumers",
        filter: "Filter by tag, queue or client",
        columns: [QUEUE, CHANNEL, CLIENT, USER, ...SUBSCRIPTION],
        key: consumerKey,
        empty: "Nobody consumes.",
    });
}

export function connectionPage(view) {
    const [name] = view.names;
    const what = h("div");
    const channels = h("div");
    const close = async () => {
        const sure = await confirmByName({
            title: "Close this connection?",
            text: "Its unacknowledged messages go back to their queues. Most clients connect again by themselves.",
            name,
            button: "Close the connection",
        });
        if (sure) {
            await attempt(async () => {
                await view.send("DELETE", ["connections", name], { headers: { "x-reason": "Closed in the web pages" } });
                notice(`Connection ${name} is closed.`);
                location.hash = href("connections");
            });
        }
    };
    view.title(name);
    view.add(
        card("Connection", what),
        card("Channels", channels),
        h("div", { class: "actions" }, h("button", { type: "button", class: "danger", onclick: close }, "Close the connection")),
    );
    view.live(async () => {
        const c = await view.get(["connections", name]);
        patch(
            what,
            facts([
                ["State", state(c)],
                ["Client", c.user_provided_name ?? "–"],
                ["User", c.user],
                ["Virtual host", c.vhost],
                ["Protocol", c.protocol],
                ["Encrypted", c.ssl ? "yes" : "no"],
                ["Connected", dateTime(c.connected_at)],
                ["Heartbeat", `${c.timeout} s`],
                ["Largest frame", bytes(c.frame_max)],
                ["From client", bytes(c.recv_oct)],
                ["To client", bytes(c.send_oct)],
                ["Client properties", jsonText(c.client_properties)],
            ]),
        );
        const all = await view.get(["connections", name, "channels"]);
        patch(channels, table({ caption: "Channels", columns: CHANNEL_COLUMNS, rows: all, key: one => one.name }));
    });
}

export function channelPage(view) {
    const [name] = view.names;
    const what = h("div");
    const consumers = h("div");
    view.title(name);
    view.add(card("Channel", what), card("Consumers", consumers));
    view.live(async () => {
        const c = await view.get(["channels", name]);
        const connection = c.connection_details?.name;
        patch(
            what,
            facts([
                ["State", state(c)],
                ["Connection", connection ? h("a", { href: href("connections", connection) }, connection) : "–"],
                ["Client", c.connection_details?.user_provided_name ?? "–"],
                ["User", c.user],
                ["Virtual host", c.vhost],
                ["Confirms", c.confirm ? "yes" : "no"],
                ["Transactions", c.transactional ? "yes" : "no"],
                ["Prefetch", count(c.prefetch_count)],
                ["Unacknowledged", count(c.messages_unacknowledged)],
                ["Unconfirmed", count(c.messages_unconfirmed)],
                ["Published", rate(c.message_stats?.publish_details?.rate)],
                ["Delivered", rate(c.message_stats?.deliver_get_details?.rate)],
            ]),
        );
        patch(
            consumers,
            table({ caption: "Consumers", columns: CONSUMERS_OF_CHANNEL, rows: c.consumer_details ?? [], key: consumerKey }),
        );
    });
}
