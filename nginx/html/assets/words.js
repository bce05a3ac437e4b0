// The page's own words. words_ko.js and words_en.js have the same names: a test compares them.

import { en } from './words_en.js';
import { ko } from './words_ko.js';

const DICTIONARIES = { ko, en };
let current = 'ko';

export const language = () => current;
export const words = () => DICTIONARIES[current];

/** What the reader chose before or asks for by ?lang=, else the browser's language. */
export function preferredLanguage(search, stored, browserLanguages) {
    const asked = new URLSearchParams(search).get('lang') ?? stored;
    if (asked in DICTIONARIES) return asked;
    return browserLanguages.some((tag) => tag.toLowerCase().startsWith('ko')) ? 'ko' : 'en';
}

/** Sets the language, and with it every element that names its word: data-word its text, data-label its name. */
export function setLanguage(name) {
    current = name;
    document.documentElement.lang = name;
    for (const node of document.querySelectorAll('[data-word]')) node.textContent = words()[node.dataset.word];
    for (const node of document.querySelectorAll('[data-label]')) {
        node.setAttribute('aria-label', words()[node.dataset.label]);
        if (node.matches('button')) node.title = words()[node.dataset.label];
    }
}

/** What an error code of the service means, and what to do. */
export const causeOf = (code) => words().causes[code] ?? words().unknownCause(code);

/** A blocker's label, in words. */
export const blockerOf = (label) => words().blockers[label] ?? label;
