// Charts of one report: tier groups, and the largest gaps. Bars are SVG; their words and numbers stand beside them as text.

import { byId, h, replace, svg } from './dom.js';
import { exact, percent, wholePercent } from './format.js';
import { levelSign, money, names, panelHead, quietNote } from './parts.js';
import { words } from './words.js';

const MOST_GAPS = 15;

const share = (part, whole) => `${whole > 0 ? Math.max(0, Math.min(100, (part / whole) * 100)) : 0}%`;

// Target behind, coverage in front, and a mark where the month's minimum lies. Each group has a scale of its own: P2 is
// often a hundredth of the others, and its bar would not be seen on theirs.
function bullet(group, minimum) {
    const scale = Math.max(group.target, group.coverage);
    const mark = minimum === null ? null : share(group.target * minimum, scale);
    return svg('svg', { class: 'bullet', 'aria-hidden': 'true' },
        svg('rect', { class: 'target', width: share(group.target, scale), height: '100%', rx: 2 }),
        svg('rect', { class: 'coverage', y: '27%', width: share(group.coverage, scale), height: '46%', rx: 1 }),
        mark && group.target > 0 && svg('line', { class: 'mark', x1: mark, x2: mark, y1: 0, y2: '100%' }));
}

function groupRow(name, group, minimum) {
    const w = words();
    const isShort = minimum !== null && group.coverage_ratio !== null && group.coverage_ratio < minimum;
    return h('li', { 'data-group': name },
        h('div', { class: 'group-line' }, h('b', null, w.groups[name] ?? name),
            h('span', { class: isShort ? 'delta worse' : 'delta' }, percent(group.coverage_ratio), isShort && ` · ${w.short}`)),
        bullet(group, minimum),
        h('p', { class: 'aside' }, w.coverage, ' ', money(group.coverage, { focusable: true }), ' / ', w.target, ' ',
            money(group.target, { focusable: true }), ' · ', group.gap < 0 ? w.over : w.gap, ' ',
            money(Math.abs(group.gap), { focusable: true })));
}

export function renderGroups({ report }) {
    const w = words();
    replace(byId('groups'), panelHead('groups-title', w.groupsTitle),
        h('ul', { class: 'groups' }, Object.entries(report.groups).map(([name, group]) => groupRow(name, group, report.minimum))),
        h('p', { class: 'legend', 'aria-hidden': 'true' },
            h('span', { class: 'key target' }, w.target), h('span', { class: 'key coverage' }, w.coverage),
            report.minimum !== null && h('span', { class: 'key mark' }, `${w.minimum} ${wholePercent(report.minimum)}`)));
}

function gapRow(row, scale, showRow) {
    return h('li', null, h('button', { type: 'button', 'data-key': row.key, onclick: () => showRow(row.key),
        'data-tip': `${row.counterpartyName} · ${row.orgName}\n${words().gap} ${exact(row.gap)} · ${words().ratio} ${percent(row.coverage_ratio)}` },
    h('span', { class: 'unseen' }, words().levels[row.level]), levelSign(row.level), h('span', { class: 'names' }, names(row)),
    svg('svg', { class: 'bar', 'aria-hidden': 'true' },
        svg('rect', { class: row.level, width: share(row.gap, scale), height: '100%', rx: 2 })),
    h('data', { class: 'money', value: row.gap }, money(row.gap).textContent)));
}

/** showRow(key): opens a row of the table and goes there. */
export function renderGaps({ report }, showRow) {
    const w = words();
    const rows = report.rows.filter((row) => row.gap > 0).sort((a, b) => b.gap - a.gap).slice(0, MOST_GAPS);
    replace(byId('gaps'), panelHead('gaps-title', w.gapsTitle),
        rows.length === 0 ? quietNote(w.noGaps) :
            h('ol', { class: 'gaps' }, rows.map((row) => gapRow(row, rows[0].gap, showRow))));
}
