// node picture.mjs log|summary|terminal INPUT OUTPUT.png: a picture of a log with ANSI colours, of a step summary, or of
// a terminal while the program ran in it.

import { readFileSync } from 'node:fs';
import { toHtml as logToHtml } from './ansi.mjs';
import { draw, show, withBrowser } from './browser.mjs';
import { toHtml as summaryToHtml } from './markdown.mjs';
import { screen } from './terminal.mjs';

// Of a long log: its beginning, its end, and what surrounds a refresh of the token.
const BEGINNING = 24, END = 20, AROUND = 1;
// Of a terminal: the moment, and the rows.
const PART = 0.46, ROWS = 22;

function isTold(lines, at) {
  const around = lines.slice(Math.max(0, at - AROUND), at + AROUND + 1);
  return at < BEGINNING || at >= lines.length - END || around.some(line => line.includes('token refreshed'));
}

const KINDS = {
  log: text => logToHtml(text, isTold),
  terminal: text => `<div class="terminal">${logToHtml(screen(text, PART, ROWS))}</div>`,
  summary: text => `<article class="markdown-body">${summaryToHtml(text)}</article>`,
};
const WIDTH = 1012;

const [kind, input, output] = process.argv.slice(2);
if (!KINDS[kind] || !output) {
  console.error('usage: picture.mjs log|summary|terminal INPUT OUTPUT.png');
  process.exit(2);
}
await withBrowser(async browser => {
  const { page } = await show(browser, KINDS[kind](readFileSync(input, 'utf8')), WIDTH);
  const errors = await draw(page);
  if (errors.length) throw new Error(errors.join('\n'));
  await page.screenshot({ path: output, fullPage: true });
});
