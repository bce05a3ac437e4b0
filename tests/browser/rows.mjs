// The table: order, filters, what is in the address, what a row opens to, many rows, and the list as a file.

import { readFileSync } from 'node:fs';
import { API, api, check, env, note, same, settled, shot, texts, values } from './harness.mjs';

const names = (page) => texts(page, 'tr.row th .name');
const isSorted = (numbers, sign) => numbers.every((value, i) => i === 0 || sign * (value - numbers[i - 1]) >= 0);

async function sorting(page) {
    const { body: report } = await api('');
    const byGap = [...report.counterparties].sort((a, b) => b.gap - a.gap).map((row) => row.gap).slice(0, 100);
    await page.click('th.gap button');
    same('by mouse: largest gap first', byGap, await values(page, 'td.gap data'));
    same('aria-sort says so', 'descending', await page.getAttribute('th.gap', 'aria-sort'));
    same('only of that column', 1, await page.locator('[aria-sort]').count());
    same('the focus stays', 'gap', await page.evaluate(() => document.activeElement.dataset.sort));
    await page.keyboard.press('Enter');
    same('by keyboard: the other way', 'ascending', await page.getAttribute('th.gap', 'aria-sort'));
    check('smallest first', isSorted(await values(page, 'td.gap data'), 1));
    check('the order is in the address', page.url().includes('sort=gap'), page.url());
    for (const direction of ['desc', 'asc']) {
        await page.click('th.ratio button');
        const ratios = await texts(page, 'td.ratio > span');
        const firstNone = ratios.indexOf('–');
        check(`no target comes last (${direction})`, firstNone < 0 || ratios.slice(firstNone).every((text) => text === '–'), ratios.join(' '));
    }
    await page.click('th.name button');
    const shown = await names(page);
    same('names in the order of the language', [...shown].sort(new Intl.Collator(['ko', 'en'], { numeric: true }).compare), shown);
}

async function filters(page) {
    const { body: report } = await api('');
    const all = report.counterparties;
    const wanted = async (name, test) => {
        same(name, all.filter(test).map((row) => row.counterpartyName).slice(0, 100), await names(page));
    };
    await page.click('[data-filter=severe]');
    await wanted('severe ones', (row) => row.risk_level_rule === '심각');
    await page.click('[data-filter=normal]');
    await wanted('severe and moderate ones', (row) => row.risk_level_rule !== '양호');
    await page.click('[data-filter=P0]');
    await wanted('of a tier', (row) => row.risk_level_rule !== '양호' && row.tier === 'P0');
    check('in the address', /level=severe,normal&tier=P0/.test(page.url()), page.url());
    check('how many of how many', (await page.textContent('#count')).startsWith(`${all.length}곳 중`), await page.textContent('#count'));
    await page.click('#reset');
    await page.click('[data-filter=zero]');
    await wanted('pipeline zero', (row) => row.pipeline_zero);
    await page.click('[data-filter=zero]');
    await page.click('[data-filter=unclassified]');
    await wanted('unclassified', (row) => row.flags.excluded_by_quality);
    await page.click('[data-filter=unclassified]');

    const { body: earlier } = await api(`?date=${env.DAY_1}`);
    const before = new Map(earlier.counterparties.map((row) => [`${row.orgId} ${row.counterpartyName}`, row]));
    const changed = (row) => {
        const old = before.get(`${row.orgId} ${row.counterpartyName}`);
        return !old || ['coverage', 'target', 'risk_level_rule'].some((name) => old[name] !== row[name]);
    };
    await page.click('[data-filter=changed]');
    await wanted('changed since the report before', changed);
    check('there are some', all.filter(changed).length > 3);
    await page.click('[data-filter=changed]');

    await page.fill('#search', 'hrd');
    await page.waitForURL(/q=hrd/);
    await wanted('by text, whatever its case', (row) => /hrd/i.test(`${row.counterpartyName} ${row.orgName} ${row.orgId}`));
    await page.fill('#search', '없는이름없는이름');
    await page.waitForURL(/%EC%97%86/);
    check('nothing found says so', (await page.textContent('#table')).includes('조건에 맞는 카운터파티가 없습니다'));
    await page.click('#table .note button');
    await wanted('and has a way back to all', () => true);
    same('which leaves the focus in the field', 'search', await page.evaluate(() => document.activeElement.id));
    await page.click('#card-levels [data-level=good]');
    await wanted('a card filters too', (row) => row.risk_level_rule === '양호');
}

