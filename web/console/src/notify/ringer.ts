// Which tab rings: the one that was touched last. It holds a lock that the next touched tab takes over; a closed tab lets it go.
// Where locks are missing (plain http) every tab would ring, so the tabs agree by a channel: the first to claim an event has it.
const LOCK = 'candor.ring';
const CLAIM_MS = 80;

let leading = false;
const locks: LockManager | undefined = navigator.locks;

function hold(steal: boolean, release: Promise<void>): void {
  locks?.request(LOCK, steal ? { steal: true } : {}, () => { leading = true; return release; })
    .catch(() => undefined)
    .finally(() => { leading = false; if (!ended) hold(false, release); });
}
let ended = false;

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(LOCK);
const claimed = new Set<string>();
channel?.addEventListener('message', (event: MessageEvent<string>) => { claimed.add(event.data); });

/** Takes part in the choice; answers how to leave. */
export function joinRing(): () => void {
  ended = false;
  let let_go = () => {};
  const release = new Promise<void>((done) => { let_go = done; });
  const touched = () => { if (locks && !leading) hold(true, release); };
  hold(document.hasFocus(), release);
  addEventListener('focus', touched);
  return () => { ended = true; let_go(); removeEventListener('focus', touched); };
}

/** Whether this tab rings for an event; `key` names the event in every tab. */
export async function rings(key: string): Promise<boolean> {
  if (locks) return leading;
  await new Promise((done) => setTimeout(done, document.hasFocus() ? 0 : CLAIM_MS * (0.5 + Math.random())));
  if (claimed.has(key)) return false;
  channel?.postMessage(key);
  return true;
}
