// GitHub's Markdown → HTML: tables, alerts, and Mermaid's fences as elements that a page can draw.

import MarkdownIt from 'markdown-it';

const ALERTS = { NOTE: 'Note', TIP: 'Tip', IMPORTANT: 'Important', WARNING: 'Warning', CAUTION: 'Caution' };
const ALERT = /<blockquote>\s*(?:<p>)?\[!(\w+)\]\s*(?:<\/p>)?([\s\S]*?)<\/blockquote>/g;

export function toHtml(markdown) {
  const renderer = new MarkdownIt({ html: true, linkify: true });
  const { escapeHtml } = renderer.utils;
  const fence = renderer.renderer.rules.fence;
  renderer.renderer.rules.fence = (tokens, at, ...rest) =>
    tokens[at].info.trim() === 'mermaid'
      ? `<div class="diagram" data-source="${escapeHtml(tokens[at].content)}"></div>\n`
      : fence(tokens, at, ...rest);
  return renderer.render(markdown).replace(ALERT, (whole, kind, body) =>
    ALERTS[kind]
      ? `<div class="markdown-alert markdown-alert-${kind.toLowerCase()}"><p class="markdown-alert-title">${ALERTS[kind]}</p>${body}</div>`
      : whole);
}
