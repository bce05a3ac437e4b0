// For everyone: keyboard alone, screen readers, both languages, both themes, narrow windows, paper; and hostile names.

import { execFileSync } from 'node:child_process';
import { api, axe, check, env, fits, same, settled, shot, texts } from './harness.mjs';

const NARROW = { viewport: { width: 360, height: 780 } };

const focused = (page) => page.evaluate(() => {
    const node = document.activeElement;
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    return {
        name: node.id || node.dataset.mode || node.dataset.level || node.dataset.filter || node.dataset.sort || node.className || node.tagName,
        isVisible: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
        hasRing: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
});

async function keyboard(page) {
    await page.keyboard.press('Tab');
    same('the first stop skips to the table', 'skip', (await focused(page)).name);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    same('and there the first stop is its download', 'csv', (await focused(page)).name);
    await page.goto(`${env.BASE}/`);
    await settled(page);

    const stops = [];
    for (let i = 0; i < 200; i++) {
        await page.keyboard.press('Tab');
        stops.push(await focused(page));
        if (stops.at(-1).name === 'toggle') break;
    }
    const reached = stops.map((stop) => stop.name);
    for (const name of ['offline', 'online', 'older', 'date', 'base', 'recompute', 'theme', 'language', 'severe', 'search', 'zero',
        'changed', 'csv', 'csv-all', 'risk', 'gap', 'toggle']) check(`Tab reaches ${name}`, reached.includes(name), reached.join(' '));
    same('every stop is in sight and has a ring', [], stops.filter((stop) => !stop.isVisible || !stop.hasRing).map((stop) => stop.name));
    await page.keyboard.press('Space');
    same('Space opens the row', 1, await page.locator('tr.detail').count());
    await page.locator('#card-gap .money').focus();
    const tip = await page.textContent('#tip');
    check('an exact amount shows on focus too', /^[\d,.]+원$/.test(tip), tip);
    same('and is told', 'tip', await page.getAttribute('#card-gap .money', 'aria-describedby'));
    await page.keyboard.press('Escape');
    same('Escape hides it', true, await page.isHidden('#tip'));
}

async function hostile(page) {
    const { body: report } = await api('');
    const rowsOf = report.counterparties.filter((row) => row.orgId === 'org-hostile');
    same('the hostile CRM is in the report', 8, rowsOf.length);
    await page.fill('#search', 'org-hostile');
    await page.waitForURL(/q=org-hostile/);
    same('names are shown as they are', rowsOf.map((row) => row.counterpartyName).sort(), (await texts(page, 'tr.row th .name')).sort());
    for (const toggle of await page.locator('.toggle').all()) await toggle.click();
    same('deals too', 7, await page.locator('.detail .deals tbody tr').count());
    same('none became an element', 0, await page.locator('main script, main img, main b[onmouseover]').count());
    await page.hover('tr.row td.target data');
    same('each name keeps its direction to itself', 'isolate', await page.$eval('tr.row bdi', (node) => getComputedStyle(node).unicodeBidi));
    await fits(page, 'hostile names');
    await shot(page, 'hostile', true);
    await axe(page, 'hostile names');
}

async function english(page) {
    check('the title is English', (await page.title()).startsWith('Counterparty risk'), await page.title());
    same('the language is told', 'en', await page.getAttribute('html', 'lang'));
    check('amounts are in thousands, millions, billions', /^₩[\d.,]+[TBMK]$/.test(await page.textContent('#card-target .figure')));
    const own = await page.evaluate(() => {
        const isData = (node) => node.parentElement.closest('bdi, [lang=ko], .evidence, .actions, code');
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const korean = [];
        while (walker.nextNode()) {
            const node = walker.currentNode;
            if (/[가-힣]/.test(node.data) && !isData(node) && !node.parentElement.closest('noscript')) korean.push(node.data);
        }
        return korean;
    });
    same('no Korean word of the page is left', [], own);
    await shot(page, 'english');
    await axe(page, 'English');
    await fits(page, 'English');
    await page.click('#language');
    check('and back', (await page.title()).startsWith('카운터파티'), await page.title());
    await page.reload();
    await settled(page);
    same('the choice is remembered', 'ko', await page.getAttribute('html', 'lang'));
}

// Names and roles as the browser tells them to a screen reader.
async function heard(page) {
    const { body: report } = await api('');
    const { body: diff } = await api(`/diff?mode=offline&from=${env.DAY_1}&to=${env.TODAY}`);
    const nameOf = async (selector) => (await page.locator(selector).first().ariaSnapshot()).split('\n')[0];
    const [row] = report.counterparties;
    same('a row’s button has the names alone', `- button "${row.counterpartyName} ${row.orgName}"`, await nameOf('.toggle'));
    same('a number that filters says of what', `- button "파이프라인 없음 ${report.summary.counts.pipeline_zero}곳"`, await nameOf('#card-zero button'));
    const { counterpartyName, orgName, from, to } = diff.level_changes[0];
    check('a change of a level is a sentence', (await nameOf('[data-change=worse] li button')).endsWith(`${from} 에서 지금은 ${to}"`),
        `${counterpartyName} ${orgName}`, await nameOf('[data-change=worse] li button'));
    for (const id of ['trend-ratio', 'trend-levels']) {
        const name = await nameOf(`#${id} .chart svg`);
        check(`${id} says where it begins and where it ends`, name.includes(env.DAY_12) && name.includes(env.TODAY), name);
    }
    for (const [selector, name] of [['main', 'main'], ['.top', 'banner'], ['#filters > div', 'search'], ['#rows', 'region "카운터파티"'],
        ['#date', 'combobox "기준일"'], ['#base', 'combobox "비교"']]) {
        const heardName = await nameOf(selector);
        check(`${selector} is ${name}`, heardName.includes(name), heardName);
    }
}

async function dictionaries(page) {
    const [ko, en] = await page.evaluate(async () => {
        const shape = (value) => (typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([name, it]) => [name, shape(it)])) : typeof value);
        const { ko: a } = await import('/assets/words_ko.js');
        const { en: b } = await import('/assets/words_en.js');
        return [shape(a), shape(b)];
    });
    same('both languages have the same words', ko, en);
}

