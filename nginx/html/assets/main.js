// The page: what is looked at (the view, in the address), what the service says of it, and drawing the one from the other.

import * as api from './api.js';
import { renderGaps, renderGroups } from './charts.js';
import { renderChanges, renderChangesNote } from './changes.js';
import { saveCsv } from './csv.js';
import { byId, h, replace, say } from './dom.js';
import { renderFilters, updateFilters } from './filters.js';
import { count, moment, today } from './format.js';
import { recall, renderDates, renderFresh, renderModes, renderPreferences } from './header.js';
import { forgetTold, renderError, renderLoading, renderNotices, renderNotKept, tell } from './notices.js';
import { failureNote, quietNote } from './parts.js';
import { recompute, renderRecompute } from './recompute.js';
import { baseOf, compare, filterRows, prepare, sortRows } from './report.js';
import { renderSummary } from './summary.js';
import { renderTable, showRow } from './table.js';
import { watchTips } from './tip.js';
import { renderTrend, renderTrendNote } from './trend.js';
import { searchOf, unfiltered, viewOf } from './view.js';
import { causeOf, language, preferredLanguage, setLanguage, words } from './words.js';

const TICK_MS = 30000;              // ages in words are brought up to date
const PATIENCE_MS = 300;            // a report that takes longer is said to be loading: it may have to be made first
const LOOK_AGAIN_MS = 60000;        // who comes back to the page after this long sees whether there is a newer report

let view = viewOf(location.search);
let loading = new AbortController();
let loadedAt = 0;

// What the service said; null: not yet, or it could not. A Problem: that is why.
const none = { report: null, problem: null, notKept: false, dates: null, base: null, deltas: null, history: null, diff: null, lastRun: null };
let data = { ...none };
let filtersOf = { report: null, language: '' };

/// Drawing

const inReport = (key) => data.report.byKey.has(key);

function goToRow(key) {
    if (!showRow(key)) {
        go(unfiltered());
        showRow(key);
    }
}

function drawTable() {
    const rows = sortRows(filterRows(data.report.rows, view, data.deltas), view, data.deltas);
    updateFilters(view, data.deltas !== null);
    renderTable(rows, data, view, go);
    byId('count').textContent = words().shown(count(rows.length), count(data.report.rows.length));
    const { meta } = data.report;
    replace(byId('downloads'),
        h('button', { type: 'button', id: 'csv', onclick: () => download(rows) }, words().csvFiltered),
        h('a', { id: 'csv-all', href: api.csvAddress(meta.mode, meta.as_of, language()), download: true }, words().csvAll));
}

async function download(rows) {
    try {
        await saveCsv(rows, data.report, language());
    } catch (problem) {
        if (!(problem instanceof api.Problem)) throw problem;
        tell('bad', 'csv-failed', words().csvFailed, [causeOf(problem.code)]);
        byId('notices').scrollIntoView({ block: 'center' });
    }
}

function drawHead() {
    renderModes(view, go);
    renderDates(view, data.dates, data.base, data.report?.meta.as_of ?? view.date, go);
    renderFresh(data.report, data.lastRun);
    renderRecompute(() => recompute(view.mode, view.date, load));
}

function drawNotices() {
    if (data.report !== null) renderNotices(data.report, data.lastRun, load, go);
    else if (data.notKept) renderNotKept(view.date, data.dates, go);
    else if (data.problem !== null) renderError(data.problem, load);
    else replace(byId('notices'));
}

function drawTrend() {
    if (data.history === null) renderTrendNote(() => quietNote(words().loading));
    else if (data.history instanceof api.Problem) renderTrendNote(() => failureNote(data.history, load));
    else renderTrend(data.history);
}

function drawChanges() {
    if (data.diff instanceof api.Problem) renderChangesNote(failureNote(data.diff, load));
    else if (data.diff !== null) renderChanges(data.diff, goToRow, inReport);
    else if (data.dates !== null && data.base === null) renderChangesNote(quietNote(words().noBaseYet), true);
    else renderChangesNote(quietNote(words().loading));
}

// Only anew for another report or language: somebody may be typing in them.
function drawFilters() {
    if (filtersOf.report === data.report && filtersOf.language === language()) return;
    filtersOf = { report: data.report, language: language() };
    renderFilters(data.report, () => view, go);
}

// What is seen first.
function drawTop() {
    setLanguage(language());
    document.title = [words().title, words().modes[view.mode], data.report?.meta.as_of].filter(Boolean).join(' · ');
    renderPreferences(language(), changeLanguage);
    drawHead();
    drawNotices();
    const isEmpty = data.report === null || data.report.rows.length === 0;
    byId('content').hidden = isEmpty;
    byId('foot').hidden = isEmpty;
    if (isEmpty) return;
    renderSummary(data, goFiltered);
    renderGroups(data);
    drawTrend();
}

