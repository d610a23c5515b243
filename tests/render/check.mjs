// node check.mjs FILE...: renders summaries (Markdown, or insta's snapshots of them), and fails if a diagram cannot
// be drawn, if text became markup that nobody meant, or if a page would load something.

import { readFileSync } from 'node:fs';
import { draw, show, withBrowser } from './browser.mjs';
import { toHtml } from './markdown.mjs';

const LIMIT = 1_048_576;
const FOREIGN = 'script, img, iframe, form, input, object, embed, a:not([href^="https://portal.azure.com/"])';

const read = file => {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.snap') ? text.replace(/^---\n[\s\S]*?\n---\n/, '') : text;
};

async function check(browser, file) {
  const markdown = read(file);
  const problems = Buffer.byteLength(markdown) > LIMIT ? ['longer than 1 MiB'] : [];
  const { page, asked } = await show(browser, `<article class="markdown-body">${toHtml(markdown)}</article>`, 1012);
  const foreign = await page.$$eval(FOREIGN, found => found.map(element => `foreign ${element.outerHTML}`));
  const errors = await draw(page);
  const diagrams = await page.locator('.diagram svg').count();
  const drawn = await page.locator('.diagram svg rect.task').count();
  const bars = markdown.match(/^ {4}[✓✗○…] .*, \d{4}-.*$/gm)?.length ?? 0;
  if (drawn !== bars) problems.push(`${drawn} of ${bars} bars drawn`);
  await page.close();
  problems.push(...foreign, ...errors, ...asked.map(url => `loads ${url}`));
  console.log(`${problems.length ? 'FAILED' : 'ok'}  ${file} (${diagrams} diagrams, ${bars} bars)`);
  problems.forEach(problem => console.log(`        ${problem}`));
  return problems.length === 0;
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: check.mjs FILE...');
  process.exit(2);
}
await withBrowser(async browser => {
  for (const file of files) {
    if (!await check(browser, file)) process.exitCode = 1;
  }
});
