// The whole broker at a glance.

import { drawLines, growth, levels, spanChoice } from "./charts.js";
import { h, patch } from "./dom.js";
import { count, rate } from "./format.js";
import { nodesTable } from "./nodes.js";
import { card, table } from "./parts.js";
import { href } from "./routes.js";

const RATES = [
    ["publish", "Published", 0],
    ["confirm", "Confirmed", 1],
    ["deliver_get", "Delivered or got", 2],
    ["ack", "Acknowledged", 3],
    ["redeliver", "Redelivered", 4],
    ["drop_unroutable", "Unroutable, dropped", 5],
];
const DEPTHS = [
    ["messages_ready", "Ready", 0],
    ["messages_unacknowledged", "Unacknowledged", 1],
    ["messages", "All", 2],
];

const LISTENER_COLUMNS = [
    { title: "Protocol", cell: listener => listener.protocol },
    { title: "Address", cell: listener => listener.ip_address },
    { title: "Port", numeric: true, cell: listener => String(listener.port) },
    { title: "Node", minor: true, cell: listener => listener.node },
];
const TOTALS = [
    ["connections", "Connections"],
    ["channels", "Channels"],
    ["exchanges", "Exchanges"],
    ["queues", "Queues"],
    ["consumers", "Consumers"],
];

export function overviewPage(view) {
    const span = spanChoice(() => view.refresh());
    const identity = h("span", { class: "muted" });
    const totals = h("ul", { class: "tiles" });
    const rates = h("div", { class: "plot" });
    const depths = h("div", { class: "plot" });
    const nodes = h("div");
    const listeners = h("div");
    view.title("Overview", identity);
    view.add(
        totals,
        h("div", { class: "card" }, span.element, h("div", { class: "columns" }, rates, depths)),
        card("Nodes", nodes),
        card("Listeners", listeners),
    );
    view.live(async () => {
        const overview = await view.get(["overview"], span.query());
        const stats = overview.message_stats ?? {};
        patch(identity, `${overview.cluster_name} · ${overview.product_name ?? "JumpMQ"} ${overview.product_version ?? ""}`);
        patch(
            totals,
            TOTALS.map(([name, title]) =>
                h(
                    "li",
                    null,
                    h("b", null, count(overview.object_totals?.[name])),
                    h("a", { href: href(name) }, title),
                ),
            ),
        );
        drawLines(rates, {
            title: "Message rates",
            format: rate,
            series: RATES.map(([name, title, tone]) => ({ name: title, tone, points: growth(stats[`${name}_details`]) })),
        });
        drawLines(depths, {
            title: "Queued messages",
            format: count,
            series: DEPTHS.map(([name, title, tone]) => ({
                name: title,
                tone,
                points: levels(overview.queue_totals?.[`${name}_details`]),
            })),
        });
        patch(listeners, table({ caption: "Listeners", columns: LISTENER_COLUMNS, rows: overview.listeners ?? [] }));
        patch(nodes, await nodesTable(view));
    });
}