function drawRest() {
    if (byId('content').hidden) return;
    const { quality } = data.report;
    renderGaps(data, goToRow);
    drawChanges();
    drawFilters();
    drawTable();
    replace(byId('foot'),
        h('p', null, words().quality(count(quality.unknown_year_deals), count(quality.unknown_amount_deals), count(quality.uncategorized_counterparties))),
        h('p', { class: 'print-only' }, words().printed(moment(Date.now()))));
}

function drawAll() {
    drawTop();
    drawRest();
}

// The browser has painted what was drawn. (A page in the background paints nothing.)
const painted = () => new Promise((resolve) => {
    if (document.hidden) resolve();
    else requestAnimationFrame(() => setTimeout(resolve));
});

function changeLanguage(name) {
    setLanguage(name);
    drawAll();
}

/// Moving

// What the service is asked for; all else is drawn from what is there.
const ASKED = ['mode', 'date', 'base'];

function show(newView) {
    const isAsked = data.report === null || ASKED.some((name) => newView[name] !== view[name]);
    view = newView;
    if (isAsked) {
        forgetTold();
        load();
    } else {
        drawTable();
    }
}

/** Changes the view. Another report or comparison is a step in the browser's history, a filter is not. */
function go(change) {
    const newView = { ...view, ...change };
    const isStep = ASKED.some((name) => newView[name] !== view[name]);
    history[isStep ? 'pushState' : 'replaceState'](null, '', location.pathname + searchOf(newView));
    show(newView);
}

function goFiltered(change, section) {
    go({ ...unfiltered(), ...change });
    byId(section).scrollIntoView();
    byId(section).focus({ preventScroll: true });
}

/// Loading

const orProblem = (promise) => promise.catch((error) => {
    if (error instanceof api.Problem) return error;
    throw error;
});

// What is compared with: summaries and /diff for the panel, and the earlier report itself for the rows.
async function loadComparison(signal) {
    const { meta } = data.report;
    const base = data.dates === null ? null : baseOf(data.dates, meta.as_of, view.base);
    data = { ...data, base, deltas: null, diff: null };
    if (base === null) return;
    const [diff, earlier] = await Promise.all([
        orProblem(api.diff(view.mode, base.as_of, meta.as_of, signal)),
        orProblem(api.report(view.mode, base.as_of, signal)),
    ]);
    // an earlier report that is stale is another date's: nothing to compare with
    const isBase = earlier.report?.meta.as_of === base.as_of;
    data = { ...data, diff, deltas: isBase ? compare(data.report.rows, earlier.report) : null };
}

async function loadReport(signal, dates) {
    if (view.date !== '' && view.date !== today()) {
        const cached = await dates;
        if (!(cached instanceof api.Problem) && !cached.some((entry) => entry.as_of === view.date)) {
            data = { ...none, dates: cached, notKept: true };
            return false;
        }
    }
    const answer = await orProblem(api.report(view.mode, view.date, signal));
    const isProblem = answer instanceof api.Problem;
    data = { ...none, report: isProblem ? null : prepare(answer), problem: isProblem ? answer : null };
    return !isProblem;
}

// First the report alone, so that the numbers are there at once; then all that puts it into its place.
async function loadAll(signal) {
    const dates = orProblem(api.dates(view.mode, signal));
    dates.catch(() => {});      // where it is aborted before anybody waits for it
    if (!await loadReport(signal, view.date === '' ? null : dates)) {
        const cached = await dates;
        data = { ...data, dates: cached instanceof api.Problem ? null : cached };
        drawAll();
        return;
    }
    loadedAt = Date.now();
    drawTop();
    await painted();
    signal.throwIfAborted();
    drawRest();
    const [fresh, series, status] = await Promise.all([
        // asked again where the report was only just made
        data.report.source === 'generated' ? orProblem(api.dates(view.mode, signal)) : dates,
        orProblem(api.history(view.mode, signal)),
        orProblem(api.status(view.mode, signal)),
    ]);
    data = { ...data, history: series, lastRun: status.last_run ?? null, dates: fresh instanceof api.Problem ? null : fresh };
    if (fresh instanceof api.Problem) data.diff = fresh;
    else await loadComparison(signal);
    drawAll();
}

async function load() {
    loading.abort();
    loading = new AbortController();
    const { signal } = loading;
    document.body.setAttribute('aria-busy', 'true');
    drawHead();
    const patience = setTimeout(() => renderLoading(data.report === null), PATIENCE_MS);
    try {
        await loadAll(signal);
        say('');
    } catch (error) {
        if (error.name === 'AbortError') return;
        throw error;
    } finally {
        clearTimeout(patience);
        if (!signal.aborted) document.body.removeAttribute('aria-busy');
    }
}

/// Start

addEventListener('popstate', () => show(viewOf(location.search)));

document.addEventListener('visibilitychange', () => {
    if (!document.hidden && Date.now() - loadedAt > LOOK_AGAIN_MS && !byId('dialog').open) load();
});

setInterval(() => renderFresh(data.report, data.lastRun), TICK_MS);

setLanguage(preferredLanguage(location.search, recall('language'), navigator.languages));
watchTips();
renderPreferences(language(), changeLanguage);
load();
