// Numbers and times as people read them. Amounts are KRW; times are shown in KST, whatever the reader's zone.

import { language, words } from './words.js';

const ZONE = 'Asia/Seoul';
const MAN = 1e4;
const EOK = 1e8;
const JO = 1e12;

const locale = () => (language() === 'ko' ? 'ko-KR' : 'en-GB');

// Kept, since making one takes longer than all that a row does with it.
const numberFormats = new Map();
function numberFormat(fewest, most) {
    const key = `${locale()} ${fewest} ${most}`;
    if (!numberFormats.has(key)) {
        numberFormats.set(key, new Intl.NumberFormat(locale(), { minimumFractionDigits: fewest, maximumFractionDigits: most }));
    }
    return numberFormats.get(key);
}
const grouped = (number, digits) => numberFormat(digits, digits).format(number);

// The first unit whose rounded number is not 0, so that 99,999,999 is 1.0억 and not 10,000만.
const UNITS = {
    ko: [[JO, '조', 2], [100 * EOK, '억', 0, EOK], [EOK, '억', 1], [MAN, '만', 0]],
    en: [[1e12, 'T', 2], [1e9, 'B', 2], [1e6, 'M', 1], [1e3, 'K', 0]],
};

function inUnits(size) {
    for (const [from, name, digits, unit = from] of UNITS[language()]) {
        const rounded = Number((size / unit).toFixed(digits));
        if (rounded * unit >= from) return grouped(rounded, digits) + name;
    }
    return grouped(size, 0);
}

/** 3242282878.5 → "32.4억" (ko), "₩3.24B" (en); what is below a 만 to the won. */
export function amount(krw) {
    const sign = krw < 0 ? '−' : '';
    const size = Math.abs(krw);
    if (language() === 'en') return `${sign}₩${inUnits(size)}`;
    if (size === 0) return '0';
    return sign + (size < MAN - 0.5 ? `${grouped(size, 0)}원` : inUnits(size));
}

/** With its sign, for changes; "0" when there is none. */
export function change(krw) {
    return krw > 0 ? `+${amount(krw)}` : amount(krw);
}

/** To the won, or to the part of it that a target can have. */
export function exact(krw) {
    const text = numberFormat(0, 2).format(Math.abs(krw));
    return `${krw < 0 ? '−' : ''}${language() === 'ko' ? `${text}원` : `₩${text}`}`;
}

/** 0.5390 → "53.9%"; null → "–". */
export function percent(ratio, digits = Math.abs(ratio) >= 10 ? 0 : 1) {
    if (ratio === null || ratio === undefined) return '–';
    const text = grouped(Math.abs(ratio) * 100, digits);
    return `${ratio < 0 ? '−' : ''}${text}%`;
}

/** A minimum such as 0.05 is a whole number of percent. */
export const wholePercent = (ratio) => percent(ratio, Number.isInteger(Math.round(ratio * 1000) / 10) ? 0 : 1);

/** A difference of ratios: "+1.2%p". */
export function points(difference) {
    const text = grouped(Math.abs(difference) * 100, 1);
    return `${difference > 0 ? '+' : difference < 0 ? '−' : ''}${text}%p`;
}

export const count = (number) => grouped(number, 0);

export function signedCount(number) {
    return `${number > 0 ? '+' : number < 0 ? '−' : ''}${count(Math.abs(number))}`;
}

const dayFormat = (options) => new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...options });

/** "2026-01-19" → "2026-01-19 (월)". */
export function day(date) {
    const weekday = dayFormat({ weekday: 'short' }).format(new Date(`${date}T00:00:00Z`));
    return `${date} (${weekday})`;
}

/** "2026-01-19" → "1. 19." (ko), "19 Jan" (en). */
export function shortDay(date) {
    const [, month, dayOfMonth] = date.split('-').map(Number);
    if (language() === 'ko') return `${month}/${dayOfMonth}`;
    return dayFormat({ day: 'numeric', month: 'short' }).format(new Date(`${date}T00:00:00Z`));
}

/** An instant → "2026-01-19 09:01". */
export function moment(instant) {
    const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'short' });
    return parts.format(new Date(instant));
}

/** The day in KST, as YYYY-MM-DD. */
export const today = (now = Date.now()) => moment(now).slice(0, 10);

const STEPS = [['day', 86400], ['hour', 3600], ['minute', 60]];

/** "3시간 전", "3 hours ago". */
export function ago(instant, now = Date.now()) {
    const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
    for (const [unit, length] of STEPS) {
        if (seconds >= length) {
            const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'always' });
            return format.format(-Math.floor(seconds / length), unit);
        }
    }
    return words().justNow;
}

/** Minutes and seconds of a duration. */
export function duration(ms) {
    return ms < 950 ? `${Math.round(ms)} ms` : `${grouped(ms / 1000, ms < 9950 ? 1 : 0)} ${words().secondsUnit}`;
}
