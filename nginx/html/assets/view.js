// What is looked at: mode, date, filters, order. All of it stands in the address, so that a view can be sent and the
// browser's Back works. What the reader prefers (language, theme) is kept in the browser and not sent.

const DEFAULTS = {
    mode: 'offline', date: '', base: '', level: [], tier: [], q: '', zero: false, unclassified: false, changed: false,
    sort: 'risk', dir: 'asc',
};
const CHOICES = {
    mode: ['offline', 'online'],
    level: ['severe', 'normal', 'good'],
    tier: ['S0', 'P0', 'P1', 'P2'],
    sort: ['risk', 'name', 'tier', 'target', 'coverage', 'ratio', 'gap', 'change'],
    dir: ['asc', 'desc'],
};
const FILTERS = ['level', 'tier', 'q', 'zero', 'unclassified', 'changed'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;

function read(name, text) {
    const fallback = DEFAULTS[name];
    if (text === null) return fallback;
    if (typeof fallback === 'boolean') return text === '1';
    if (Array.isArray(fallback)) return CHOICES[name].filter((choice) => text.split(',').includes(choice));
    if (name === 'date' || name === 'base') return DATE.test(text) ? text : '';
    if (name === 'q') return text.slice(0, 200);
    return CHOICES[name].includes(text) ? text : fallback;
}

/** The view that an address names; what it does not know is left at the default. */
export function viewOf(search) {
    const query = new URLSearchParams(search);
    return Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, read(name, query.get(name))]));
}

/** The address of a view: only what differs from the default. */
export function searchOf(view) {
    const query = new URLSearchParams();
    for (const [name, fallback] of Object.entries(DEFAULTS)) {
        const value = view[name];
        if (String(value) === String(fallback)) continue;
        query.set(name, value === true ? '1' : String(value));
    }
    const text = query.toString().replaceAll('%2C', ',');
    return text === '' ? '' : `?${text}`;
}

export const isFiltered = (view) => FILTERS.some((name) => String(view[name]) !== String(DEFAULTS[name]));

export const unfiltered = () => Object.fromEntries(FILTERS.map((name) => [name, DEFAULTS[name]]));
