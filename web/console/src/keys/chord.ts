// One key press as text ("Mod+Shift+Enter", "j", "?"), how it is shown, and which ones belong to the browser. Pure.

const mac = /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? '');
const MODIFIERS = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead', 'Process', 'Unidentified']);

/** The text of a key press; `null` while only a modifier is down or an input method is composing. */
export function chordOf(event: KeyboardEvent): string | null {
  if (event.isComposing || event.keyCode === 229 || MODIFIERS.has(event.key)) return null;
  const letter = /^\p{L}$/u.test(event.key);
  let key = letter ? event.key.toLowerCase() : event.key === ' ' ? 'Space' : event.key;
  // Alt changes what a key writes on some layouts; the digit printed on it is what was meant.
  if (event.altKey && /^Digit\d$/.test(event.code)) key = event.code.slice(5);
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  // Shift is part of a sign ("?") but not of a letter or a named key.
  const shift = event.shiftKey && (letter || key.length > 1);
  return `${mod ? 'Mod+' : ''}${other ? 'Meta+' : ''}${event.altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${key}`;
}

/** The alternatives of a key text, each a sequence of chords. */
export function parse(keys: string): string[][] {
  return keys.split(', ').map((each) => each.trim().split(' ').filter(Boolean)).filter((each) => each.length > 0);
}

const SIGNS: Record<string, string> = {
  Enter: '↵', Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Backspace: '⌫',
  Mod: mac ? '⌘' : 'Ctrl', Alt: mac ? '⌥' : 'Alt', Shift: mac ? '⇧' : 'Shift', Meta: mac ? '⌃' : 'Win',
};

/** "Ctrl K", "G I", "Shift E": as the screen writes it, for the first alternative. */
export function show(keys: string): string {
  const first = parse(keys)[0];
  return first ? first.map(showChord).join(' ') : '';
}

export function showChord(chord: string): string {
  const parts = chord === '+' ? ['+'] : chord.split('+');
  return parts.map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(' ');
}

// What the browser or the system does with these must stay theirs.
const RESERVED = new Set(['Tab', 'Shift+Tab', 'Mod+t', 'Mod+Shift+t', 'Mod+w', 'Mod+Shift+w', 'Mod+n', 'Mod+Shift+n', 'Mod+r',
  'Mod+Shift+r', 'Mod+l', 'Mod+d', 'Mod+f', 'Mod+g', 'Mod+h', 'Mod+j', 'Mod+p', 'Mod+s', 'Mod+o', 'Mod+u', 'Mod+c', 'Mod+v', 'Mod+x',
  'Mod+y', 'Mod+q', 'Mod+Tab', 'Mod+Shift+Tab', 'Mod++', 'Mod+-', 'Mod+=', 'Mod+0', 'Alt+ArrowLeft', 'Alt+ArrowRight', 'Alt+Home',
  'Mod+Shift+i', 'Mod+Shift+j', 'Mod+Shift+c', 'Mod+Shift+p', 'Mod+Shift+Delete', 'Alt+F4', 'Space', 'Shift+Space']);

export const reserved = (chord: string): boolean =>
  RESERVED.has(chord) || /(^|\+)F\d{1,2}$/.test(chord) || /^Mod\+[1-9]$/.test(chord) || chord.includes('Meta+');

/** A key that would be typed into an input: fine outside inputs, never inside. */
export const typed = (chord: string): boolean => !chord.includes('Mod+') && !chord.includes('Alt+') && chord !== 'Escape';
