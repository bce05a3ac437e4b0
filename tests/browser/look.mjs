// What stands on the page is what the API says: cards, charts, what changed, freshness; and the ways from one report to another.

import { API, api, axe, check, env, fits, note, same, settled, shot, texts, values } from './harness.mjs';

const sum = (groups, name) => Object.values(groups).reduce((total, group) => total + group[name], 0);
const near = (a, b) => Math.abs(a - b) <= 0.01;

async function numbers(page) {
    const { body: report } = await api('');
    const groups = report.summary.tier_groups;
    for (const name of ['target', 'coverage', 'gap']) {
        const [shown] = await values(page, `#card-${name} .figure data`);
        check(`the card of ${name} is the API's sum`, near(shown, sum(groups, name)), `${shown}, ${sum(groups, name)}`);
    }
    const [ratio] = await values(page, '#card-ratio .figure data');
    check("the ratio is the API's", near(ratio, sum(groups, 'coverage') / sum(groups, 'target')), String(ratio));
    const counts = report.summary.counts;
    same("levels are the API's", ['severe', 'normal', 'good'].map((level) => `${counts[level]}`), await texts(page, '#card-levels li b'));
    same("pipeline zero is the API's", [counts.pipeline_zero], await values(page, '#card-zero .figure data'));
    same("tier groups are the API's", ['S0_P0_P1', 'P2'].flatMap((name) => [groups[name].coverage, groups[name].target, Math.abs(groups[name].gap)]),
        await values(page, '#groups data'));
    const gaps = report.counterparties.map((row) => row.gap).filter((gap) => gap > 0).sort((a, b) => b - a).slice(0, 15);
    same('the 15 largest gaps', gaps, await values(page, '#gaps data'));

    const shown = await page.$$eval('tr.row', (lines) => lines.map((line) => [line.querySelector('.name bdi').textContent,
        line.querySelector('.badge').textContent, line.querySelector('td.tier').textContent,
        ...['target', 'coverage', 'gap'].map((name) => Number(line.querySelector(`td.${name} data`).value))]));
    same("the table's rows are the API's, in its order", report.counterparties.slice(0, 100).map((row) => [row.counterpartyName, row.risk_level_rule, row.tier,
        row.target, row.coverage, row.gap]), shown);
    same('amounts are in 억 or 만, and exact to the won on hover',
        ['억', `${report.counterparties[0].target.toLocaleString('ko-KR', { maximumFractionDigits: 2 })}원`],
        await page.$eval('tr.row td.target data', (node) => [node.textContent.slice(-1), node.dataset.tip]));
}

async function freshness(page) {
    const { body: report } = await api('');
    const line = await page.textContent('#fresh');
    const kst = (text) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Seoul', dateStyle: 'short', timeStyle: 'short' }).format(new Date(text));
    for (const [name, text] of [['as-of', report.meta.as_of], ['generated-at in KST', `${kst(report.meta.generated_at)} KST`],
        ['data version in KST', `${kst(report.meta.db_version)} KST`]]) check(`the header says ${name}`, line.includes(text), line, text);
    check('and how long ago', /방금 전|\d+(초|분|시간) 전/.test(line), line);
    same('no stale banner on a fresh report', 0, await page.locator('[data-notice=stale]').count());
}

async function comparison(page) {
    const { body: diff } = await api(`/diff?mode=offline&from=${env.DAY_1}&to=${env.TODAY}`);
    const shown = Object.fromEntries(await page.$$eval('#changes details', (all) => all.map((it) =>
        [it.dataset.change, Number.parseInt(it.querySelector('summary b').textContent, 10)])));
    const want = { worse: 'worse', 'zero-entered': 'pipeline_zero_entered', movements: 'coverage_changed', better: 'better',
        'zero-left': 'pipeline_zero_left', appeared: 'appeared', gone: 'gone' };
    for (const [name, member] of Object.entries(want)) same(`what changed: ${name}`, diff.summary[member], shown[name] ?? 0);
    check('the fixture has changes to show', diff.summary.worse > 0 && diff.summary.better > 0 && diff.summary.appeared > 0);
    same('the first worse one is the first of /diff', diff.level_changes[0].counterpartyName,
        await page.textContent('[data-change=worse] li .name'));
    const before = diff.summary.totals.from.coverage;
    const [now] = await values(page, '#card-coverage .figure data');
    const tip = await page.getAttribute('#card-coverage .since .delta', 'data-tip');
    same('the card says the change to the won', `${Math.abs(now - before).toLocaleString('ko-KR', { maximumFractionDigits: 2 })}원`, tip.replace('−', ''));

    await page.selectOption('#base', env.DAY_4);
    await settled(page);
    await page.waitForFunction((day) => document.querySelector('#changes .aside')?.textContent.startsWith(day), env.DAY_4);
    check('another report to compare with is in the address', page.url().includes(`base=${env.DAY_4}`), page.url());
    await page.goBack();
    await page.waitForFunction((day) => document.querySelector('#changes .aside')?.textContent.startsWith(day), env.DAY_1);
    check('and Back compares with the former', true);

    await page.route(`**${API}/dates?*`, async (route) => {
        const response = await route.fetch();
        const body = await response.json();
        body.reports[1].totals.coverage_ratio = body.reports[0].totals.coverage_ratio + 0.0002;
        await route.fulfill({ response, json: body });
    });
    await page.reload();
    await settled(page);
    check('what is less than is shown is no change', (await page.textContent('#card-ratio .since')).includes('변동 없음'));
}

