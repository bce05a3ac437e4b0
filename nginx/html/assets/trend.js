// Charts over the cached dates. Days without a report are missing: the time axis shows the hole, and a line is dashed over it.

import { byId, h, replace, svg } from './dom.js';
import { count, day, percent, shortDay, wholePercent } from './format.js';
import { levelSign, panelHead, quietNote } from './parts.js';
import { LEVELS } from './report.js';
import { words } from './words.js';

const HEIGHT = 168;
const PAD = { top: 10, right: 12, bottom: 22, left: 40 };
const DAY_MS = 86400000;
const LABEL_WIDTH = 64;
const MOST_BAR_WIDTH = 22;
const SEAM = 1;              // between the parts of a bar
const GRID = [0, 0.25, 0.5, 0.75, 1];

const timeOf = (entry) => Date.parse(`${entry.as_of}T00:00:00Z`);
const ratioOf = (entry) => entry.totals.coverage_ratio;
const rowsOf = (entry) => LEVELS.reduce((sum, level) => sum + entry.counts[level], 0);

// The next "round" number above, so that the axis has readable labels.
function roundUp(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 4, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function scalesOf(series, width, most) {
    const first = timeOf(series[0]);
    const span = timeOf(series.at(-1)) - first;
    const inner = { width: width - PAD.left - PAD.right, height: HEIGHT - PAD.top - PAD.bottom };
    // half a day of room at either end, for bars
    const dayWidth = inner.width / (span / DAY_MS + 1);
    return {
        x: (entry) => PAD.left + dayWidth * ((timeOf(entry) - first) / DAY_MS + 0.5),
        y: (value) => PAD.top + inner.height * (1 - value / most),
        dayWidth,
        inner,
        most,
    };
}

function axes(series, scales, labelOf) {
    const bottom = scales.y(0);
    const lines = GRID.map((part) => part * scales.most).map((value) => [
        svg('line', { class: value === 0 ? 'axis' : 'gridline', x1: PAD.left, x2: PAD.left + scales.inner.width,
            y1: scales.y(value), y2: scales.y(value) }),
        svg('text', { class: 'tick', x: PAD.left - 6, y: scales.y(value) + 4, 'text-anchor': 'end' }, labelOf(value)),
    ]);
    const labels = [];
    let free = Infinity;
    // from the newest, which is the one that must have its label
    for (const entry of [...series].reverse()) {
        const x = Math.min(scales.x(entry), PAD.left + scales.inner.width - 14);
        if (x > free) continue;
        labels.push(svg('text', { class: 'tick', x, y: bottom + 16, 'text-anchor': 'middle' }, shortDay(entry.as_of)));
        free = x - LABEL_WIDTH;
    }
    return [lines, labels];
}

// Pieces of a line: solid from one day to the next, dashed over missing days.
function line(series, scales, valueOf, className) {
    const points = series.filter((entry) => valueOf(entry) !== null);
    return points.slice(1).map((entry, i) => {
        const before = points[i];
        const gap = timeOf(entry) - timeOf(before) > DAY_MS ? ' over-gap' : '';
        return svg('line', { class: className + gap, x1: scales.x(before), y1: scales.y(valueOf(before)),
            x2: scales.x(entry), y2: scales.y(valueOf(entry)) });
    });
}

// Steps, since a minimum holds for a month; one path, so that its dashes are even. Of a day alone it is as wide as the day.
function steps(series, scales) {
    const half = series.length === 1 ? scales.dayWidth / 2 : 0;
    const path = series.slice(1).map((entry, i) =>
        `H${(scales.x(series[i]) + scales.x(entry)) / 2}V${scales.y(entry.min_coverage)}`);
    return svg('path', { class: 'minimum', d: `M${scales.x(series[0]) - half} ${scales.y(series[0].min_coverage)}${path.join('')}` +
        `H${scales.x(series.at(-1)) + half}` });
}

const hitAreas = (series, scales, tipOf) => series.map((entry) =>
    svg('rect', { class: 'hit', x: scales.x(entry) - scales.dayWidth / 2, y: PAD.top, width: scales.dayWidth,
        height: scales.inner.height, 'data-tip': tipOf(entry) }));

function ratioChart(series, width) {
    const highest = Math.max(...series.map((entry) => Math.max(ratioOf(entry) ?? 0, entry.min_coverage)));
    const scales = scalesOf(series, width, roundUp(Math.max(highest * 1.05, 0.04)));
    const w = words();
    return [
        axes(series, scales, (value) => percent(value, scales.most < 0.1 ? 1 : 0)),
        steps(series, scales),
        line(series, scales, ratioOf, 'line'),
        series.filter((entry) => ratioOf(entry) !== null).map((entry, i, all) =>
            svg('circle', { class: 'dot', cx: scales.x(entry), cy: scales.y(ratioOf(entry)),
                r: i === all.length - 1 ? 4 : scales.dayWidth > 9 ? 2.5 : 0 })),
        hitAreas(series, scales, (entry) =>
            `${day(entry.as_of)}\n${w.ratio} ${percent(ratioOf(entry))} · ${w.minimum} ${wholePercent(entry.min_coverage)}`),
    ];
}

const levelsText = (entry) => LEVELS.map((level) => `${words().levels[level]} ${count(entry.counts[level])}`).join(' · ');

function levelsChart(series, width) {
    const scales = scalesOf(series, width, roundUp(Math.max(4, ...series.map(rowsOf))));
    const barWidth = Math.max(1, Math.min(MOST_BAR_WIDTH, scales.dayWidth * 0.72));
    const bars = series.map((entry) => {
        let below = 0;
        return LEVELS.map((level) => {
            const from = scales.y(below);
            below += entry.counts[level];
            const height = from - scales.y(below);
            return svg('rect', { class: level, x: scales.x(entry) - barWidth / 2, width: barWidth, y: scales.y(below),
                height: height > 2 * SEAM ? height - SEAM : height });
        });
    });
    return [
        axes(series, scales, count),
        bars,
        hitAreas(series, scales, (entry) => `${day(entry.as_of)}\n${levelsText(entry)}`),
    ];
}

function asTable(series) {
    const w = words();
    const columns = [w.date, w.ratio, w.minimum, ...LEVELS.map((level) => w.levels[level]), w.zero];
    const cells = (entry) => [percent(ratioOf(entry)), wholePercent(entry.min_coverage),
        ...LEVELS.map((level) => count(entry.counts[level])), count(entry.counts.pipeline_zero)];
    return h('details', { class: 'as-table' }, h('summary', null, w.asTable),
        h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': w.asTable }, h('table', null,
            h('thead', null, h('tr', null, columns.map((name) => h('th', { scope: 'col' }, name)))),
            h('tbody', null, [...series].reverse().map((entry) => h('tr', null,
                h('th', { scope: 'row' }, day(entry.as_of)), cells(entry).map((text) => h('td', null, text))))))));
}

