// What changed between two cached reports, from /diff: the bad news first and open.

import { byId, h, replace } from './dom.js';
import { exact } from './format.js';
import { levelBadge, levelShift, money, moneyChange, names, panelHead, quietNote } from './parts.js';
import { keyOf, levelOf } from './report.js';
import { words } from './words.js';

const MOST_LINES = 8;         // of a section, until the rest is asked for
const OPEN_LINES = 10;        // sections are open as long as so many lines suffice for them; the first always

const levelChange = (entry) => levelShift(levelOf(entry.from), levelOf(entry.to));

const movement = (entry) => h('span', { class: 'shift' }, moneyChange(entry.change, entry.change > 0));

const standing = (entry) => h('span', { class: 'shift' }, levelBadge(levelOf(entry.risk_level)), money(entry.target));

const nothing = () => null;

function sectionsOf(diff) {
    const w = words();
    const { summary } = diff;
    const directed = (direction) => diff.level_changes.filter((entry) => entry.direction === direction);
    return [
        ['worse', w.worse, summary.worse, directed('worse'), levelChange],
        ['zero-entered', w.zeroEntered, summary.pipeline_zero_entered, diff.pipeline_zero.entered, nothing],
        ['movements', w.movements, summary.coverage_changed, diff.coverage_movements, movement],
        ['better', w.better, summary.better, directed('better'), levelChange],
        ['zero-left', w.zeroLeft, summary.pipeline_zero_left, diff.pipeline_zero.left, nothing],
        ['appeared', w.appeared, summary.appeared, diff.appeared, standing],
        ['gone', w.gone, summary.gone, diff.gone, standing],
    ];
}

// What moved, to the won; for the keyboard as well.
const tipOf = (entry) => ('change' in entry ? `${words().coverage} ${exact(entry.from)} → ${exact(entry.to)}` : null);

function entryLine(entry, detailOf, showRow, isThere) {
    const content = [h('span', { class: 'names' }, names(entry)), detailOf(entry)];
    const key = keyOf(entry);
    return h('li', null, isThere(key) ?
        h('button', { type: 'button', 'data-tip': tipOf(entry), onclick: () => showRow(key) }, content) : h('span', { class: 'line' }, content));
}

function section([name, title, number, entries, detailOf], isOpen, showRow, isThere) {
    const lines = entries.map((entry) => entryLine(entry, detailOf, showRow, isThere));
    const list = h('ul', null, lines.slice(0, MOST_LINES));
    const hidden = number - Math.min(MOST_LINES, lines.length);
    const rest = lines.slice(MOST_LINES);
    const more = hidden > 0 && (rest.length === 0 ? quietNote(words().more(hidden)) :
        h('button', { type: 'button', class: 'more', onclick: (event) => {
            list.append(...rest);
            rest[0].querySelector('button')?.focus();
            event.target.remove();
        } }, words().more(hidden)));
    return h('details', { open: isOpen, 'data-change': name },
        h('summary', null, h('span', null, title), h('b', null, words().rowsCount(number))), list, more);
}

const linesOf = ([, , number]) => Math.min(MOST_LINES, number);
const isRoomFor = (sections, last) => sections.slice(0, last + 1).reduce((sum, it) => sum + linesOf(it), 0) <= OPEN_LINES;

/** diff: of /diff. showRow(key) goes to a row; isThere(key): does the report have it? */
export function renderChanges(diff, showRow, isThere) {
    const w = words();
    const sections = sectionsOf(diff).filter(([, , number]) => number > 0);
    byId('changes').classList.toggle('slim', sections.length === 0);
    replace(byId('changes'),
        panelHead('changes-title', w.changesTitle, h('p', { class: 'aside' }, w.changesSince(diff.from.as_of, diff.to.as_of))),
        sections.length === 0 ? quietNote(w.nothingChanged) :
            h('div', { class: 'changes' }, sections.map((it, i) => section(it, i === 0 || isRoomFor(sections, i), showRow, isThere))));
}

/** isAll: that is all there is to say for now, so it needs no half of the page. */
export function renderChangesNote(note, isAll = false) {
    byId('changes').classList.toggle('slim', isAll);
    replace(byId('changes'), panelHead('changes-title', words().changesTitle), note);
}
