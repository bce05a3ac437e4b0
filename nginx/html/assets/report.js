// The report as the page needs it: rows with what is sorted, searched and compared by. No element is touched here.

export const LEVELS = ['severe', 'normal', 'good'];
const LEVEL_OF = { 심각: 'severe', 보통: 'normal', 양호: 'good' };
export const levelOf = (text) => LEVEL_OF[text] ?? 'normal';
export const TIERS = ['S0', 'P0', 'P1', 'P2'];

export const keyOf = (row) => `${row.orgId}\n${row.counterpartyName}`;
const searchable = (text) => text.normalize('NFC').toLocaleLowerCase();

function prepareRow(row, index) {
    return {
        ...row,
        index,
        key: keyOf(row),
        level: levelOf(row.risk_level_rule),
        unclassified: row.flags?.excluded_by_quality === true,
        text: searchable(`${row.counterpartyName}\n${row.orgName}\n${row.orgId}`),
    };
}

function totalsOf(groups) {
    const totals = { target: 0, coverage: 0, gap: 0, coverage_ratio: null };
    for (const group of Object.values(groups)) {
        totals.target += group.target;
        totals.coverage += group.coverage;
    }
    totals.gap = totals.target - totals.coverage;
    if (totals.target > 0) totals.coverage_ratio = totals.coverage / totals.target;
    return totals;
}

const sumOf = (rows, name) => rows.reduce((sum, row) => sum + row[name], 0);

/** A report as it came → what the page shows of it. */
export function prepare(answer) {
    const { report } = answer;
    const rows = report.counterparties.map(prepareRow);
    return {
        meta: report.meta,
        quality: report.data_quality,
        groups: report.summary.tier_groups,
        counts: report.summary.counts,
        totals: totalsOf(report.summary.tier_groups),
        confirmed: sumOf(rows, 'confirmed'),
        expected: sumOf(rows, 'expected'),
        minimum: rows.length > 0 ? rows[0].min_cov_current_month : null,
        rows,
        byKey: new Map(rows.map((row) => [row.key, row])),
        source: answer.source,
        outdated: answer.outdated,
        modified: answer.modified,
    };
}

function deltaOf(row, before) {
    if (before === undefined) return { isNew: true, changed: true, coverage: null };
    const coverage = row.coverage - before.coverage;
    const from = levelOf(before.risk_level_rule);
    return {
        isNew: false,
        before,
        coverage,
        fromLevel: from === row.level ? null : from,
        changed: from !== row.level || coverage !== 0 || row.target !== before.target,
    };
}

/** Row by row against an earlier report → Map of key to {isNew, changed, coverage, fromLevel, before}. */
export function compare(rows, earlier) {
    const before = new Map(earlier.counterparties.map((row) => [keyOf(row), row]));
    return new Map(rows.map((row) => [row.key, deltaOf(row, before.get(row.key))]));
}

/** The rows that a view's filters let through. deltas: of compare, or null while nothing is compared. */
export function filterRows(rows, view, deltas) {
    const wanted = searchable(view.q.trim()).split(/\s+/).filter(Boolean);
    return rows.filter((row) =>
        (view.level.length === 0 || view.level.includes(row.level)) &&
        (view.tier.length === 0 || view.tier.includes(row.tier)) &&
        (!view.zero || row.pipeline_zero) &&
        (!view.unclassified || row.unclassified) &&
        (!view.changed || deltas === null || deltas.get(row.key)?.changed === true) &&
        wanted.every((word) => row.text.includes(word)));
}

const VALUE_OF = {
    risk: (row) => row.index,
    name: (row) => row.counterpartyName,
    tier: (row) => TIERS.indexOf(row.tier),
    target: (row) => row.target,
    coverage: (row) => row.coverage,
    ratio: (row) => row.coverage_ratio,
    gap: (row) => row.gap,
    change: (row, deltas) => deltas?.get(row.key)?.coverage ?? null,
};
const collator = new Intl.Collator(['ko', 'en'], { numeric: true });

// What has no value comes last in either direction; what is equal keeps the report's order.
function byValue(a, b, sign) {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === 'string' ? collator.compare(a, b) : a - b);
}

export function sortRows(rows, view, deltas) {
    const sign = view.dir === 'desc' ? -1 : 1;
    const valued = rows.map((row) => [VALUE_OF[view.sort](row, deltas), row]);
    valued.sort(([a, x], [b, y]) => byValue(a, b, sign) || x.index - y.index);
    return valued.map(([, row]) => row);
}

/** The cached report before a date, or the one that was asked for. dates: newest first. */
export function baseOf(dates, asOf, wanted) {
    return dates.find((entry) => entry.as_of === wanted && wanted !== asOf) ?? dates.find((entry) => entry.as_of < asOf) ?? null;
}

// All strings in a value, to any depth; a string that is JSON itself is opened too.
function stringsIn(value) {
    if (Array.isArray(value)) return value.flatMap(stringsIn);
    if (value !== null && typeof value === 'object') return Object.values(value).flatMap(stringsIn);
    if (typeof value !== 'string') return [];
    let inner = null;
    try {
        inner = JSON.parse(value);
    } catch {
        return [value.trim()];
    }
    return typeof inner === 'number' || typeof inner === 'boolean' ? [value.trim()] : stringsIn(inner);
}

/** 성사 가능성 as the CRM stores it, plain or JSON with texts in it → the texts. */
export const possibilityOf = (stored) => stringsIn(stored ?? '').filter(Boolean).join(', ');
