// The bar at the top: which report, how fresh it is, and what the reader prefers.

import { byId, h, replace } from './dom.js';
import { ago, day, moment, today } from './format.js';
import { words } from './words.js';

const MODES = ['offline', 'online'];
const THEMES = ['auto', 'light', 'dark'];

const remember = (name, value) => {
    try {
        localStorage.setItem(name, value);
    } catch {
        // storage may be forbidden: then it holds for this page alone
    }
};

export function recall(name) {
    try {
        return localStorage.getItem(name);
    } catch {
        return null;
    }
}

function setTheme(theme) {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    remember('theme', theme);
}

/** The controls that do not depend on a report. changeLanguage(name). */
export function renderPreferences(language, changeLanguage) {
    const w = words();
    const now = document.documentElement.dataset.theme ?? 'auto';
    replace(byId('theme'), THEMES.map((theme) => h('option', { value: theme, selected: theme === now }, w.themes[theme])));
    byId('theme').onchange = (event) => setTheme(event.target.value);
    const other = language === 'ko' ? 'en' : 'ko';
    const button = byId('language');
    button.textContent = w.otherLanguage;
    button.lang = other;
    button.onclick = () => {
        remember('language', other);
        changeLanguage(other);
    };
}

export function renderModes(view, go) {
    replace(byId('modes'), MODES.map((mode) => h('button', { type: 'button', 'data-mode': mode,
        'aria-pressed': String(view.mode === mode), onclick: () => go({ mode, base: '' }) }, words().modes[mode])));
}

// "Today" first, which is no fixed date; then the cached ones, newest first.
function dateOptions(view, dates) {
    const options = [['', words().today(day(today()))]];
    for (const entry of dates) if (entry.as_of !== today()) options.push([entry.as_of, day(entry.as_of)]);
    if (!options.some(([value]) => value === view.date)) options.push([view.date, day(view.date)]);
    return options.map(([value, text]) => h('option', { value, selected: value === view.date }, text));
}

function stepButton(id, options, at, go) {
    const button = byId(id);
    button.disabled = at < 0 || at >= options.length;
    button.onclick = () => go({ date: options[at].value, base: '' });
}

/** dates: of /dates, newest first; null while they are unknown. base: what is compared with, or null. */
export function renderDates(view, dates, base, asOf, go) {
    const select = byId('date');
    replace(select, dateOptions(view, dates ?? []));
    select.onchange = () => go({ date: select.value, base: '' });
    const options = [...select.options];
    const at = options.findIndex((option) => option.selected);
    stepButton('older', options, at + 1, go);
    stepButton('newer', options, at - 1, go);

    const others = (dates ?? []).filter((entry) => entry.as_of !== asOf);
    const baseSelect = byId('base');
    baseSelect.disabled = base === null;
    replace(baseSelect, base === null ? h('option', { value: '' }, words().noBase) :
        others.map((entry) => h('option', { value: entry.as_of, selected: entry.as_of === base.as_of }, day(entry.as_of))));
    baseSelect.onchange = () => go({ base: baseSelect.value });
}

const fact = (name, instant, title) => h('span', { title: title ?? null }, h('span', { class: 'fact' }, name), ' ',
    h('time', { datetime: instant }, `${moment(instant)} KST`), ` (${ago(instant)})`);

/** report: of prepare, or null; lastRun: of /status, or null. Called again as time goes by. */
export function renderFresh(report, lastRun) {
    const w = words();
    const facts = [];
    if (report !== null) {
        const { meta } = report;
        facts.push(
            h('span', { class: 'as-of' }, h('span', { class: 'fact' }, w.asOf), ' ', h('b', null, h('time', { datetime: meta.as_of }, day(meta.as_of))),
                meta.is_stale && h('span', { class: 'old' }, w.old)),
            fact(w.madeAt, meta.generated_at),
            fact(w.dataAt, meta.db_version, w.signature(meta.db_signature)));
    }
    if (lastRun !== null) {
        facts.push(h('span', { class: 'run' }, h('span', { class: 'fact' }, w.lastRun), ' ',
            w.runResults[lastRun.result] ?? lastRun.result, ` (${ago(lastRun.generated_at)})`));
    }
    replace(byId('fresh'), facts);
}
