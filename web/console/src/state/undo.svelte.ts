// What can be taken back, newest last: bulk and single actions, and replies inside their window. It knows how, not what.
interface Step { id: number; label: string; until: number; run: () => Promise<void> | void }

const KEPT = 20;
let steps = $state.raw<readonly Step[]>([]);
let serial = 0;

/** Remembers how to take something back; answers how to forget it. */
export function undoable(label: string, forMs: number, run: Step['run']): { forget: () => void; run: () => void } {
  const step: Step = { id: (serial += 1), label, until: Date.now() + forMs, run };
  steps = [...steps.slice(-KEPT), step];
  const forget = () => { steps = steps.filter((each) => each.id !== step.id); };
  return { forget, run: () => { forget(); void step.run(); } };
}

export const canUndo = (): boolean => steps.length > 0;

/** Takes the newest step back that is still inside its time. */
export function undoLast(): boolean {
  const now = Date.now();
  const last = steps.findLast((step) => step.until > now);
  steps = last ? steps.filter((step) => step.until > now && step.id !== last.id) : [];
  void last?.run();
  return last !== undefined;
}
