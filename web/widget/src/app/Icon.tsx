// Our own 24-grid strokes, 1.75 wide. An icon alone always sits in something that has a name.
import { h } from 'preact';

const icons = {
  x: 'm6 6 12 12M18 6 6 18',
  menu: 'M4 7h16M4 12h16M4 17h10',
  back: 'm14.5 6-6 6 6 6',
  shield: 'M12 3.2 19.5 6v5.6c0 4.4-3 7.7-7.5 9.2-4.5-1.5-7.5-4.8-7.5-9.2V6zM8.8 12l2.3 2.3 4.2-4.4',
  read: 'm2.5 12.8 4 4L15 8M11.5 16l1 .8L21.5 8',
  sent: 'm5 12.5 4.7 4.7L19.5 7',
  sending: 'M12 7v5l3 2M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0z',
  warn: 'M12 4 2.8 19.8h18.4zM12 10v4.5M12 17.2v.1',
  clip: 'm20 11.5-8.3 8.3a5 5 0 0 1-7.1-7.1l8.7-8.7a3.4 3.4 0 0 1 4.8 4.8l-8.6 8.6a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7',
  camera: 'M4 7.5h3.5L9 5h6l1.5 2.5H20V19H4zM15.5 13a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0z',
  up: 'M12 19.5v-15M5.5 11 12 4.5l6.5 6.5',
  down: 'M12 4.5v15M5.5 13l6.5 6.5 6.5-6.5',
  file: 'M6 3.5h8l4 4v13H6zM13.5 3.5V8H18',
};

export const Draw = ({ d }: { d: string }) => <svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path d={d} /></svg>;
export const Icon = ({ name }: { name: keyof typeof icons }) => <Draw d={icons[name]} />;

export const IconButton = ({ name, label, act, children }: { name: keyof typeof icons; label: string; act: () => void; children?: preact.ComponentChildren }) =>
  <button type="button" class="icon" aria-label={label} title={label} onClick={act}><Icon name={name} />{children}</button>;
