// A list that the broker filters, sorts and cuts into pages.

import { ColumnChoice } from "./columns.js";
import { h, patch } from "./dom.js";
import { count } from "./format.js";
import { checkbox, choice, field, table, textInput } from "./parts.js";

const PAGE_SIZES = ["50", "100", "500"];

/**
 * Shows a list, and keeps it up to date.
 *
 * @param resource the API's name of the list
 * @param filter what the field to search by is called
 * @param byVhost whether it is narrowed to the chosen virtual host
 */
export function listing(view, { resource, byVhost = true, noun, filter: label = "Filter by name", columns, key, empty }) {
    const state = {
        name: view.query.get("name") ?? "",
        regex: view.query.get("regex") === "true",
        page: Number(view.query.get("page") ?? 1) || 1,
        size: PAGE_SIZES.includes(view.query.get("size")) ? view.query.get("size") : PAGE_SIZES[0],
        sort: view.query.get("sort") ?? "",
        reverse: view.query.get("reverse") === "true",
    };
    const change = changes => {
        Object.assign(state, { page: 1 }, changes);
        const query = Object.entries(state).filter(
            ([name, value]) => value && value !== "" && !(name === "page" && value === 1) && value !== PAGE_SIZES[0],
        );
        view.setQuery(new URLSearchParams(query));
        return view.refresh();
    };
    const result = h("div");
    const chosen = new ColumnChoice(resource, columns, () => view.refresh());
    const regex = checkbox("Regular expression", { onchange: event => change({ regex: event.target.checked }) });
    regex.input.checked = state.regex;
    const filter = textInput({
        type: "search",
        value: state.name,
        oninput: event => change({ name: event.target.value }),
    });
    view.add(
        h(
            "div",
            { class: "card" },
            h(
                "div",
                { class: "filter", role: "search" },
                field(label, filter),
                regex.element,
                field("Per page", choice(PAGE_SIZES, { value: state.size, onchange: e => change({ size: e.target.value }) })),
                chosen.element,
            ),
            result,
        ),
    );
    const sort = {
        get by() {
            return state.sort;
        },
        get reverse() {
            return state.reverse;
        },
        change: by => change({ sort: by, reverse: state.sort === by && !state.reverse }),
    };
    view.live(async () => {
        const path = byVhost && view.vhost !== "" ? [resource, view.vhost] : [resource];
        const answer = await view.get(path, {
            page: state.page,
            page_size: state.size,
            name: state.name,
            use_regex: state.name !== "" && state.regex,
            sort: state.sort,
            sort_reverse: state.reverse,
        });
        const step = (text, page, possible) =>
            h("button", { type: "button", disabled: !possible, onclick: () => change({ page }) }, text);
        patch(
            result,
            table({
                caption: noun,
                columns: chosen.shown,
                rows: answer.items,
                key,
                sort,
                empty,
                total: answer.items.length > 1 && (answer.page_count > 1 ? "This page" : "Total"),
            }),
            h(
                "div",
                { class: "pages" },
                step("Previous", answer.page - 1, answer.page > 1),
                h("span", null, `Page ${count(answer.page)} of ${count(answer.page_count)}`),
                step("Next", answer.page + 1, answer.page < answer.page_count),
                h(
                    "span",
                    { class: "muted", role: "status" },
                    state.name === ""
                        ? `${count(answer.total_count)} ${noun.toLowerCase()}`
                        : `${count(answer.filtered_count)} of ${count(answer.total_count)} ${noun.toLowerCase()}`,
                ),
            ),
        );
    });
}
