// Page addresses as people paste them, made into origins as browsers send them.

export interface OriginLine { typed: string; origin: string | null; why?: 'shape' | 'plain' }

export function readOrigins(text: string): OriginLine[] {
  return text.split(/[\s,;，；、]+/).filter(Boolean).map(readOrigin);
}

function readOrigin(typed: string): OriginLine {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  let url: URL;
  try { url = new URL(full); } catch { return { typed, origin: null, why: 'shape' }; }
  const local = url.hostname === 'localhost' || url.hostname.endsWith('.localhost') || /^127\./.test(url.hostname) || url.hostname === '[::1]';
  const named = local || url.hostname.includes('.') || url.hostname.startsWith('[');
  if (!/^https?:$/.test(url.protocol) || !named || url.hostname.includes('*') || url.username) return { typed, origin: null, why: 'shape' };
  if (url.protocol === 'http:' && !local) return { typed, origin: null, why: 'plain' };
  return { typed, origin: url.origin };
}
