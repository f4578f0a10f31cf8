// Nodes: what they take of their machine, how they are set, what they have logged.

import { drawLines, levels } from "./charts.js";
import { h, patch, svg } from "./dom.js";
import { bytes, count, duration } from "./format.js";
import { badge, card, checkbox, facts, field, table, textInput } from "./parts.js";
import { href } from "./routes.js";

const SPAN = { node_stats_age: "3600", node_stats_incr: "30" };

/** How much of something is used: a bar, and the numbers. */
function usage(used, limit, format, alarm = false) {
    const share = Math.min(1, used / limit || 0);
    return h(
        "div",
        { class: "usage" },
        h("span", null, `${format(used)} of ${format(limit)}`),
        svg(
            "svg",
            { class: `meter ${alarm ? "bad" : ""}`, viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
            svg("rect", { class: "track", width: 100, height: 4 }),
            svg("rect", { class: "fill", width: (share * 100).toFixed(2), height: 4 }),
        ),
    );
}

function state(node) {
    if (!node.running) {
        return badge("down", "bad");
    }
    const alarms = [node.mem_alarm && "memory alarm", node.disk_free_alarm && "disk alarm"].filter(Boolean);
    return alarms.length > 0 ? alarms.map(alarm => badge(alarm, "bad")) : badge("running", "good");
}

const COLUMNS = [
    { title: "Name", cell: node => h("a", { href: href("nodes", node.name) }, node.name) },
    { title: "State", cell: state },
    { title: "Up for", numeric: true, minor: true, cell: node => duration(node.uptime) },
    { title: "Messages in memory", cell: node => usage(node.mem_used, node.mem_limit, bytes, node.mem_alarm) },
    { title: "Disk free", numeric: true, cell: node => bytes(node.disk_free) },
    { title: "Files", minor: true, cell: node => usage(node.fd_used, node.fd_total, count) },
    { title: "Processors", minor: true, numeric: true, cell: node => count(node.processors) },
];

/** All nodes, for those who may see them. */
export async function nodesTable(view) {
    return view.has("administrator", "monitoring")
        ? table({ caption: "Nodes", columns: COLUMNS, rows: await view.get(["nodes"]), key: node => node.name })
        : h("p", { class: "empty" }, "Nodes are shown to users with the tag “monitoring”.");
}

export function nodesPage(view) {
    const list = h("div");
    view.title("Nodes");
    view.add(card("All", list));
    view.live(async () => patch(list, await nodesTable(view)));
}

const MEMORY_COLUMNS = [
    { title: "What", cell: row => row.what },
    { title: "Bytes", numeric: true, cell: row => bytes(row.bytes) },
    { title: "Limit", numeric: true, cell: row => bytes(row.limit) },
    { title: "Counts for the alarm", minor: true, cell: row => (row.counted ? "yes" : "no") },
];

function memoryRows(memory) {
    return [
        { what: "Messages in queues", bytes: memory.messages, limit: memory.counted_limit, counted: true },
        { what: "Messages that connections hold", bytes: memory.connections, limit: memory.connections_limit, counted: true },
        { what: "Java heap in use, messages included", bytes: memory.heap_used, limit: memory.total.limit },
        { what: "Java heap taken from the system", bytes: memory.total.allocated, limit: memory.total.limit },
        { what: "The whole process (resident)", bytes: memory.total.rss },
    ];
}

function line(node, name, title, tone) {
    return { name: title, tone, points: levels(node[`${name}_details`]) };
}

export function nodePage(view) {
    const [name] = view.names;
    const [what, memory, disk, files] = [h("div"), h("div"), h("div"), h("div")];
    const [memoryPlot, diskPlot] = [h("div", { class: "plot" }), h("div", { class: "plot" })];
    const notes = view.has("administrator") ? [logCard(view, name), settingsCard(view, name)] : [];
    view.title(name);
    view.add(
        card("Node", what),
        card("Memory", memory, memoryPlot),
        card("Disk", disk, diskPlot),
        card("Files and connections", files),
        ...notes.map(part => part.element),
    );
    view.live(async () => {
        const [node, kinds] = await Promise.all([view.get(["nodes", name], SPAN), view.get(["nodes", name, "memory"])]);
        patch(
            what,
            facts([
                ["State", state(node)],
                ["Up for", duration(node.uptime)],
                ["Version", node.applications?.[0]?.version ?? "–"],
                ["Process", node.os_pid],
                ["Processors", count(node.processors)],
                ["Threads", count(node.proc_used)],
                ["Plugins", node.enabled_plugins.join(", ")],
            ]),
        );
        patch(
            memory,
            facts([["Messages, of the watermark", usage(node.mem_used, node.mem_limit, bytes, node.mem_alarm)]]),
            table({ caption: "Memory by kind", columns: MEMORY_COLUMNS, rows: memoryRows(kinds.memory) }),
        );
        drawLines(memoryPlot, { title: "Memory of messages", format: bytes, series: [line(node, "mem_used", "Messages", 0)] });
        const store = node.store;
        patch(
            disk,
            facts([
                ["Free", bytes(node.disk_free)],
                ["Publishers wait below", bytes(node.disk_free_limit)],
                ["Directory", node.db_dir === "" ? "none: nothing is kept" : h("code", null, node.db_dir)],
                store && ["Message files", `${count(store.segments)}, ${bytes(store.disk_bytes)}`],
                store && ["Of use in them", bytes(store.live_bytes)],
                store && ["Waits for a flush", bytes(store.unflushed_bytes)],
                store && ["A flush takes", `${(node.io_sync_avg_time ?? 0).toFixed(1)} ms`],
                store && ["Paged out", `${count(store.messages_paged_out)} messages`],
                store?.damaged_messages > 0 && ["Damaged", badge(`${count(store.damaged_messages)} messages`, "bad")],
            ]),
        );
        drawLines(diskPlot, { title: "Disk free", format: bytes, series: [line(node, "disk_free", "Free", 2)] });
        patch(
            files,
            facts([
                ["Open files", usage(node.fd_used, node.fd_total, count)],
                ["Connections", count(node.sockets_used)],
            ]),
        );
        await Promise.all(notes.map(part => part.update()));
    });
}

function settingsCard(view, name) {
    const list = h("div");
    const columns = [
        { title: "Key", cell: setting => h("code", null, setting.key) },
        { title: "Value", cell: setting => (setting.value === "" ? "–" : h("code", null, setting.value)) },
        { title: "From", minor: true, cell: setting => (setting.is_set ? badge("set", "change") : "default") },
    ];
    let all = [];
    const onlySet = checkbox("Only what is set", { onchange: () => draw() });
    onlySet.input.checked = true;
    const filter = textInput({ type: "search", oninput: () => draw() });
    const draw = () =>
        patch(
            list,
            table({
                caption: "Settings",
                columns,
                rows: all.filter(
                    setting => setting.key.includes(filter.value.trim()) && (setting.is_set || !onlySet.input.checked),
                ),
                key: setting => setting.key,
                empty: all.length === 0 ? "This node is part of an application, which sets it." : "None.",
            }),
        );
    return {
        element: card(
            "Settings in effect",
            h("div", { class: "filter", role: "search" }, field("Filter by key", filter), onlySet.element),
            list,
        ),
        // They hold until the next start.
        update: async () => {
            if (all.length === 0) {
                all = await view.get(["nodes", name, "settings"]);
                draw();
            }
        },
    };
}

function logCard(view, name) {
    const text = h("pre", { class: "log", tabindex: 0, "aria-label": "The last lines of the log" });
    return {
        element: card("Log", h("p", { class: "muted" }, "The last lines, the newest at the end."), text),
        update: async () => {
            const { lines } = await view.get(["nodes", name, "log"]);
            // Whoever has scrolled up reads.
            const follows = text.scrollTop + text.clientHeight >= text.scrollHeight - 8;
            patch(text, lines.length === 0 ? "Nothing yet." : lines.join("\n"));
            if (follows) {
                text.scrollTop = text.scrollHeight;
            }
        },
    };
}