async function sentView(page) {
    const { body: report } = await api('');
    const want = report.counterparties.filter((row) => row.risk_level_rule === '심각' && row.tier === 'S0')
        .sort((a, b) => a.target - b.target).map((row) => row.counterpartyName);
    same('the rows of a view that was sent', want, await names(page));
    same('and its controls', ['true', 'true', 'ascending'], [await page.getAttribute('[data-filter=severe]', 'aria-pressed'),
        await page.getAttribute('[data-filter=S0]', 'aria-pressed'), await page.getAttribute('th.target', 'aria-sort')]);
}

async function opening(page) {
    const { body: report } = await api('');
    const at = report.counterparties.findIndex((row) => row.deals_top.length > 1 && row.counts.amount_zero_deals === 0);
    const row = report.counterparties[at];
    const toggle = page.locator('tr.row').nth(at).locator('.toggle');
    await toggle.focus();
    await page.keyboard.press('Enter');
    same('Enter opens a row', 'true', await toggle.getAttribute('aria-expanded'));
    same('evidence', row.evidence_bullets, await texts(page, '.detail .evidence li'));
    same('actions', row.recommended_actions, await texts(page, '.detail .actions li'));
    same('deals', row.deals_top.map((deal) => deal.deal_name), await texts(page, '.detail .deals tbody th'));
    const figures = await page.textContent('.detail .figures');
    for (const name of ['baseline', 'target', 'confirmed', 'expected', 'coverage']) {
        const exact = `${row[name].toLocaleString('ko-KR', { maximumFractionDigits: 2 })}원`;
        check(`${name} to the won`, figures.includes(exact), figures, exact);
    }
    same('what it controls is there', 1, await page.locator(`#${await toggle.getAttribute('aria-controls')}`).count());
    await page.keyboard.press('ArrowDown');
    same('the arrow goes to the next name', report.counterparties[at + 1].counterpartyName,
        await page.evaluate(() => document.activeElement.querySelector('.name').textContent));
    await page.locator('tr.row').nth(at).locator('td.risk').click();
    same('a click on the row closes it', 0, await page.locator('tr.detail').count());

    await page.locator('#gaps button').nth(2).click();
    const key = await page.locator('#gaps button').nth(2).getAttribute('data-key');
    same('a gap leads to its row, open', [key, 'true'], await page.evaluate(() =>
        [document.activeElement.closest('tr').dataset.key, document.activeElement.getAttribute('aria-expanded')]));
    await shot(page, 'row');
}

// What a row may have, and the fixture's have not.
async function moreInRow(page) {
    await page.route(`**${API}?*`, async (route) => {
        const response = await route.fetch();
        const body = await response.json();
        Object.assign(body.counterparties[0], { risk_level_llm: '보통', top_blockers: ['BUDGET', 'NEW_LABEL'],
            signals: { last_contact_date: '2026-01-02', lost_90d_count: 3, lost_90d_reasons: ['예산 <b>삭감</b>', '일정'] } });
        body.counterparties[0].counts = { confirmed_deals: 9, expected_deals: 0, amount_zero_deals: 5, amount_parse_fail: 2, year_unknown: 7 };
        body.counterparties[0].deals_top = [{ deal_id: 'x', deal_name: null, status: null, possibility: '{"a":["높음","\\"낮음\\""]}', amount: 1 },
            { deal_id: 'y', deal_name: 'y', status: 'Won', possibility: ' 80 ', amount: 2 }];
        await route.fulfill({ response, json: body });
    });
    await page.reload();
    await settled(page);
    await page.locator('.toggle').first().click();
    same('signals', ['2026-01-02', '3건', '예산 <b>삭감</b>, 일정'], await texts(page, '.detail .signals dd'));
    same('blockers, known and new', ['예산', 'NEW_LABEL'], await texts(page, '.detail .tag'));
    const notes = await texts(page, '.detail .row-notes li');
    for (const part of ['3건은 금액이 0', '2건은 금액을 읽을 수 없', '7건', '언어 모델의 판단: 보통']) {
        check(`a note: ${part}`, notes.some((note) => note.includes(part)), notes.join(' | '));
    }
    same('a deal without a name has its id', 'x', (await texts(page, '.detail .deals tbody th'))[0]);
    same('probabilities, however the CRM keeps them', ['높음, 낮음', '80'], await texts(page, '.detail .deals td.possibility'));
}

