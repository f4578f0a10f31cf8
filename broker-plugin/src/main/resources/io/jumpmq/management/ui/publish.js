// A message by hand.

import { h } from "./dom.js";
import { argumentsEditor } from "./arguments.js";
import { choice, field, form, notice, textInput } from "./parts.js";

const PROPERTIES = {
    content_type: "text",
    content_encoding: "text",
    correlation_id: "text",
    reply_to: "text",
    expiration: "text",
    message_id: "text",
    timestamp: "number",
    type: "text",
    priority: "number",
    user_id: "text",
    app_id: "text",
};

/** A form that publishes to an exchange; to the default exchange with a routing key, to a queue. */
export function publishForm(view, vhost, exchange, routingKey = "") {
    const key = textInput({ value: routingKey });
    const mode = choice([
        ["1", "transient"],
        ["2", "persistent"],
    ]);
    const headers = argumentsEditor("Headers");
    const properties = argumentsEditor("Properties", PROPERTIES);
    const payload = h("textarea", { rows: 4, spellcheck: "false" });
    const encoding = choice([
        ["string", "text"],
        ["base64", "base64"],
    ]);
    return form({
        button: "Publish",
        fields: [
            field("Routing key", key),
            field("Delivery mode", mode),
            headers.element,
            properties.element,
            field("Payload", payload),
            field("Payload is", encoding),
        ],
        submit: async () => {
            const { routed } = await view.send("POST", ["exchanges", vhost, exchange, "publish"], {
                body: {
                    routing_key: key.value,
                    payload: payload.value,
                    payload_encoding: encoding.value,
                    properties: { ...properties.value(), delivery_mode: Number(mode.value), headers: headers.value() },
                },
            });
            notice(routed ? "Published and routed." : "Published, but no queue took it.", routed ? "done" : "problem");
            await view.refresh();
        },
    });
}
