// Starts the chat: words first, then the screen with a usable message box, then the desk's answers as they come.
import { h, render } from 'preact';
import './app.css';
import { call, Trouble, whenLost } from './api';
import { App } from './App';
import { desk, redraw, whenChanged } from './desk';
import { full, inbox, listen } from './env';
import * as host from './host';
import { hurry, whenSignedOut } from './live';
import { agreed } from './outbox';
import { pump, retryNow } from './sender';
import { changed, identify, lost, start, wipe, wiped } from './session';
import { open, reload } from './thread';
import { speak, undecided } from './words';

const spoken = speak();
let asked = 0;

async function configure(): Promise<void> {
  if (Date.now() - asked < 60_000) return;
  asked = Date.now();
  try {
    const config = (desk.config = await call('GET', `/inboxes/${encodeURIComponent(inbox)}/config`));
    const colours: [string, string, string, string] = [config.brand, config.brand_ink, config.brand_dark, config.brand_dark_ink];
    ['--brand-light', '--ink-light', '--brand-night', '--ink-night'].forEach((name, n) => document.documentElement.style.setProperty(name, colours[n]!));
    document.documentElement.classList.add('branded');
    host.post({ type: 'ready', colours, position: config.position });
    desk.problem = undefined;
    if (undecided) await speak(config.default_locale);
    if (config.next_change_at) setTimeout(() => { asked = 0; void configure(); }, Math.min(2 ** 31 - 1, Math.max(1_000, config.next_change_at - Date.now())));
  } catch (error) {
    asked = 0;
    if (error instanceof Trouble && !error.again) desk.problem = error.code;
    else setTimeout(configure, 5_000);
  }
}

async function known(jwt: string): Promise<void> {
  try {
    await identify(jwt);
    host.post({ type: 'identified' });
    retryNow();
  } catch (error) {
    host.post({ type: 'identified', code: error instanceof Trouble ? error.code : 'bad_request' });
    throw error;
  }
}

async function details(attrs: Record<string, string>): Promise<void> {
  desk.attrs = { ...desk.attrs, ...attrs };
  const { name, email } = attrs;
  if ((name || email) && desk.contact) await call('PATCH', '/session', { name, email });
}

function prefill(text: string): void {
  desk.draft ||= text;
}

whenLost(lost);
whenSignedOut(() => void lost());
host.listen((message) => {
  if (message.type === 'init' || message.type === 'show') {
    desk.page = message.page;
    desk.shown = message.shown;
    if (message.shown) void configure();
  } else if (message.type === 'identify') void known(message.jwt).catch(() => {});
  else if (message.type === 'attrs') void details(message.attrs).catch(() => {});
  else if (message.type === 'prefill') prefill(message.text);
  else void wipe().then(() => host.post({ type: 'wiped' }));
});
// The full page has no loader; an app's web view calls the same names here.
if (full) Object.assign(window, { Candor: { identify: known, setAttrs: details, prefill, shutdown: wipe } });

listen((word) => {
  if (word === 'session') void changed().catch(() => {});
  else if (word === 'wiped') wiped();
  else {
    void reload();
    if (word === 'made') void agreed().then((who) => { const made = who?.made?.[desk.thread]; if (made) return open(made); }).catch(() => {});
  }
});
addEventListener('online', () => { desk.online = true; hurry(); retryNow(); void configure(); });
addEventListener('offline', () => { desk.online = false; });
addEventListener('visibilitychange', () => {
  desk.front = !document.hidden;
  if (desk.front) { hurry(); void pump(); }
});

const configured = configure();
await spoken;
const screen = document.getElementById('app')!;
whenChanged(() => render(h(App, null), screen));
redraw();
void start().then(pump);
void configured;
