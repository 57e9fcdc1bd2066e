// Short notes at the edge of the screen, with an undo where something can be undone. Toasts.svelte shows them.
export interface Toast { id: number; text: string; tone: 'plain' | 'ok' | 'danger'; action?: { label: string; run: () => void; kbd?: string }; until: number }

let list = $state<Toast[]>([]);
let next = 1;
export const toasts = (): Toast[] => list;

interface Options { tone?: Toast['tone']; action?: Toast['action']; ms?: number }

/** Shows a note; returns a function that takes it away. A note with an action stays longer. */
export function toast(text: string, { tone = 'plain', action, ms = action ? 8000 : tone === 'danger' ? 8000 : 4000 }: Options = {}): () => void {
  const id = next++;
  list = [...list.slice(-2), { id, text, tone, action, until: Date.now() + ms }];
  const timer = setTimeout(() => dismiss(id), ms);
  return () => { clearTimeout(timer); dismiss(id); };
}

export function dismiss(id: number): void {
  list = list.filter((one) => one.id !== id);
}

/** Runs the newest note's action, for the undo key. False when there is none. */
export function actOnLast(): boolean {
  const last = list.findLast((one) => one.action);
  if (!last) return false;
  dismiss(last.id);
  last.action?.run();
  return true;
}
