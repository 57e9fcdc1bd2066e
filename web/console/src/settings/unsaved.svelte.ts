// Keeps a screen from being left, or the tab from being closed, while something on it is not saved.
import { guardPlace } from '../router.svelte';
import { askToDiscard } from './editor.svelte';

/** Called while a component is set up. */
export function keepUnsaved(dirty: () => boolean): void {
  $effect(() => {
    if (!dirty()) return;
    const release = guardPlace(askToDiscard);
    const closing = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', closing);
    return () => { release(); removeEventListener('beforeunload', closing); };
  });
}
