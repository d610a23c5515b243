// Headless Chromium, offline: shows HTML as a page of GitHub's and draws the diagrams in it.
// CHROMIUM names the program, /usr/bin/chromium by default.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { resolve } = createRequire(import.meta.url);
const sheet = readFileSync(resolve('github-markdown-css/github-markdown-light.css'), 'utf8');
const OWN = `
  body { margin: 0; background: #fff }
  .markdown-body { box-sizing: border-box; padding: 24px }
  .markdown-body, .log { font-family: "Liberation Sans", Arial, "Noto Color Emoji", sans-serif }
  .diagram svg { max-width: 100% }
  .log { background: #0d1117; color: #e6edf3; margin: 0; padding: 16px 24px 16px 64px; font: 12px/20px "Liberation Mono", monospace }
  .log li { white-space: pre-wrap; min-height: 20px } .log li::marker { color: #6e7681 }
  .terminal .log { list-style: none; padding-left: 24px }
  .log .gap { list-style: none; color: #8b949e }
  .bold { font-weight: bold } .faint { color: #8b949e } .red { color: #ff7b72 } .green { color: #7ee787 }
  .yellow { color: #e3b341 } .blue { color: #79c0ff } .magenta { color: #d2a8ff } .cyan { color: #76e3ea }`;

export async function withBrowser(work) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** A page that shows `html`; what it would load from elsewhere is in `asked`. */
export async function show(browser, html, width) {
  const page = await browser.newPage({ viewport: { width, height: 300 }, deviceScaleFactor: 1 });
  const asked = [];
  await page.route('**/*', route => {
    asked.push(route.request().url());
    return route.abort();
  });
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>${sheet}${OWN}</style>${html}`);
  return { page, asked };
}

/** Draws every diagram, and returns what Mermaid said of each that it could not draw. */
export async function draw(page) {
  await page.addScriptTag({ path: resolve('mermaid/dist/mermaid.min.js') });
  return page.evaluate(async () => {
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', maxTextSize: 50_000 });
    const errors = [];
    for (const [at, element] of document.querySelectorAll('.diagram').entries()) {
      try {
        const { svg } = await mermaid.render(`diagram${at}`, element.dataset.source, element);
        element.innerHTML = svg;
      } catch (error) {
        errors.push(error.message);
      }
    }
    return errors;
  });
}
