// The cards at the top: how do we stand, and how did we stand before.

import { byId, h, replace, svg } from './dom.js';
import { change, count, exact, percent, points, signedCount, wholePercent } from './format.js';
import { levelSign, money, shareBar, toneOf } from './parts.js';
import { LEVELS } from './report.js';
import { words } from './words.js';

// moreIsGood: what a rise means; null where it means neither.
function deltaLine(difference, text, tip, moreIsGood, base) {
    if (base === null) return h('p', { class: 'since' }, '\u00a0');
    const direction = difference > 0 ? '▲' : difference < 0 ? '▼' : '';
    const tone = difference === 0 || moreIsGood === null ? '' : toneOf(difference > 0 === moreIsGood);
    const what = difference === 0 ? words().noChange :
        [h('span', { class: 'arrow', 'aria-hidden': 'true' }, direction), text];
    return h('p', { class: 'since', title: words().sinceBase(base.as_of) },
        h('span', { class: `delta ${tone}`, 'data-tip': tip }, what), h('span', { class: 'than' }, words().sinceBase(base.as_of)));
}

const card = (name, title, ...content) => h('div', { class: `card ${name}`, id: `card-${name}` }, h('h3', null, title), content);

function ratioCard({ report, base }) {
    const { totals, minimum } = report;
    const w = words();
    const ratio = totals.coverage_ratio;
    const before = base?.totals.coverage_ratio ?? null;
    let standing = w.noTarget;
    if (ratio !== null && minimum !== null) {
        const by = points(ratio - minimum);
        standing = (ratio < minimum ? w.belowMinimum : w.aboveMinimum)(wholePercent(minimum), by);
    }
    // to what is shown, so that nothing is called worse by 0.0
    const difference = ratio === null || before === null ? 0 : Math.round((ratio - before) * 1000) / 1000;
    return card('ratio', w.ratio,
        h('p', { class: 'figure' }, h('data', { value: ratio ?? '' }, percent(ratio))),
        shareBar(ratio, minimum, ratio !== null && minimum !== null && ratio < minimum ? 'short' : ''),
        h('p', { class: 'aside' }, standing),
        deltaLine(difference, points(difference), null, true, before === null ? null : base));
}

function amountCard(name, krw, aside, moreIsGood, { base }) {
    const difference = base === null ? 0 : krw - base.totals[name];
    return card(name, words()[name],
        h('p', { class: 'figure' }, money(krw, { focusable: true })),
        h('p', { class: 'aside' }, aside),
        deltaLine(Math.round(difference), change(difference), exact(difference), moreIsGood, base));
}

function levelRow(level, model, go) {
    const number = model.report.counts[level];
    const difference = model.base === null ? 0 : number - model.base.counts[level];
    const tone = difference === 0 || level === 'normal' ? '' : toneOf(difference > 0 === (level === 'good'));
    return h('li', null, h('button', { type: 'button', 'data-level': level, title: words().filterBy(words().levels[level]),
        onclick: () => go({ level: [level] }, 'rows') },
    levelSign(level), h('span', { class: 'word' }, words().levels[level]), h('b', null, count(number)),
    model.base !== null && h('span', { class: `delta ${tone}` }, difference === 0 ? '' : signedCount(difference))));
}

function levelsCard(model, go) {
    const { counts } = model.report;
    const all = LEVELS.reduce((sum, level) => sum + counts[level], 0);
    let from = 0;
    const parts = LEVELS.map((level) => {
        const width = all === 0 ? 0 : (counts[level] / all) * 100;
        const part = svg('rect', { class: level, x: `${from}%`, width: `${width}%`, height: '100%' });
        from += width;
        return part;
    });
    return card('levels', words().levelsTitle,
        svg('svg', { class: 'stack', 'aria-hidden': 'true' }, parts),
        h('ul', null, LEVELS.map((level) => levelRow(level, model, go))));
}

function zeroCard(model, go) {
    const number = model.report.counts.pipeline_zero;
    const difference = model.base === null ? 0 : number - model.base.counts.pipeline_zero;
    return card('zero', words().zero,
        h('p', { class: 'figure' }, h('button', { type: 'button', title: words().filterBy(words().zero),
            onclick: () => go({ zero: true }, 'rows') }, h('span', { class: 'unseen' }, words().zero, ' '),
        h('data', { value: number }, words().rowsCount(count(number))))),
        h('p', { class: 'aside' }, words().zeroHint),
        deltaLine(difference, signedCount(difference), null, false, model.base));
}

/** model: {report, base}; go(change of the view, id of the section to show). */
export function renderSummary(model, go) {
    const { report } = model;
    const w = words();
    const { totals } = report;
    const inShort = w.confirmedAndExpected(money(report.confirmed).textContent, money(report.expected).textContent);
    replace(byId('cards'),
        ratioCard(model),
        amountCard('target', totals.target, w.baselineYear(report.meta.target_year), null, model),
        amountCard('coverage', totals.coverage, inShort, true, model),
        amountCard('gap', totals.gap, totals.target > 0 ? w.ofTarget(percent(totals.gap / totals.target)) : w.noTarget, false, model),
        levelsCard(model, go),
        zeroCard(model, go));
}
