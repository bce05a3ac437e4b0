// The rows that are shown, as a file: those lines of the service's own CSV. So columns, quoting, and what is done about cells
// that look like formulas are the service's, and the same in both files.

import * as api from './api.js';

const BOM = '\uFEFF';

// RFC 4180 text → its records as they stand, line ends included.
function recordsOf(text) {
    const records = [];
    let from = 0;
    let isQuoted = false;
    for (let at = 0; at < text.length; at++) {
        if (text[at] === '"') isQuoted = !isQuoted;     // a doubled one twice: nothing changes
        else if (text[at] === '\n' && !isQuoted) {
            records.push(text.slice(from, at + 1));
            from = at + 1;
        }
    }
    return records;
}

function save(text, name) {
    const url = URL.createObjectURL(new Blob([BOM, text], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
}

/** Saves rows of a report (of prepare) in their order. Throws a Problem, also when the report has been made anew meanwhile. */
export async function saveCsv(rows, report, lang) {
    const { meta } = report;
    const { text, modified } = await api.csv(meta.mode, meta.as_of, lang);
    const [heading, ...records] = recordsOf(text);
    const isSame = report.modified === null || report.modified === modified;    // a stale answer does not tell its time
    if (!isSame || records.length !== report.rows.length) throw new api.Problem(0, { code: 'CHANGED_MEANWHILE' });
    save([heading, ...rows.map((row) => records[row.index])].join(''), `counterparty-risk-${meta.mode}-${meta.as_of}-filtered.csv`);
}
