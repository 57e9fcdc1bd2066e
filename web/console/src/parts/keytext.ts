// How a key combination is written for people: "Ctrl+K" here, "⌘K" on a Mac. "Mod" is the main modifier of the platform.
const mac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform);

const NAMES: Record<string, string> = {
  mod: mac ? '⌘' : 'Ctrl', ctrl: mac ? '⌃' : 'Ctrl', alt: mac ? '⌥' : 'Alt', shift: mac ? '⇧' : 'Shift', meta: mac ? '⌘' : 'Win',
  enter: '↵', escape: 'Esc', esc: 'Esc', arrowup: '↑', arrowdown: '↓', arrowleft: '←', arrowright: '→', up: '↑', down: '↓', backspace: '⌫', space: 'Space', tab: 'Tab',
};

/** One combination ("Mod+Shift+Enter") as the caps to show; a sequence ("g i") gives one list for each press. */
export function keyCaps(keys: string): string[][] {
  return keys.trim().split(/\s+/).map((press) =>
    press.split(/\+(?=.)/).map((part) => NAMES[part.toLowerCase()] ?? (part.length === 1 ? part.toUpperCase() : part)));
}

export const keyText = (keys: string): string => keyCaps(keys).map((press) => press.join(mac ? '' : '+')).join(' ');
