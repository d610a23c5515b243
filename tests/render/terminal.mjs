// What a program wrote to a terminal with a last row → the screen at one moment, as lines with ANSI colours.

// Takes the last row away.
const CLEAR = '\r\u001b[K';

/** The last `rows` rows of the screen, when `part` of all writing was done. */
export function screen(written, part, rows) {
  const pieces = written.replaceAll('\r\n', '\n').split(CLEAR);
  const last = Math.floor((pieces.length - 1) * part);
  const log = pieces.slice(0, last).map(piece => piece.slice(0, piece.lastIndexOf('\n') + 1));
  return (log.join('') + pieces[last]).split('\n').slice(-rows).join('\n');
}
