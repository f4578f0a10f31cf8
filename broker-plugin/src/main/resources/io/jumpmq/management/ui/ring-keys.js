// Where one key goes, and why.

import { h, patch } from "./dom.js";
import { count } from "./format.js";
import { attempt, facts, field, textInput } from "./parts.js";

const CHOICE = {
    jump: "the jump consistent hash of Lamping and Veach",
    "jump-back": "JumpBackHash",
    rabbitmq: "RabbitMQ's own way, jump over its random numbers",
};
const HASH = { jump: "XXH3, 64 bits", "jump-back": "XXH3, 64 bits", rabbitmq: "Erlang's phash2" };

/**
 * The key tester.
 *
 * @param located called with the bucket found, or null
 */
export class KeyTester {
    #view;
    #path;
    #located;
    #key = null;
    #hashOn = "routing key";

    constructor(view, path, located) {
        this.#view = view;
        this.#path = path;
        this.#located = located;
        this.result = h("div", { class: "located", role: "status" });
        this.input = textInput({ required: true, placeholder: "order-42" });
        this.element = h(
            "div",
            null,
            h(
                "form",
                {
                    class: "inline",
                    onsubmit: event => {
                        event.preventDefault();
                        attempt(() => this.locate(this.input.value));
                    },
                },
                field("Key", this.input),
                h("button", { class: "primary" }, "Locate"),
            ),
            this.result,
        );
    }

    /** Asks where a key goes. */
    async locate(key) {
        this.input.value = key;
        this.#key = key;
        await this.#ask();
    }

    /** The ring is another one: so may be the answer. */
    async ringChanged(hashOn) {
        this.#hashOn = hashOn;
        if (this.#key !== null) {
            await this.#ask();
        }
    }

    async #ask() {
        const key = this.#key;
        let found;
        try {
            found = await this.#view.get([...this.#path, "locate"], { key });
        } catch (error) {
            if (error.status !== 404) {
                throw error;
            }
            patch(this.result, h("p", { class: "empty" }, error.message));
            this.#located(null);
            return;
        }
        patch(
            this.result,
            facts([
                [`The ${this.#hashOn}`, h("code", null, found.key)],
                ["has the hash", h("code", { class: "hash" }, found.hash)],
                [`in ${count(found.bucket_count)} buckets that is`, h("b", { class: "bucket" }, `bucket ${found.bucket}`)],
                ["which belongs to", h("b", { class: "destination" }, found.destination)],
            ]),
            h(
                "p",
                { class: "muted" },
                `Why: the hash is ${HASH[found.algorithm] ?? found.algorithm}; ` +
                    `the bucket is chosen by ${CHOICE[found.algorithm] ?? found.algorithm} among buckets 0 to ` +
                    `${count(found.bucket_count - 1)} of epoch ${found.epoch}. The same key goes there until the ring changes.`,
            ),
        );
        this.#located(found.bucket);
    }
}
