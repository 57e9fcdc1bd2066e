// Comparing and joining what two people made of the same settings. Pure. Plain objects are joined field by field, lists as a whole.

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  // Absent and null mean the same in the API.
  if (a === undefined || a === null) return b === undefined || b === null;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
  if (!isPlain(a) || !isPlain(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
}

/** The top fields of `draft` that differ; a field that was emptied is `null`. */
export function changed<T extends object>(base: T, draft: T): Partial<T> {
  const out: Plain = {};
  for (const key of new Set([...Object.keys(base), ...Object.keys(draft)])) {
    const [before, after] = [(base as Plain)[key], (draft as Plain)[key]];
    if (!same(before, after)) out[key] = after ?? null;
  }
  return out as Partial<T>;
}

/** Theirs, with everything that I changed put back on it. `both` names what both of us changed differently. */
export function join<T>(base: T, mine: T, theirs: T, path = ''): { value: T; both: string[] } {
  if (same(mine, base)) return { value: theirs, both: [] };
  if (same(theirs, base) || same(mine, theirs)) return { value: mine, both: [] };
  if (!isPlain(base) || !isPlain(mine) || !isPlain(theirs)) return { value: mine, both: [path] };
  const value: Plain = {};
  const both: string[] = [];
  for (const key of new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)])) {
    const part = join(base[key], mine[key], theirs[key], path ? `${path}.${key}` : key);
    value[key] = part.value;
    both.push(...part.both);
  }
  return { value: value as T, both };
}
