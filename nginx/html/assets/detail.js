// What a row opens to: why it has its level, what to do, and the figures behind it to the won.

import { crmText, h } from './dom.js';
import { exact, percent, wholePercent } from './format.js';
import { levelShift, moneyChange } from './parts.js';
import { levelOf, possibilityOf } from './report.js';
import { blockerOf, words } from './words.js';

const block = (className, title, ...content) => h('section', { class: className }, h('h3', null, title), content);

// Written by the service, in Korean.
const list = (tag, texts) => h(tag, { lang: 'ko' }, texts.map((text) => h('li', null, crmText(text))));

const pairs = (entries) => h('dl', null, entries.filter(Boolean).map(([name, value]) =>
    h('div', null, h('dt', null, name), h('dd', null, value))));

function figures(row) {
    const w = words();
    return block('figures', w.figures, pairs([
        [w.baseline, exact(row.baseline)],
        [w.target, exact(row.target)],
        [w.confirmed, exact(row.confirmed)],
        [w.expected, exact(row.expected)],
        [w.coverage, exact(row.coverage)],
        [w.gap, exact(row.gap)],
        [w.ratio, `${percent(row.coverage_ratio)} / ${w.minimum} ${wholePercent(row.min_cov_current_month)}`],
        [w.rule, w.triggers[row.rule_trigger] ?? row.rule_trigger],
    ]));
}

function signals(row) {
    if (!row.signals) return null;
    const w = words();
    const { last_contact_date: contact, lost_90d_count: lost, lost_90d_reasons: reasons } = row.signals;
    return block('signals', w.signals, pairs([
        [w.lastContact, contact ?? w.never],
        [w.lost90, w.times(lost ?? 0)],
        reasons?.length > 0 && [w.lostReasons, crmText(reasons.join(', '))],
    ]));
}

function since(row, delta, base) {
    if (!delta || !base) return null;
    const w = words();
    const title = w.sinceTitle(base.as_of);
    if (delta.isNew) return block('since-base', title, h('p', null, w.newSince));
    if (!delta.changed) return block('since-base', title, h('p', null, w.noChange));
    return block('since-base', title, pairs([
        delta.fromLevel && [w.levelsTitle, levelShift(delta.fromLevel, row.level)],
        [w.coverage, [exact(delta.before.coverage), ' → ', exact(row.coverage), ' ',
            delta.coverage !== 0 && moneyChange(delta.coverage, delta.coverage > 0)]],
        delta.before.target !== row.target && [w.target, [exact(delta.before.target), ' → ', exact(row.target)]],
    ]));
}

function notes(row) {
    const w = words().notes;
    const { counts } = row;
    const modelLevel = levelOf(row.risk_level_llm);
    const texts = [
        row.unclassified && w.unclassified,
        counts.amount_zero_deals - counts.amount_parse_fail > 0 && w.zeroAmounts(counts.amount_zero_deals - counts.amount_parse_fail),
        counts.amount_parse_fail > 0 && w.parseFail(counts.amount_parse_fail),
        counts.year_unknown > 0 && w.yearUnknown(counts.year_unknown),
        modelLevel !== row.level && w.model(words().levels[modelLevel]),
    ].filter(Boolean);
    return texts.length > 0 && h('ul', { class: 'row-notes' }, texts.map((text) => h('li', null, text)));
}

function deals(row) {
    const w = words();
    const columns = w.dealsColumns;
    if (row.deals_top.length === 0) return block('deals', w.deals, h('p', null, w.noDeals));
    const cells = (deal) => [deal.status, possibilityOf(deal.possibility), exact(deal.amount), deal.start_date,
        deal.contract_date, deal.expected_close_date, deal.last_contact_date];
    return block('deals', w.deals, h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': w.deals }, h('table', null,
        h('thead', null, h('tr', null, Object.entries(columns).map(([name, text]) => h('th', { scope: 'col', class: name }, text)))),
        h('tbody', null, row.deals_top.map((deal) => h('tr', null,
            h('th', { scope: 'row', class: 'name' }, crmText(deal.deal_name ?? deal.deal_id ?? '')),
            cells(deal).map((text, i) => h('td', { class: Object.keys(columns)[i + 1] }, crmText(text || '–')))))))));
}

/** row: of prepare; delta: of compare or undefined; base: the entry of /dates that is compared with, or null. */
export function detailOf(row, delta, base) {
    const w = words();
    return h('div', { class: 'detail-content' },
        h('p', { class: 'whole-name' }, crmText(row.counterpartyName, 'name'), ' · ', w.organization, ' ', crmText(row.orgName)),
        h('div', { class: 'detail-columns' },
            h('div', null,
                block('evidence', w.evidence, list('ul', row.evidence_bullets)),
                block('actions', w.actions, list('ol', row.recommended_actions)),
                block('blockers', w.blockersTitle, h('p', { class: 'tags' }, row.top_blockers.map((label) =>
                    h('span', { class: 'tag' }, blockerOf(label)))))),
            h('div', null, since(row, delta, base), signals(row), figures(row))),
        deals(row), notes(row));
}
