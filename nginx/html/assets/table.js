// The table of counterparties. Rows are made a chunk at a time as the reader comes near the end, so that 2,000 of them
// sort and filter at once; printing makes the rest first.

import { byId, h, replace } from './dom.js';
import { percent } from './format.js';
import { detailOf } from './detail.js';
import { firstDirection } from './filters.js';
import { levelBadge, money, moneyChange, names, shareBar } from './parts.js';
import { blockerOf, words } from './words.js';

const CHUNK = 100;
const NEAR_PX = 600;    // how far below the window the next chunk is made

const COLUMNS = [
    { name: 'risk' }, { name: 'name' }, { name: 'tier' }, { name: 'target', number: true }, { name: 'coverage', number: true },
    { name: 'ratio', number: true }, { name: 'gap', number: true }, { name: 'change', number: true },
    { name: 'blocker', unsorted: true },
];

const open = new Set();     // keys of open rows: they stay open when the table is sorted or filtered
let shown = [];             // all rows that the filters let through, in order
let made = 0;               // how many of them are in the page
let shownView = '';         // the view that they are of
let model = null;           // {deltas, base}
let body = null;
let moreButton = null;

const detailId = (row) => `detail-${row.index}`;

function changeCell(row) {
    const delta = model.deltas?.get(row.key);
    if (!delta) return null;
    const w = words();
    if (delta.isNew) return h('span', { class: 'tag' }, w.isNew);
    if (delta.changed && delta.coverage === 0 && !delta.fromLevel) return h('span', { class: 'tag' }, w.newTarget);
    const shift = delta.fromLevel && h('span', { class: 'from' }, w.levels[delta.fromLevel], ' →');
    return [delta.coverage !== 0 && moneyChange(delta.coverage, delta.coverage > 0), shift];
}

function nameCell(row) {
    const isOpen = open.has(row.key);
    return h('th', { scope: 'row', class: 'name' },
        h('button', { type: 'button', class: 'toggle', 'aria-expanded': String(isOpen), 'aria-controls': isOpen ? detailId(row) : null },
            h('span', { class: 'names' }, names(row))));
}

function cells(row) {
    return [
        h('td', { class: 'risk' }, levelBadge(row.level)),
        nameCell(row),
        h('td', { class: 'tier' }, row.tier),
        h('td', { class: 'target' }, money(row.target)),
        h('td', { class: 'coverage' }, money(row.coverage)),
        h('td', { class: 'ratio' }, h('span', null, percent(row.coverage_ratio)),
            row.coverage_ratio !== null && shareBar(row.coverage_ratio, row.min_cov_current_month, row.level)),
        h('td', { class: 'gap' }, money(row.gap)),
        h('td', { class: 'change' }, changeCell(row)),
        h('td', { class: 'blocker' }, row.top_blockers.map(blockerOf).join(', ')),
    ];
}

// Narrow windows hide columns; a cell across hidden ones would make them again, empty.
const columnsShown = () => [...document.querySelectorAll('.grid > thead th')].filter((cell) => cell.offsetParent !== null).length || COLUMNS.length;

function spanDetails(columns) {
    for (const cell of body?.querySelectorAll('.detail > td') ?? []) cell.colSpan = columns;
}

const detailRow = (row) => h('tr', { class: 'detail', id: detailId(row) },
    h('td', { colspan: columnsShown() }, detailOf(row, model.deltas?.get(row.key), model.base)));

function rowsOf(row, position) {
    const line = h('tr', { class: `row ${row.level}`, 'data-key': row.key, 'aria-rowindex': position + 2 }, cells(row));
    return open.has(row.key) ? [line, detailRow(row)] : [line];
}

function makeUpTo(number) {
    const until = Math.min(number, shown.length);
    const fragment = document.createDocumentFragment();
    for (; made < until; made++) fragment.append(...rowsOf(shown[made], made));
    body.append(fragment);
    const left = shown.length - made;
    moreButton.hidden = left === 0;
    moreButton.textContent = words().showMore(left);
}

function toggle(line) {
    const row = shown.find((it) => it.key === line.dataset.key);
    const button = line.querySelector('.toggle');
    if (open.delete(row.key)) {
        line.nextElementSibling.remove();
        button.removeAttribute('aria-controls');
    } else {
        open.add(row.key);
        line.after(detailRow(row));
        button.setAttribute('aria-controls', detailId(row));
    }
    button.setAttribute('aria-expanded', String(open.has(row.key)));
}

