// Where a floating box goes: beside its anchor, on the side that has room, inside the window.
export interface Placing { side?: 'bottom' | 'top'; align?: 'start' | 'end' }

export function place(box: HTMLElement, anchor: Element, { side = 'bottom', align = 'start' }: Placing): void {
  const gap = 4;
  const margin = 8;
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = at.bottom + gap;
  const above = at.top - gap - height;
  const fitsBelow = below + height <= innerHeight - margin;
  const top = side === 'bottom' ? (fitsBelow || above < margin ? below : above) : above >= margin || !fitsBelow ? above : below;
  const rtl = getComputedStyle(anchor).direction === 'rtl';
  const left = (align === 'start') !== rtl ? at.left : at.right - width;
  box.style.setProperty('top', `${Math.max(margin, Math.min(top, innerHeight - height - margin))}px`);
  box.style.setProperty('left', `${Math.max(margin, Math.min(left, innerWidth - width - margin))}px`);
}
