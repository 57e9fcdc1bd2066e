// A finger that moves a row sideways: towards its start it sleeps until the customer replies, towards its end it becomes mine.
// Scrolling up and down stays the browser's.
import type { Action } from 'svelte/action';

interface Options { on: boolean; act: (side: 'start' | 'end') => void }
const BEGIN = 12;
const ENOUGH = 96;

export const swipe: Action<HTMLElement, Options> = (row, given) => {
  let options = given;
  let from: { x: number; y: number } | null = null;
  let moved = 0;

  const show = (x: number) => {
    row.style.setProperty('transform', x === 0 ? '' : `translateX(${x}px)`);
    row.dataset.swipe = x === 0 ? '' : Math.abs(x) < ENOUGH ? 'begin' : 'enough';
  };
  const end = () => { from = null; moved = 0; show(0); };
  const down = (event: PointerEvent) => {
    if (options.on && event.pointerType === 'touch') from = { x: event.clientX, y: event.clientY };
  };
  const move = (event: PointerEvent) => {
    if (!from) return;
    const x = event.clientX - from.x;
    if (moved === 0 && Math.abs(event.clientY - from.y) > BEGIN) { from = null; return; }
    if (moved === 0 && Math.abs(x) < BEGIN) return;
    if (moved === 0) row.setPointerCapture(event.pointerId);
    moved = x;
    show(Math.max(-140, Math.min(140, x)));
  };
  const up = () => {
    const x = moved;
    if (!from) return;
    end();
    if (Math.abs(x) >= BEGIN) {
      // The finger's end is not a tap on the link under it.
      const swallow = (event: Event) => { event.preventDefault(); event.stopPropagation(); };
      row.addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => row.removeEventListener('click', swallow, { capture: true }), 80);
    }
    if (Math.abs(x) < ENOUGH) return;
    const rtl = getComputedStyle(row).direction === 'rtl';
    options.act(x < 0 !== rtl ? 'end' : 'start');
  };

  row.addEventListener('pointerdown', down);
  row.addEventListener('pointermove', move);
  row.addEventListener('pointerup', up);
  row.addEventListener('pointercancel', end);
  return {
    update: (next) => { options = next; },
    destroy: () => {
      row.removeEventListener('pointerdown', down);
      row.removeEventListener('pointermove', move);
      row.removeEventListener('pointerup', up);
      row.removeEventListener('pointercancel', end);
    },
  };
};
