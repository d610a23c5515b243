// A log with ANSI colours → HTML, as GitHub shows it: grey line numbers, dark ground.

const CLASSES = { 1: 'bold', 2: 'faint', 31: 'red', 32: 'green', 33: 'yellow', 34: 'blue', 35: 'magenta', 36: 'cyan', 90: 'faint' };

const escape = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** The log, or with `keeps(lines, index)` an excerpt in which every gap shows. */
export function toHtml(log, keeps = () => true) {
  const lines = log.trimEnd().split('\n');
  const kept = lines.map((_, at) => keeps(lines, at));
  const items = lines.map((line, at) => {
    if (kept[at]) return `<li value="${at + 1}">${colour(line)}</li>`;
    return kept[at - 1] ? '<li class="gap">⋮</li>' : '';
  });
  return `<ol class="log">${items.join('')}</ol>`;
}

function colour(line) {
  let classes = [];
  const pieces = line.split(/\u001b\[([\d;]*)m/);
  return pieces.map((piece, at) => {
    if (at % 2 === 0) {
      return classes.length ? `<span class="${classes.join(' ')}">${escape(piece)}</span>` : escape(piece);
    }
    for (const code of piece.split(';')) {
      classes = code === '' || code === '0' ? [] : [...classes, CLASSES[code] ?? ''];
    }
    return '';
  }).join('');
}
