// The rows that are shown, as the service writes them for ?format=csv: the same columns, RFC 4180, with a BOM for Excel.

// A cell that begins like a formula is one to a spreadsheet: an apostrophe before it makes it text.
const FORMULA = /^[=+\-@\t\r]/;

function cellOf(value) {
    if (value === null || value === undefined) return '';
    if (typeof value !== 'string') return String(value);
    const text = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// The service's columns, in its order: heading in each language, and the value.
const COLUMNS = [
    ['위험수준', 'risk_level', (row) => row.risk_level_rule],
];

/** Rows of prepare → the text of the file. */
export function csvOf(rows, lang) {
    const heading = COLUMNS.map(([ko, en]) => (lang === 'ko' ? ko : en));
    const lines = [heading, ...rows.map((row) => COLUMNS.map(([, , valueOf]) => valueOf(row)))];
    return `\uFEFF${lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')}`;
}

/** Saves rows as a file. */
export function downloadCsv(rows, meta, lang) {
    const url = URL.createObjectURL(new Blob([csvOf(rows, lang)], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `counterparty-risk-${meta.mode}-${meta.as_of}-filtered.csv`;
    link.click();
    URL.revokeObjectURL(url);
}
