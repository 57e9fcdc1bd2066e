// w.js: puts the launcher on a host page, opens the chat's iframe on the desk's origin and offers `window.Candor`.
// It never reads the host page beyond its address and title, keeps no storage, sets no cookie and makes no request of its own.
import { detect } from '$shared/i18n/core';
import type { Page, ToApp, ToHost } from '../protocol';
import type { CandorApi, Events } from './api';
import { css } from './style';
import { words } from './words';

type Post = ToApp extends infer M ? (M extends ToApp ? Omit<M, 'candor'> : never) : never;
type Listeners = { [K in keyof Events]: Set<(detail: Events[K]) => void> };

function start(script: HTMLScriptElement): void {
  const { inbox = '', lang, theme = 'auto', position = 'right', offset = '20', z = '2147483000', colour = '#0b6b5b', launcher, load } = script.dataset;
  const desk = new URL('.', script.src);
  const locale = detect(lang ? [lang === 'page' ? document.documentElement.lang : lang] : navigator.languages);
  const say = words[locale];
  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string>): HTMLElementTagNameMap[K] => {
    const element = document.createElement(tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]!);
    return element;
  };

  const root = make('div', { 'data-theme': theme });
  const shade = root.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  const dress = (side: string) => sheet.replaceSync(css(side === 'left' ? 'left' : 'right', `${parseInt(offset)}px`, `${parseInt(offset.split(',')[1] ?? offset)}px`, `${+z}`));
  const paint = (colours: string[]) => ['--l', '--li', '--d', '--di'].forEach((name, n) => root.style.setProperty(name, colours[n]!));
  dress(position);
  paint([colour, '#fff', colour === '#0b6b5b' ? '#4fd1b5' : colour, colour === '#0b6b5b' ? '#06251f' : '#fff']);
  shade.adoptedStyleSheets = [sheet];

  const button = make('button', { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'panel' });
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  const badge = make('b', { 'aria-hidden': 'true' });
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(path);
  button.append(svg, badge);
  const panel = make('div', { id: 'panel', role: 'dialog', 'aria-label': say.name, hidden: '' });
  shade.append(panel);
  if (launcher === 'none') panel.className = 'n';
  else shade.append(button);

  let frame: HTMLIFrameElement | undefined;
  let waiting: Post[] | undefined = [];
  let shown = false;
  let unread = 0;
  let before: Element | null = null;
  let settle: ((code?: string) => void) | undefined;

  const page = (): Page => ({ url: location.origin + location.pathname, title: document.title });
  const send = (message: Post): void => {
    summon();
    if (waiting) waiting.push(message);
    else frame!.contentWindow!.postMessage({ candor: 1, ...message }, desk.origin);
  };
  const summon = (): void => {
    if (frame) return;
    frame = make('iframe', { title: say.name, allow: 'clipboard-write', src: `${desk}widget/index.html?${new URLSearchParams({ inbox, lang: locale, theme })}` });
    frame.onload = () => {
      const queue = waiting ?? [];
      waiting = undefined;
      send({ type: 'init', page: page(), shown });
      queue.forEach(send);
      if (shown) frame!.focus();
    };
    panel.append(frame);
  };

  const listeners: Listeners = { ready: new Set(), open: new Set(), close: new Set(), unread: new Set(), message: new Set() };
  const emit = <K extends keyof Events>(event: K, detail: Events[K]) => listeners[event].forEach((listener) => listener(detail));
  const draw = (): void => {
    path.setAttribute('d', shown ? 'm6 9.5 6 6 6-6' : 'M5 4.5h14A1.5 1.5 0 0 1 20.5 6v9.5A1.5 1.5 0 0 1 19 17h-7l-4.5 3.5V17H5a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 5 4.5z');
    badge.textContent = unread > 99 ? '99+' : `${unread}`;
    badge.hidden = shown || !unread;
    button.setAttribute('aria-expanded', `${shown}`);
    button.setAttribute('aria-label', shown ? say.close : say.open + (unread ? say.unread(unread) : ''));
  };
  const show = (next: boolean): void => {
    if (shown === next) return;
    const inside = document.activeElement === root;
    if (next) before = document.activeElement;
    shown = next;
    panel.hidden = !next;
    draw();
    send({ type: 'show', page: page(), shown });
    // Before its page is there, a frame of another site would have the focus and yet no keys.
    if (next) waiting || frame!.focus();
    else if (inside) (launcher === 'none' ? (before as HTMLElement | null) : button)?.focus?.();
    emit(next ? 'open' : 'close', undefined);
  };

  const hear = (message: ToHost): void => {
    if (message.type === 'ready') {
      if (message.colours) paint(message.colours);
      if (message.position && !script.dataset.position) dress(message.position);
      emit('ready', undefined);
    } else if (message.type === 'unread') {
      unread = message.count;
      draw();
      emit('unread', { count: unread });
    } else if (message.type === 'message') emit('message', { from: message.from, conversation: message.conversation });
    else if (message.type === 'identified') settle?.(message.code);
    else if (message.type === 'close') show(false);
    else if (message.type === 'wiped') {
      frame?.remove();
      frame = undefined;
      waiting = [];
      hear({ candor: 1, type: 'unread', count: 0 });
    }
  };

  button.onclick = () => show(!shown);
  root.onkeydown = (event) => { if (event.key === 'Escape') show(false); };
  addEventListener('message', (event) => {
    if (frame && event.origin === desk.origin && event.source === frame.contentWindow && event.data?.candor === 1) hear(event.data);
  });
  // A phone's keyboard shrinks what can be seen, not the page: the panel follows what can be seen.
  const view = window.visualViewport;
  const fit = () => { root.style.setProperty('--h', `${view!.height}px`); root.style.setProperty('--t', `${view!.offsetTop}px`); };
  view?.addEventListener('resize', fit);
  view?.addEventListener('scroll', fit);

  const api: CandorApi = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!shown),
    identify: (jwt) => new Promise((resolve, reject) => {
      settle = (code) => code ? reject(new Error(code)) : resolve();
      send({ type: 'identify', jwt });
    }),
    setAttrs: (attrs) => send({ type: 'attrs', attrs }),
    prefill: (text) => send({ type: 'prefill', text }),
    on: (event, listener) => { listeners[event]?.add(listener); },
    off: (event, listener) => { listeners[event]?.delete(listener); },
    shutdown: () => { show(false); send({ type: 'shutdown' }); },
  };
  window.Candor = api;
  for (const [name, ...details] of window.CandorQueue ?? []) (api[name] as (...details: unknown[]) => unknown)(...details);

  draw();
  const mount = (): void => {
    document.body.append(root);
    if (load === 'click') return;
    const idle = () => ('requestIdleCallback' in window ? requestIdleCallback(summon, { timeout: 4000 }) : setTimeout(summon, 2000));
    if (document.readyState === 'complete') idle();
    else addEventListener('load', idle);
  };
  if (document.body) mount();
  else addEventListener('DOMContentLoaded', mount);
}

if (!window.Candor && document.currentScript instanceof HTMLScriptElement) start(document.currentScript);