async function manyRows(page) {
    const { body: report } = await api(`?mode=online&date=${env.DAY_40}`);
    const all = report.counterparties.length;
    check('a report of 2,000 rows', all >= 2000, String(all));
    check('is not made at once', await page.locator('tr.row').count() < 500);
    same('but its size is told', String(all + 1), await page.getAttribute('table.grid', 'aria-rowcount'));
    const timeOf = (selector) => page.evaluate((it) => new Promise((resolve) => {
        const from = performance.now();
        document.querySelector(it).click();
        requestAnimationFrame(() => setTimeout(() => resolve(Math.round(performance.now() - from))));
    }), selector);
    note(`${all} rows: sort ${await timeOf('th.gap button')} ms, filter ${await timeOf('[data-filter=good]')} ms, ` +
        `and back ${await timeOf('[data-filter=good]')} ms, each to the next painted frame`);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForFunction(() => document.querySelectorAll('tr.row').length > 150);
    check('scrolling makes more', true);
    await page.locator('.toggle').first().focus();
    await page.keyboard.press('End');
    same('End makes all of them, and goes to the last', [all, String(all + 1)], [await page.locator('tr.row').count(),
        await page.evaluate(() => document.activeElement.closest('tr').getAttribute('aria-rowindex'))]);
    note(`with all rows made: sort ${await timeOf('th.gap button')} ms, to the next painted frame`);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    same('printing makes all of them', all, await page.locator('tr.row').count());
}

async function download(page, selector) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

async function csv(page) {
    const own = await download(page, '#csv');
    const service = await download(page, '#csv-all');
    same("unfiltered, the page's file is the service's, byte for byte", service.text, own.text);
    check('it begins with a BOM', own.text.startsWith('\uFEFF'));
    check('what looks like a formula is text', own.text.includes('\'=HYPERLINK(""http://example.com""') && own.text.includes("'@SUM"));
    await page.click('[data-filter=severe]');
    await page.click('[data-filter=S0]');
    await page.click('th.gap button');
    const filtered = await download(page, '#csv');
    const lines = filtered.text.trimEnd().split('\r\n');
    const shown = await page.$$eval('tr.row', (all) => all.map((line) => line.dataset.key.split('\n')[0]));
    same('filtered: the heading, and the rows that are shown in their order', [service.text.split('\r\n')[0], ...shown],
        [lines[0], ...lines.slice(1).map((line) => line.split(',')[0])]);
    check('it is named after its report', filtered.name.includes(`offline-${env.TODAY}`) && service.name.includes(`offline-${env.TODAY}`),
        filtered.name, service.name);
    await page.route('**/*format=csv*', (route) => route.fulfill({ contentType: 'text/csv', body: 'a\r\n' }));
    await page.click('#csv');
    await page.waitForSelector('[data-notice=csv-failed]');
    check('rows of another report are not mixed in', (await page.textContent('[data-notice=csv-failed]')).includes('새로 만들어졌습니다'));
}

export const rows = [
    ['sorting', {}, sorting],
    ['filters', {}, filters],
    ['a view that was sent', { path: '/?level=severe&tier=S0&sort=target' }, sentView],
    ['opening a row', {}, opening],
    ['more in a row', {}, moreInRow],
    ['many rows', { path: `/?mode=online&date=${env.DAY_40}` }, manyRows],
    ['CSV', { acceptDownloads: true }, csv],
];
