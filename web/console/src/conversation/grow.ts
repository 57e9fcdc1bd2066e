// A text area as high as its text, where the style sheet alone cannot do it.
import type { Action } from 'svelte/action';

export const grow: Action<HTMLTextAreaElement, string> = (box) => {
  const fit = () => {
    box.style.setProperty('block-size', 'auto');
    box.style.setProperty('block-size', `${box.scrollHeight}px`);
  };
  requestAnimationFrame(fit);
  return { update: fit };
};