async function trend(page) {
    const { body: history } = await api('/history?mode=offline');
    for (const id of ['trend-ratio', 'trend-levels']) {
        same(`${id}: a mark for each cached date`, history.series.length, await page.locator(`#${id} .hit`).count());
    }
    await page.click('#trend-levels summary');
    const table = await page.$$eval('#trend-levels tbody tr', (lines) => lines.map((line) => [...line.cells].slice(3, 7).map((cell) => Number(cell.textContent.replace(',', '')))));
    same('the table below says the same', [...history.series].reverse().map(({ counts }) => [counts.severe, counts.normal, counts.good, counts.pipeline_zero]), table);
    await page.locator('#trend-ratio .hit').first().hover();
    check('a point tells its day', (await page.textContent('#tip')).startsWith(env.DAY_12), await page.textContent('#tip'));
}

async function modesAndDates(page) {
    const { body: cached } = await api('/dates?mode=offline');
    const others = cached.reports.map((entry) => entry.as_of).filter((date) => date !== env.TODAY);
    same('dates to choose: today and the cached ones', ['', ...others], await page.$$eval('#date option', (all) => all.map((it) => it.value)));
    await page.selectOption('#date', env.DAY_3);
    await page.waitForFunction((day) => document.querySelector('#fresh .as-of')?.textContent.includes(day), env.DAY_3);
    check('a date that is chosen is in the address', page.url().includes(`date=${env.DAY_3}`), page.url());
    await settled(page);
    same('an old report is marked as older than the data', 1, await page.locator('[data-notice=outdated]').count());
    const { body: report } = await api(`?date=${env.DAY_3}`);
    same('its numbers are its own', String(report.summary.counts.severe), await page.textContent('#card-levels [data-level=severe] b'));

    await page.click('[data-mode=online]');
    await settled(page);
    const { body: online } = await api(`?date=${env.DAY_3}&mode=online`);
    same('the other mode, of the same date', [String(online.summary.counts.severe), 'true'],
        [await page.textContent('#card-levels [data-level=severe] b'), await page.getAttribute('[data-mode=online]', 'aria-pressed')]);
    await page.goBack();
    await page.waitForSelector('[data-mode=offline][aria-pressed=true]');
    await settled(page);
    check('Back goes back', page.url().includes(`date=${env.DAY_3}`) && !page.url().includes('mode=online'), page.url());
    await page.click('#newer');
    await page.waitForFunction((day) => document.querySelector('#fresh .as-of')?.textContent.includes(day), env.DAY_1);
    check('the arrow goes to the next report', true);
}

async function notKept(page) {
    same('a date that is not cached is not generated', 404, (await api(`/diff?from=2020-01-01&to=${env.DAY_1}`)).status);
    check('the page says so', (await page.textContent('[data-notice=not-kept]')).includes('2020-01-01'));
    await axe(page, 'a date that is not kept');
    await page.click('[data-notice=not-kept] button');
    await settled(page);
    await page.waitForSelector('#content:not([hidden])');
    check('and goes to one nearby', page.url().includes(`date=${env.DAY_12}`), page.url());
}

async function paint(page) {
    await page.addInitScript(() => new MutationObserver((changes, observer) => {
        if (document.querySelector('#cards .card') === null) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => { window.paintedMs = performance.now(); }));
    }).observe(document, { childList: true, subtree: true }));
    await page.reload();
    await page.waitForFunction(() => window.paintedMs);
    note(`first paint with data after ${Math.round(await page.evaluate(() => window.paintedMs))} ms (a reload, on loopback)`);
    await settled(page);
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map((it) => new URL(it.name).pathname));
    same('one request for each part', loaded.length, new Set(loaded.filter((path) => path.startsWith('/assets'))).size +
        loaded.filter((path) => path.startsWith(API)).length);
}

export const look = [
    ['numbers', {}, async (page) => {
        await numbers(page);
        await freshness(page);
        await fits(page, 'wide');
        await shot(page, 'light');
        await shot(page, 'light-whole', true);
    }],
    ['comparison', {}, comparison],
    ['trend', {}, trend],
    ['modes and dates', {}, modesAndDates],
    ['a date that is not kept', { path: '/?date=2020-01-01' }, notKept],
    ['first paint', {}, paint],
];
