// The rows that are shown, as the service writes them for ?format=csv: the same columns, RFC 4180, with a BOM for Excel.

// A text that begins like a formula is one to a spreadsheet: an apostrophe before it keeps it a text.
const FORMULA = /^[=+\-@\t\r]/;

function cellOf(value) {
    if (value === null || value === undefined) return '';
    if (typeof value !== 'string') return String(value);
    const text = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const listed = (texts) => texts.join('; ');

// The service's columns, in its order: heading in Korean and English, and the value.
const COLUMNS = [
    ['기준일', 'as_of', (row, meta) => meta.as_of],
    ['구분', 'mode', (row, meta) => meta.mode],
    ['위험수준', 'risk_level_rule', (row) => row.risk_level_rule],
    ['판정', 'rule_trigger', (row) => row.rule_trigger],
    ['조직ID', 'orgId', (row) => row.orgId],
    ['조직', 'orgName', (row) => row.orgName],
    ['거래처', 'counterpartyName', (row) => row.counterpartyName],
    ['등급', 'tier', (row) => row.tier],
    ['전년실적', 'baseline', (row) => row.baseline],
    ['목표', 'target', (row) => row.target],
    ['확정', 'confirmed', (row) => row.confirmed],
    ['예상', 'expected', (row) => row.expected],
    ['커버리지', 'coverage', (row) => row.coverage],
    ['부족분', 'gap', (row) => row.gap],
    ['달성률', 'coverage_ratio', (row) => row.coverage_ratio],
    ['이달최소', 'min_cov_current_month', (row) => row.min_cov_current_month],
    ['파이프라인없음', 'pipeline_zero', (row) => row.pipeline_zero],
    ['미분류', 'excluded_by_quality', (row) => row.unclassified],
    ['걸림돌', 'top_blockers', (row) => listed(row.top_blockers)],
    ['근거', 'evidence_bullets', (row) => listed(row.evidence_bullets)],
    ['다음행동', 'recommended_actions', (row) => listed(row.recommended_actions)],
];

// Rows of prepare → the text of the file.
function csvOf(rows, meta, lang) {
    const heading = COLUMNS.map(([ko, en]) => (lang === 'ko' ? ko : en));
    const lines = [heading, ...rows.map((row) => COLUMNS.map(([, , valueOf]) => valueOf(row, meta)))];
    return `\uFEFF${lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')}`;
}

/** Saves rows as a file. */
export function downloadCsv(rows, meta, lang) {
    const url = URL.createObjectURL(new Blob([csvOf(rows, meta, lang)], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `counterparty-risk-${meta.mode}-${meta.as_of}-filtered.csv`;
    link.click();
    URL.revokeObjectURL(url);
}
