// The filters above the table. They are built once for a report and a language, and then only told what is on: a field
// that is being typed into must not be replaced.

import { byId, h, replace } from './dom.js';
import { count } from './format.js';
import { levelSign } from './parts.js';
import { LEVELS, TIERS } from './report.js';
import { isFiltered, unfiltered } from './view.js';
import { words } from './words.js';

const TYPING_MS = 120;
const SORTS = ['risk', 'name', 'tier', 'target', 'coverage', 'ratio', 'gap', 'change'];
const FIRST_DIRECTION = { risk: 'asc', name: 'asc', tier: 'asc' };

/** The direction in which a column is sorted first: what is large is looked for. */
export const firstDirection = (sort) => FIRST_DIRECTION[sort] ?? 'desc';

const toggled = (list, item) => (list.includes(item) ? list.filter((other) => other !== item) : [...list, item]);

let chips = [];

function chip(name, isOn, onclick, ...content) {
    const button = h('button', { type: 'button', class: 'chip', 'data-filter': name, 'aria-pressed': 'false', onclick }, content);
    chips.push([button, isOn]);
    return button;
}

function switches(report, viewNow, go) {
    const w = words();
    const flag = (name, number) => chip(name, (view) => view[name], () => go({ [name]: !viewNow()[name] }),
        name === 'zero' ? w.zero : w[name], number !== null && h('b', null, count(number)));
    return [
        h('div', { class: 'chips', role: 'group', 'aria-label': w.levelsTitle }, LEVELS.map((level) =>
            chip(level, (view) => view.level.includes(level), () => go({ level: toggled(viewNow().level, level) }),
                levelSign(level), w.levels[level], h('b', null, count(report.counts[level]))))),
        h('div', { class: 'chips', role: 'group', 'aria-label': w.tiers }, TIERS.map((tier) =>
            chip(tier, (view) => view.tier.includes(tier), () => go({ tier: toggled(viewNow().tier, tier) }), tier))),
        h('div', { class: 'chips' }, flag('zero', report.counts.pipeline_zero),
            flag('unclassified', report.rows.filter((row) => row.unclassified).length), flag('changed', null)),
    ];
}

function searchField(viewNow, go) {
    let timer = 0;
    const field = h('input', { type: 'search', id: 'search', placeholder: words().search, 'aria-label': words().search,
        maxlength: 200, autocomplete: 'off', spellcheck: 'false', value: viewNow().q, oninput: () => {
            clearTimeout(timer);
            timer = setTimeout(() => go({ q: field.value }), TYPING_MS);
        } });
    return field;
}

const sortField = (viewNow, go) => h('label', { class: 'sort-field' }, words().sortBy,
    h('select', { id: 'sort', onchange: (event) => go({ sort: event.target.value, dir: firstDirection(event.target.value) }) },
        SORTS.map((sort) => h('option', { value: sort, selected: viewNow().sort === sort }, words().columns[sort]))));

/** viewNow(): the view as it is when asked; go(change of the view). */
export function renderFilters(report, viewNow, go) {
    chips = [];
    replace(byId('filters'),
        h('div', { class: 'filter-bar', role: 'search', 'aria-label': words().filtersLabel },
            searchField(viewNow, go), switches(report, viewNow, go), sortField(viewNow, go),
            h('button', { type: 'button', id: 'reset', class: 'quiet', onclick: () => {
                go(unfiltered());
                byId('search').focus();
            } }, words().reset)));
}

/** Shows which filters are on. */
export function updateFilters(view, canCompare) {
    for (const [button, isOn] of chips) {
        button.setAttribute('aria-pressed', String(isOn(view)));
        if (button.dataset.filter === 'changed') button.disabled = !canCompare;
    }
    const field = byId('search');
    if (field !== document.activeElement) field.value = view.q;
    byId('sort').value = view.sort;
    byId('reset').hidden = !isFiltered(view);
}
