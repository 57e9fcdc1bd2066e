// "Are you sure?" as a question one can await. One at a time; ConfirmDialog.svelte shows it.
export interface Question { title: string; text?: string; yes: string; no?: string; danger?: boolean }
interface Asked extends Question { answer: (yes: boolean) => void }

let asked = $state.raw<Asked | null>(null);
export const question = (): Asked | null => asked;

export function confirm(what: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    asked = { ...what, answer: (yes) => { asked = null; resolve(yes); } };
  });
}
