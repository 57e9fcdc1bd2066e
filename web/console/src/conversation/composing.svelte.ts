// Reply or note, and how to get the keyboard into the composer; the composer that is shown fills this in.
import { tick } from 'svelte';
import type { Mode } from '../state/drafts.svelte';

class Composing {
  mode = $state<Mode>('reply');
  element: HTMLTextAreaElement | null = null;

  /** Into the box, with the caret after the last word. */
  focus(mode: Mode = this.mode): void {
    this.mode = mode;
    // At once: the next key may be on its way already, and outside the box it would be a command.
    this.element?.focus();
    void tick().then(() => {
      const box = this.element;
      if (!box) return;
      box.focus();
      box.setSelectionRange(box.value.length, box.value.length);
      box.scrollTop = box.scrollHeight;
    });
  }
}
export const composer = new Composing();
