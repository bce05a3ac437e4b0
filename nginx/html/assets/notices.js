// What must not be missed, above the numbers: stale, outdated, failed, missing, empty.

import { byId, h, replace, say } from './dom.js';
import { ago, day, moment, today } from './format.js';
import { causeOf, words } from './words.js';

const button = ([text, onclick]) => h('button', { type: 'button', onclick }, text);

// A notice: tone is bad, warn, info or good; actions are [text, function].
function notice(tone, name, title, texts, actions = []) {
    return h('section', { class: `notice ${tone}`, 'data-notice': name, role: tone === 'bad' ? 'alert' : 'status' },
        h('strong', null, title), texts.filter(Boolean).map((text) => h('p', null, text)),
        actions.length > 0 && h('p', { class: 'notice-actions' }, actions.map(button)));
}

/** Takes away what was told last: something else is looked at. */
export function forgetTold() {
    for (const node of document.querySelectorAll('[data-told]')) node.remove();
}

/** Tells what came of something that the reader did, above the other notices, until it is closed or the next one comes. */
export function tell(tone, name, title, texts = []) {
    forgetTold();
    const node = notice(tone, name, title, texts);
    node.dataset.told = '';
    node.append(h('button', { type: 'button', class: 'icon close', 'aria-label': words().close, onclick: () => node.remove() }, '×'));
    byId('notices').before(node);
    return node;
}

function staleNotice(meta, lastRun, retry) {
    const w = words();
    const cause = causeOf(meta.stale_error_code);
    const tried = lastRun?.result === 'FAILED' ? `${w.failed(moment(lastRun.generated_at))}` : null;
    return notice('bad', 'stale', w.staleTitle(day(meta.as_of)), [
        w.stale(day(meta.requested_as_of), moment(meta.generated_at), ago(meta.generated_at)),
        h('span', null, h('b', null, w.staleWhy), ' ', cause, ' ', h('code', null, meta.stale_error_code)),
        tried,
    ], [[w.retry, retry]]);
}

function outdatedNotice(meta) {
    const w = words();
    const isPast = meta.as_of < today();
    return notice(isPast ? 'info' : 'warn', 'outdated', w.outdatedTitle, [isPast ? w.outdatedPast : w.outdated]);
}

function failedNotice(run, retry) {
    const w = words();
    return notice('warn', 'failed', w.failedTitle, [
        w.failed(moment(run.generated_at)),
        h('span', null, causeOf(run.error_code), ' ', h('code', null, run.error_code)),
    ], [[w.retry, retry]]);
}

function emptyNotice(meta, go) {
    const w = words();
    const other = meta.mode === 'online' ? 'offline' : 'online';
    return notice('info', 'empty', w.emptyTitle, [w.empty], [[w.goOther(w.modes[other]), () => go({ mode: other, base: '' })]]);
}

/** The notices of a report. lastRun: of /status or null. retry(): asks for the report again; go(change of the view). */
export function renderNotices(report, lastRun, retry, go) {
    const { meta } = report;
    const failedSince = lastRun?.result === 'FAILED' && Date.parse(lastRun.generated_at) >= Date.parse(meta.generated_at);
    replace(byId('notices'),
        meta.is_stale && staleNotice(meta, lastRun, retry),
        !meta.is_stale && report.outdated && outdatedNotice(meta),
        !meta.is_stale && failedSince && failedNotice(lastRun, retry),
        report.rows.length === 0 && emptyNotice(meta, go));
}

/** It takes a while. In place of a report where there is none yet; over one that is there it is only said. */
export function renderLoading(isAlone) {
    const w = words();
    say(w.loading);
    if (isAlone) replace(byId('notices'), notice('info', 'loading', w.loading, [w.loadingLong]));
}

/** In place of a report: it could not be had. */
export function renderError(problem, retry) {
    const w = words();
    const id = problem.body?.request_id;
    replace(byId('notices'), notice('bad', 'error', w.errorTitle, [
        h('span', null, causeOf(problem.code), ' ', h('code', null, problem.code)),
        problem.body?.code !== problem.code && problem.body?.code && causeOf(problem.body.code),
        id && h('small', null, w.requestId(id)),
    ], [[w.retry, retry]]));
}

/** In place of a report: its date is not cached. dates: newest first. */
export function renderNotKept(date, dates, go) {
    const w = words();
    const distance = (entry) => Math.abs(Date.parse(entry.as_of) - Date.parse(date));
    const nearest = dates.filter((entry) => entry.as_of !== today()).sort((a, b) => distance(a) - distance(b)).slice(0, 3);
    replace(byId('notices'), notice('warn', 'not-kept', w.notKeptTitle(day(date)), [w.notKept], [
        ...nearest.map((entry) => [day(entry.as_of), () => go({ date: entry.as_of, base: '' })]),
        [w.goToday, () => go({ date: '', base: '' })],
    ]));
}