// Anywhere on a row, unless text was being selected.
function onClick(event) {
    const line = event.target.closest('tr.row');
    if (line === null || String(getSelection()) !== '') return;
    toggle(line);
}

const MOVES = {
    ArrowDown: (all, at) => all[at + 1],
    ArrowUp: (all, at) => all[at - 1],
    Home: (all) => all[0],
    End: (all) => all.at(-1),
};

// Up and down from name to name; leaving the last one makes the next chunk.
function onKey(event) {
    if (!event.target.matches('.toggle') || !(event.key in MOVES) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (event.key === 'End') makeUpTo(shown.length);
    const all = [...body.querySelectorAll('.toggle')];
    const at = all.indexOf(event.target);
    if (at === all.length - 1) makeUpTo(made + CHUNK);
    MOVES[event.key]([...body.querySelectorAll('.toggle')], at)?.focus();
}

function headCell(column, view, go) {
    const w = words();
    const text = w.columns[column.name];
    const isSorted = view.sort === column.name;
    const flip = () => go({ sort: column.name,
        dir: isSorted ? (view.dir === 'asc' ? 'desc' : 'asc') : firstDirection(column.name) });
    const direction = isSorted ? (view.dir === 'asc' ? 'ascending' : 'descending') : null;
    return h('th', { scope: 'col', class: column.name, 'aria-sort': direction,
        title: column.name === 'change' && model.base !== null ? w.changeHint(model.base.as_of) : null },
    column.unsorted ? text : h('button', { type: 'button', 'data-sort': column.name, onclick: flip }, text,
        isSorted && h('span', { class: 'direction', 'aria-hidden': 'true' }, view.dir === 'asc' ? '↑' : '↓')));
}

const noMatch = () => h('div', { class: 'note' }, h('p', null, words().noMatch),
    h('button', { type: 'button', onclick: () => byId('reset').click() }, words().reset));

const watcher = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) makeUpTo(made + CHUNK);
}, { rootMargin: `0px 0px ${NEAR_PX}px 0px` });

/** rows: filtered and sorted. newModel: {deltas, base}. go(change of the view). */
export function renderTable(rows, newModel, view, go) {
    const focusedSort = document.activeElement?.dataset?.sort;
    const focusedKey = document.activeElement?.closest?.('tr.row')?.dataset.key;
    // the same rows drawn anew, because more is known of them, are as many as before: the reader may be far down
    const wanted = shownView === JSON.stringify(view) ? Math.max(made, CHUNK) : CHUNK;
    shownView = JSON.stringify(view);
    shown = rows;
    made = 0;
    model = newModel;
    watcher.disconnect();
    body = h('tbody', { onclick: onClick, onkeydown: onKey });
    moreButton = h('button', { type: 'button', class: 'more', onclick: () => makeUpTo(made + CHUNK) });
    const table = h('table', { class: 'grid', 'aria-rowcount': rows.length + 1 },
        h('caption', { class: 'unseen' }, words().tableCaption),
        h('thead', null, h('tr', { 'aria-rowindex': 1 }, COLUMNS.map((column) => headCell(column, view, go)))), body);
    makeUpTo(wanted);
    replace(byId('table'), table, rows.length === 0 && noMatch(), moreButton);
    spanDetails(columnsShown());
    watcher.observe(moreButton);
    if (focusedSort) table.querySelector(`[data-sort="${focusedSort}"]`)?.focus();
    if (focusedKey) lineOf(focusedKey)?.querySelector('.toggle').focus();
}

const lineOf = (key) => [...body.rows].find((line) => line.dataset.key === key);

/** Opens a row, goes there, and puts the focus on it. False when the filters hide it. */
export function showRow(key) {
    const at = shown.findIndex((row) => row.key === key);
    if (at < 0) return false;
    makeUpTo(at + 1);
    const line = lineOf(key);
    if (!open.has(key)) toggle(line);
    line.querySelector('.toggle').focus({ preventScroll: true });
    line.scrollIntoView({ block: 'center' });
    return true;
}

addEventListener('resize', () => spanDetails(columnsShown()));
addEventListener('beforeprint', () => {
    if (body === null) return;
    makeUpTo(shown.length);
    spanDetails(COLUMNS.length);    // on paper no column is hidden
});
addEventListener('afterprint', () => spanDetails(columnsShown()));
