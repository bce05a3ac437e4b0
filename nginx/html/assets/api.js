// The service's API. Every failure is a Problem, with a code of docs/api.md or one of ours: NETWORK, NOT_JSON.

const PREFIX = '/api/report/counterparty-risk';

export class Problem extends Error {
    constructor(status, body) {
        super(body.detail ?? body.code);
        this.status = status;
        this.code = body.error_code ?? body.code;
        this.body = body;
    }
}

function address(path, query) {
    const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
    return PREFIX + path + (text === '' ? '' : `?${text}`);
}

async function problemOf(response) {
    try {
        return new Problem(response.status, await response.json());
    } catch {
        return new Problem(response.status, { code: 'NOT_JSON' });
    }
}

// What first.js has asked for already; once, since it is of then.
function takeFirst(wanted) {
    const first = window.firstReport;
    if (first?.address !== wanted) return null;
    delete window.firstReport;
    return first.response;
}

async function ask(path, query, options = {}) {
    let response;
    try {
        response = await (takeFirst(address(path, query)) ?? fetch(address(path, query), { credentials: 'same-origin', ...options }));
    } catch (error) {
        if (error.name === 'AbortError') throw error;
        throw new Problem(0, { code: 'NETWORK' });
    }
    if (!response.ok) throw await problemOf(response);
    return response;
}

async function json(path, query, signal) {
    const response = await ask(path, query, { signal });
    return response.json();
}

/** A report; date '' is today. outdated: the CRM has changed since it was made. modified: when its file was written, or null. */
export async function report(mode, date, signal) {
    const response = await ask('', { mode, date }, { signal });
    return {
        report: await response.json(),
        source: response.headers.get('X-Report-Source'),
        outdated: response.headers.get('X-Report-Outdated') !== null,
        modified: response.headers.get('Last-Modified'),
    };
}

/** A whole report as CSV, without its BOM. */
export async function csv(mode, date, lang) {
    const response = await ask('', { mode, date, format: 'csv', lang });
    return { text: await response.text(), modified: response.headers.get('Last-Modified') };
}

export const dates = async (mode, signal) => (await json('/dates', { mode }, signal)).reports;
export const history = async (mode, signal) => (await json('/history', { mode }, signal)).series;
export const diff = (mode, from, to, signal) => json('/diff', { mode, from, to }, signal);
export const status = (mode, signal) => json('/status', { mode }, signal);

/** The address of a whole report as CSV. */
export const csvAddress = (mode, date, lang) => address('', { mode, date, format: 'csv', lang });

/** Makes a report anew. → {result: 'SUCCESS' | 'SKIPPED_LOCKED', …, retryAfterS} */
export async function recompute(mode, date, token) {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const response = await ask('/recompute', { mode, date }, { method: 'POST', headers });
    return { ...(await response.json()), retryAfterS: Number(response.headers.get('Retry-After')) || 5 };
}
