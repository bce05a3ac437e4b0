// All scenarios: first those that only look, then those that change what is looked at, at last by breaking the service.

import { failures, launch, scenario } from './harness.mjs';
import { access } from './access.mjs';
import { look } from './look.mjs';
import { rows } from './rows.mjs';
import { run } from './run.mjs';

const browser = await launch();
for (const one of [...look, ...rows, ...access]) await scenario(browser, ...one);
await run(browser);
await browser.close();
process.exit(failures() > 0 ? 1 : 0);
