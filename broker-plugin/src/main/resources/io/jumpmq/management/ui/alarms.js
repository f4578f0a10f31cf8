// Alarms, told on every page: publishers wait, and this is why.

import { h, patch } from "./dom.js";
import { bytes } from "./format.js";
import { href } from "./routes.js";

const TOLD = {
    memory: ({ value, limit }) => `Messages take ${bytes(value)} of memory; the limit is ${bytes(limit)}.`,
    disk: ({ value, limit }) => `${bytes(value)} of the disk are free; the limit is ${bytes(limit)}.`,
};

/** Shows the alarms there are, with what is measured and what is allowed. */
export async function showAlarms(view, host) {
    const alarms = await view.get(["alarms"]);
    patch(
        host,
        alarms.map(alarm =>
            h(
                "p",
                { class: "banner alarm", "data-key": `${alarm.node} ${alarm.resource}` },
                // Said once: the numbers beside it go on changing.
                h("strong", { role: "alert" }, `${alarm.resource === "memory" ? "Memory" : "Disk"} alarm: publishers wait.`),
                " ",
                h("span", null, TOLD[alarm.resource](alarm)),
                " ",
                view.has("administrator", "monitoring") && h("a", { href: href("nodes", alarm.node) }, alarm.node),
            ),
        ),
    );
}
