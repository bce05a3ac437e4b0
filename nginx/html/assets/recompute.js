// Making a report anew: the button and its live state, the token where one is asked for, and what is done when another
// generation is in hand. The token is kept in this module's memory alone.

import * as api from './api.js';
import { byId, h, replace } from './dom.js';
import { duration, today } from './format.js';
import { tell } from './notices.js';
import { causeOf, words } from './words.js';

const TICK_MS = 1000;
const PATIENCE_MS = 120000;     // how long another's run is waited for

let token = '';
let busy = false;
let ticker = 0;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The button as it is when nothing runs. */
export function renderRecompute(start) {
    const button = byId('recompute');
    button.onclick = start;
    if (!busy) replace(button, words().recompute);
}

// textOf(seconds so far): what the button says of what is going on.
function showBusy(textOf) {
    const button = byId('recompute');
    const began = Date.now();
    const draw = () => replace(button, h('span', { class: 'spinner', 'aria-hidden': 'true' }),
        textOf(Math.floor((Date.now() - began) / 1000)));
    clearInterval(ticker);
    ticker = setInterval(draw, TICK_MS);
    draw();
    busy = true;
    button.setAttribute('aria-disabled', 'true');
    button.classList.add('busy');
}

function showIdle() {
    const button = byId('recompute');
    clearInterval(ticker);
    busy = false;
    button.removeAttribute('aria-disabled');
    button.classList.remove('busy');
    replace(button, words().recompute);
}

/** Asks in the dialog → what was entered, or null when it was closed. field: an input element, or null for yes and no. */
function ask(title, texts, field, yes) {
    const dialog = byId('dialog');
    const w = words();
    return new Promise((resolve) => {
        let answer = null;
        // no form: the page's policy forbids sending one, and nothing here is to be sent
        const accept = () => {
            answer = field === null ? true : field.value.trim();
            dialog.close();
        };
        field?.addEventListener('keydown', (event) => event.key === 'Enter' && accept());
        replace(dialog, h('h2', { id: 'dialog-title' }, title), texts.map((text) => h('p', null, text)),
            field && h('label', null, h('span', null, w.tokenLabel), field),
            h('p', { class: 'dialog-actions' },
                h('button', { type: 'button', onclick: () => dialog.close() }, w.cancel),
                h('button', { type: 'button', class: 'primary', onclick: accept }, yes)));
        dialog.addEventListener('close', () => resolve(answer || null), { once: true });
        dialog.showModal();
    });
}

// A network that may not is told so, and may still have a token.
function askForToken(problem, refused) {
    const w = words();
    const why = refused ? w.tokenRefused : problem.status === 403 && causeOf(problem.code);
    const field = h('input', { type: 'password', id: 'token', autocomplete: 'off', spellcheck: 'false', autofocus: true });
    return ask(w.tokenTitle, [why, w.tokenAsk].filter(Boolean), field, w.tokenSend);
}

const needsToken = (problem) => [401, 403].includes(problem.status) && problem.code !== 'FOREIGN_ORIGIN';

// The refusal stands when the reader has no token: it may be of the network, which a token does not cure.
async function post(mode, date) {
    for (let refused = false; ; refused = true) {
        try {
            showBusy(words().recomputing);
            return await api.recompute(mode, date, token);
        } catch (problem) {
            showIdle();
            if (!needsToken(problem)) throw problem;
            const entered = await askForToken(problem, refused || token !== '');
            if (entered === null) throw problem;
            token = entered;
        }
    }
}

// The service makes one report at a time and skips who comes second. So it is asked again until the other run has ended,
// or patience has.
async function postUntilFree(mode, date) {
    const w = words();
    const began = Date.now();
    let result = await post(mode, date);
    while (result.result === 'SKIPPED_LOCKED') {
        if (Date.now() - began > PATIENCE_MS) {
            tell('warn', 'locked', w.lockedTitle, [w.lockedGaveUp]);
            return null;
        }
        tell('warn', 'locked', w.lockedTitle, [w.locked(result.retryAfterS)]);
        showBusy(w.waiting);
        await sleep(result.retryAfterS * 1000);
        result = await post(mode, date);
    }
    return result;
}

async function run(mode, date, reload) {
    const w = words();
    const result = await postUntilFree(mode, date);
    if (result === null) return;
    await reload();
    tell('good', 'recomputed', w.recomputed(duration(result.duration_ms)));
}

/** Makes the report of a mode and date ('': today) anew, and calls reload() when there is something new. */
export async function recompute(mode, date, reload) {
    const w = words();
    if (busy) return;
    if (date !== '' && date < today() && !await ask(w.pastTitle, [w.past(date)], null, w.pastConfirm)) return;
    try {
        await run(mode, date, reload);
    } catch (problem) {
        if (!(problem instanceof api.Problem)) throw problem;
        tell('bad', 'recompute-failed', w.recomputeFailed, [
            h('span', null, causeOf(problem.code), ' ', h('code', null, problem.code ?? '')),
            problem.body?.detail,
        ]);
    } finally {
        showIdle();
    }
}
