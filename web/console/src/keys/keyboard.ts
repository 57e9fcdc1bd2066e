// Listens to the keyboard and runs actions. Single keys only outside inputs; nothing while an input method composes; nothing
// behind an open dialog or menu; a key that nobody can use goes on to the browser.
import { ACTION_IDS, ACTIONS, can, keysOf, run, type ActionId } from './registry.svelte';
import { chordOf, parse, typed } from './chord';

const SEQUENCE_MS = 1200;
const INPUT = 'input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range]), textarea, select, [contenteditable]:not([contenteditable=false])';
const CLOSED = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]';

let begun: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

function fits(id: ActionId, chords: string[]): 'whole' | 'begin' | null {
  let begin = false;
  for (const sequence of parse(keysOf(id))) {
    if (sequence.length < chords.length || chords.some((chord, index) => sequence[index] !== chord)) continue;
    if (sequence.length === chords.length) return 'whole';
    begin = true;
  }
  return begin ? 'begin' : null;
}

function forget(): void {
  begun = [];
  clearTimeout(timer);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const chord = chordOf(event);
  if (chord === null) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const inInput = target.closest(INPUT) !== null;
  const open = target.closest(CLOSED) !== null || document.querySelector('[aria-modal=true], dialog:modal') !== null;
  if (open) { forget(); return; }

  const chords = [...begun, chord];
  let waits = false;
  for (const id of ACTION_IDS) {
    const action = ACTIONS[id];
    if (inInput && (!action.inInput || typed(chord))) continue;
    if (event.repeat && !action.repeat) continue;
    const fit = fits(id, chords);
    if (fit === null || !can(id)) continue;
    if (fit === 'begin') { waits = true; continue; }
    // A link or button under focus keeps its own Enter.
    if (chord === 'Enter' && target.closest('a, button, summary, [role=button]')) return;
    event.preventDefault();
    forget();
    run(id, event);
    return;
  }
  const had = begun.length > 0;
  forget();
  if (waits) {
    begun = chords;
    timer = setTimeout(forget, SEQUENCE_MS);
    event.preventDefault();
  } else if (had) {
    onKey(event);
  }
}

/** Starts listening; answers how to stop. */
export function listen(): () => void {
  addEventListener('keydown', onKey);
  return () => { forget(); removeEventListener('keydown', onKey); };
}
