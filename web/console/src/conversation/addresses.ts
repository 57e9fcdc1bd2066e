// Addresses as people type and paste them: one by one, in lists, with names around them.

/** How many people a reply may be copied to. */
export const MOST = 20;
/** What is read of a pasted text. */
const LONGEST = 10_000;

/** Whether the server would take it as an address. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || at > 64 || text.length > 254) return false;
  const plain = (part: string) => part !== '' && !/[\s<>()[\],;:\\"@\p{Cc}]/u.test(part);
  const [user, host] = [text.slice(0, at), text.slice(at + 1)];
  return plain(user) && !/^\.|\.\.|\.$/.test(user) && plain(host) && host.includes('.') && host.split('.').every((label) => label !== '' && !label.startsWith('-') && !label.endsWith('-'));
}

/** What stands in a text, one entry each; `Ann Lee <ann@example.net>` is its address. */
export function entries(text: string): string[] {
  const named = text.slice(0, LONGEST).replace(/(?<![^\s,;])(?:"[^"]*"\s*|(?:[^\s<>,;"@]+\s+)*)<([^<>\s]+)>/g, ' $1 ');
  return named.split(/[\s,;，；、]+/).map((each) => each.toLowerCase()).filter(Boolean);
}

/** Adds entries, each once. */
export function joined(list: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...list, ...more])];
}