// Drawn for the width that there is, and again when that changes.
const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => target.draw?.()));

// What a chart says to who does not see it; all of it is in the table.
const inShort = (series, title, textOf) =>
    words().inShort(title, series[0].as_of, textOf(series[0]), series.at(-1).as_of, textOf(series.at(-1)));

function chart(series, title, draw) {
    const box = h('div', { class: 'chart' });
    box.draw = () => {
        const width = Math.floor(box.clientWidth);
        if (width === 0 || width === box.drawnWidth) return;
        box.drawnWidth = width;
        replace(box, svg('svg', { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': title }, draw(series, width)));
    };
    observer.observe(box);
    return box;
}

const ratioLegend = () => h('p', { class: 'legend', 'aria-hidden': 'true' },
    h('span', { class: 'key line' }, words().ratio), h('span', { class: 'key minimum' }, words().minimum));

const levelsLegend = () => h('p', { class: 'legend', 'aria-hidden': 'true' },
    LEVELS.map((level) => h('span', { class: 'key' }, levelSign(level), words().levels[level])));

/** series: of /history, oldest first. */
export function renderTrend(series) {
    const w = words();
    const panels = [
        ['trend-ratio', w.trendRatioTitle, ratioChart, ratioLegend, (entry) => percent(ratioOf(entry))],
        ['trend-levels', w.trendLevelsTitle, levelsChart, levelsLegend, levelsText],
    ];
    for (const [id, title, draw, legend, textOf] of panels) {
        const content = series.length === 0 ? quietNote(w.oneDay) :
            [chart(series, inShort(series, title, textOf), draw), h('div', { class: 'chart-foot' }, legend(), asTable(series), series.length === 1 && quietNote(w.oneDay))];
        replace(byId(id), panelHead(`${id}-title`, title), content);
    }
}

/** Something else than charts in their place: that they are loading, or why there are none. */
export function renderTrendNote(noteOf) {
    for (const [id, title] of [['trend-ratio', words().trendRatioTitle], ['trend-levels', words().trendLevelsTitle]]) {
        replace(byId(id), panelHead(`${id}-title`, title), noteOf());
    }
}
