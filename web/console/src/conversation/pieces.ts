// Cuts a message into plain text, names that were mentioned, and hashes or addresses. Pure; nothing becomes a link by itself.
export interface Piece { kind: 'text' | 'mention' | 'mono'; text: string }

// 0x and 24 or more hex digits, or 26 and more letters and figures with both among them: transaction ids and addresses.
const HASH = /\b(?:0x[0-9a-fA-F]{24,}|(?=[0-9A-Za-z]*\d)(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{26,})\b/;

export function piecesOf(text: string, names: readonly string[]): Piece[] {
  const escaped = [...names].sort((a, b) => b.length - a.length).map((name) => `@${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
  const pattern = new RegExp(escaped.length > 0 ? `(?<m>${escaped.join('|')})|${HASH.source}` : HASH.source, 'g');
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > from) pieces.push({ kind: 'text', text: text.slice(from, found.index) });
    pieces.push({ kind: found.groups?.m ? 'mention' : 'mono', text: found[0] });
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) });
  return pieces;
}
