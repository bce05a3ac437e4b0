// Small pieces that several parts of the page show the same way.

import { crmText, h, svg } from './dom.js';
import { amount, change, exact } from './format.js';
import { causeOf, words } from './words.js';

const SHAPES = {
    severe: 'M6 1 11.5 11H.5Z',
    normal: 'M6 .5 11.5 6 6 11.5.5 6Z',
    good: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Z',
};

/** A level's sign: each has a shape of its own, so that it needs no colour. */
export const levelSign = (level) =>
    svg('svg', { class: `sign ${level}`, viewBox: '0 0 12 12', 'aria-hidden': 'true' }, svg('path', { d: SHAPES[level] }));

/** A level's sign and name. */
export const levelBadge = (level) =>
    h('span', { class: `badge ${level}` }, levelSign(level), words().levels[level]);

/** A short amount whose exact value shows on hover; with focus too where it stands alone. */
export const money = (krw, { focusable = false, className = '' } = {}) =>
    h('data', { class: `money ${className}`, value: krw, 'data-tip': exact(krw), tabindex: focusable ? 0 : null,
        role: focusable ? 'note' : null }, amount(krw));

/** A change of an amount. isGood: whether it is good news; null where it is neither. */
export function moneyChange(krw, isGood) {
    const direction = krw > 0 ? '▲' : krw < 0 ? '▼' : '';
    return h('data', { class: `delta ${toneOf(isGood)}`, value: krw, 'data-tip': exact(krw) },
        direction && h('span', { class: 'arrow', 'aria-hidden': 'true' }, direction), change(krw));
}

/** A change of a level, which is heard as one too. */
export const levelShift = (from, to) => h('span', { class: 'shift' }, levelBadge(from), h('span', { 'aria-hidden': 'true' }, '→'),
    h('span', { class: 'unseen' }, words().became), levelBadge(to));

export const toneOf = (isGood) => (isGood === null ? '' : isGood ? 'better' : 'worse');

/** Counterparty and organisation, as the CRM has them. */
export const names = (row) => [crmText(row.counterpartyName, 'name'), crmText(row.orgName, 'org')];

/** What a panel says when it has nothing to show. */
export const quietNote = (text) => h('p', { class: 'note' }, text);

/** What a panel says when it could not be loaded, with a way to try again. */
export function failureNote(problem, retry) {
    return h('div', { class: 'note' },
        h('p', null, causeOf(problem.code)),
        retry && h('button', { type: 'button', onclick: retry }, words().retry));
}

/** The title line of a panel. */
export const panelHead = (id, title, ...more) => h('div', { class: 'panel-head' }, h('h2', { id }, title), more);

/** A bar of a share with a mark at the minimum; both may lie outside and are then cut off. */
export function shareBar(share, minimum, className = '') {
    const inside = (value) => `${Math.max(0, Math.min(1, value)) * 100}%`;
    return svg('svg', { class: `share ${className}`, 'aria-hidden': 'true' },
        svg('rect', { class: 'track', width: '100%', height: '100%', rx: 2 }),
        svg('rect', { class: 'fill', width: inside(share ?? 0), height: '100%', rx: 2 }),
        minimum !== null && minimum !== undefined &&
            svg('line', { class: 'mark', x1: inside(minimum), x2: inside(minimum), y1: 0, y2: '100%' }));
}
