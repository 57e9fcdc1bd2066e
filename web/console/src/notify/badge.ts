// The count of unread conversations in the tab: before the title and on the icon.
const SIZE = 64;
const PREFIX = /^\(\d+\+?\) /;

let count = 0;
let own: HTMLLinkElement | null = null;
let plain = '';

const words = () => (count > 99 ? '99+' : String(count));

function titled(): void {
  const bare = document.title.replace(PREFIX, '');
  const wanted = count > 0 ? `(${words()}) ${bare}` : bare;
  if (document.title !== wanted) document.title = wanted;
}

async function drawn(): Promise<void> {
  own ??= document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!own) return;
  plain ||= own.href;
  if (count === 0) { own.href = plain; return; }
  const image = new Image(SIZE, SIZE);
  image.src = plain;
  const wanted = words();
  await image.decode();
  if (wanted !== words()) return;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.drawImage(image, 0, 0, SIZE, SIZE);
  pen.fillStyle = '#d92d20';
  pen.beginPath();
  pen.roundRect(SIZE - 42 - (wanted.length > 1 ? 6 : 0), SIZE - 40, 42 + (wanted.length > 1 ? 6 : 0), 40, 20);
  pen.fill();
  pen.fillStyle = '#fff';
  pen.font = `600 ${wanted.length > 2 ? 24 : 32}px system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(wanted, SIZE - 21 - (wanted.length > 1 ? 3 : 0), SIZE - 18);
  own.href = canvas.toDataURL('image/png');
}

export function showCount(next: number): void {
  if (next === count) return;
  count = next;
  titled();
  void drawn().catch(() => undefined);
}

/** Keeps the count before whatever title a screen sets; answers how to stop. */
export function keepTitle(): () => void {
  const watch = new MutationObserver(titled);
  watch.observe(document.head, { childList: true, subtree: true, characterData: true });
  titled();
  return () => { watch.disconnect(); showCount(0); };
}
