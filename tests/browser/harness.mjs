// A Chromium, pages that are watched, and results as TAP lines.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.env.MODULES}/`);
const { chromium } = require('playwright-core');

export const env = process.env;
export const API = '/api/report/counterparty-risk';
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];
const PATIENCE_MS = 30000;

let failed = 0;

/// Results

export function pass(name) {
    console.log(`ok - ${name}`);
}

export function fail(name, ...why) {
    failed++;
    console.log(`not ok - ${name}`);
    for (const line of why.join('\n').split('\n')) console.log(`# ${line.slice(0, 600)}`);
}

export function check(name, isTrue, ...why) {
    if (isTrue) pass(name);
    else fail(name, ...why);
}

export function same(name, want, have) {
    const [a, b] = [want, have].map((value) => JSON.stringify(value));
    check(name, a === b, `want: ${a}`, `have: ${b}`);
}

export const note = (text) => console.log(`# ${text}`);
export const failures = () => failed;

/// The service

export const sql = (text) => execFileSync('sqlite3', [env.CRM, text]);

/** The CRM as it is counts as settled. */
export const settle = () => execFileSync('touch', ['-d', '1 hour ago', env.CRM]);

export async function api(path) {
    const response = await fetch(env.BASE + API + path);
    return { status: response.status, headers: response.headers, body: await response.json() };
}

/// Pages

/** A new profile each time it is launched: playwright gives it a folder of its own, and removes that. */
export const launch = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });

// expected: console errors that the scenario provokes, such as the browser's own line on a 500.
function watch(page, expected) {
    const seen = { errors: [], foreign: [], dialogs: [] };
    const isExpected = (text) => expected.some((pattern) => pattern.test(text));
    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !isExpected(message.text())) seen.errors.push(message.text());
    });
    page.on('pageerror', (error) => seen.errors.push(error.stack));
    page.on('request', (request) => {
        const { protocol, host } = new URL(request.url());
        if (!['blob:', 'data:'].includes(protocol) && host !== new URL(env.BASE).host) seen.foreign.push(request.url());
    });
    page.on('dialog', (dialog) => {
        seen.dialogs.push(dialog.message());
        dialog.dismiss();
    });
    return seen;
}

const whatWentWrong = (page) => page.evaluate(() => ({ violations: window.violations, hacked: window.hacked ?? null }));

/** Runs a scenario in a page of its own, and looks afterwards whether anything went wrong unseen. ONLY=word runs those alone
 * whose name has the word. */
export async function scenario(browser, name, options, act) {
    if (env.ONLY && !name.includes(env.ONLY)) return;
    const { expected = [], path = '/', ...contextOptions } = options;
    const began = Date.now();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ko-KR', ...contextOptions });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const seen = watch(page, expected);
    await page.addInitScript(() => {
        window.violations = [];
        addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    });
    try {
        await page.goto(env.BASE + path);
        await settled(page);
        await act(page);
        same(`${name}: nothing goes wrong unseen`, { errors: [], foreign: [], dialogs: [], violations: [], hacked: null },
            { ...seen, ...await whatWentWrong(page) });
    } catch (error) {
        fail(name, error.stack);
        await page.screenshot({ path: `${env.SHOTS}/failed.png` });
    }
    await context.close();
    note(`${name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** The page has all that it asked for. */
export const settled = (page) => page.waitForFunction(() => document.body && !document.body.hasAttribute('aria-busy') &&
    (document.querySelector('#content:not([hidden])') || document.querySelector('#notices section')));

export const shot = (page, name, fullPage = false) => page.screenshot({ path: `${env.SHOTS}/${name}.png`, fullPage });

/** What axe finds. */
export async function axe(page, name) {
    // by the debugger, which the page's policy does not bind
    if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(AXE);
    const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations
        .map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`));
    same(`${name}: axe finds nothing`, [], found);
}

/** Values of <data> elements. */
export const values = (page, selector) => page.$$eval(selector, (nodes) => nodes.map((node) => Number(node.value)));

export const texts = (page, selector) => page.$$eval(selector, (nodes) => nodes.map((node) => node.textContent.trim()));

/** No wider than the window, and nothing in it sticks out. */
export async function fits(page, name) {
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    check(`${name}: nothing sticks out sideways`, width[0] <= width[1], `${width[0]} px in a window of ${width[1]}`);
}