async function amounts(page) {
    const have = await page.evaluate(async () => {
        const { amount } = await import('/assets/format.js');
        return [0, 9999, 10000, 52300000, 99999999, 100000000, 3242282878.5, 9999999999, 123456789012, 1.5e12, -3.2e8].map(amount);
    });
    same('amounts in 조, 억, 만', ['0', '9,999원', '1만', '5,230만', '1.0억', '1.0억', '32.4억', '100억', '1,235억', '1.50조', '−3.2억'], have);
}

async function paper(page) {
    await page.click('[data-filter=severe]');
    await page.emulateMedia({ media: 'print' });
    for (const selector of ['#recompute', '#date', '#csv', '#reset', '[data-filter=good]']) {
        same(`not on paper: ${selector}`, true, await page.isHidden(selector));
    }
    for (const selector of ['#card-target', '#trend-ratio', 'tr.row td.blocker', '#fresh', '[data-filter=severe]']) {
        same(`on paper: ${selector}`, true, await page.isVisible(selector));
    }
    const file = `${env.SHOTS}/print.pdf`;
    await page.pdf({ path: file, preferCSSPageSize: true });
    const columns = await texts(page, '.grid > thead th');
    const pages = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).split('\f').slice(0, -1);
    const withRows = pages.filter((text) => /^ *심각 .*만|^ *심각 .*억/m.test(text));
    check('the list is longer than a page', withRows.length > 1, `${pages.length} pages`);
    same('each page of it has the columns’ names', [], withRows.flatMap((text) => columns.filter((name) => !text.includes(name.replace(/[↑↓]/, '')))));
}

// Vermilion and amber are one hue to many: they must differ in brightness. (WCAG's relative luminance.)
async function brightness(page, name) {
    const [severe, normal] = await page.evaluate(() => ['severe', 'normal'].map((level) => {
        const [r, g, b] = getComputedStyle(document.querySelector(`#trend-levels rect.${level}`)).fill.match(/\d+/g)
            .map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }));
    const contrast = (normal + 0.05) / (severe + 0.05);
    check(`${name}: severe and moderate can be told apart without their hue`, contrast >= 2, contrast.toFixed(2));
}

export const access = [
    ['keyboard', {}, keyboard],
    ['hostile names', {}, hostile],
    ['English', { locale: 'en-GB' }, english],
    ['heard', {}, heard],
    ['words', {}, dictionaries],
    ['amounts', {}, amounts],
    ['paper', {}, paper],
    ['light', {}, async (page) => {
        await page.locator('.toggle').first().click();
        await axe(page, 'light');
        await brightness(page, 'light');
    }],
    ['dark', { colorScheme: 'dark' }, async (page) => {
        await page.locator('.toggle').nth(1).click();
        await axe(page, 'dark');
        await brightness(page, 'dark');
        await page.evaluate(() => scrollTo(0, 0));
        await shot(page, 'dark');
        await page.selectOption('#theme', 'light');
        same('a theme that is chosen stands above the system’s', 'rgb(255, 255, 255)', await page.$eval('.top', (node) => getComputedStyle(node).backgroundColor));
    }],
    ['narrow', NARROW, async (page) => {
        await fits(page, '360 px');
        await shot(page, 'narrow');
        await page.locator('.toggle').nth(2).click();
        await fits(page, '360 px, a row open');
        await page.locator('tr.row').nth(1).scrollIntoViewIfNeeded();
        await shot(page, 'narrow-row');
        await axe(page, 'narrow');
        await page.selectOption('#sort', 'target');
        check('hidden columns can still be sorted by', page.url().includes('sort=target&dir=desc'), page.url());
        await page.fill('#search', 'org-hostile');
        await page.waitForURL(/q=org-hostile/);
        for (const toggle of await page.locator('.toggle').all()) await toggle.click();
        await fits(page, '360 px, hostile names');
    }],
];
