// Which screen is shown: reads the address, writes it, and takes clicks on our own links. It never loads data.
import { home, routes } from './routes.mjs';

export type Params = Record<string, string>;
export interface Place { name: string; screen: string; params: Params; query: URLSearchParams; needs: string[]; open: boolean }

const compiled = routes.map((route) => ({
  route,
  fit: new RegExp(`^${route.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`),
}));

/** What an address means; nothing fits: `null`. */
export function read(path: string, search = ''): Place | null {
  for (const { route, fit } of compiled) {
    const found = fit.exec(path);
    if (!found) continue;
    const params = Object.fromEntries(Object.entries(found.groups ?? {}).map(([key, value]) => [key, decode(value)]));
    const needs = route.needs === undefined ? [] : [route.needs].flat();
    return { name: route.name, screen: route.screen, params, query: new URLSearchParams(search), needs, open: route.open === true };
  }
  return null;
}

function decode(part: string): string {
  try { return decodeURIComponent(part); } catch { return part; }
}

export function href(name: string, params: Params = {}, query?: Record<string, string | undefined>): string {
  const route = routes.find((each) => each.name === name);
  if (!route) throw new Error(`no route is called ${name}`);
  // A colon is legal in a path and keeps `team:…` readable.
  const path = route.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? '').replace(/%3A/g, ':'));
  const pairs = Object.entries(query ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  return pairs.length > 0 ? `${path}?${new URLSearchParams(pairs)}` : path;
}

const start = () => read(location.pathname, location.search);
let place = $state.raw<Place | null>(start());

/** The present place; `null` is an address that we do not know. */
export const here = (): Place | null => place;
export const at = (...names: string[]): boolean => place !== null && names.includes(place.name);

/** Asked before the present place is left: `false` stays. A form with unsaved words sets it; answers how to take it back. */
export function guardPlace(ask: () => boolean | Promise<boolean>): () => void {
  guard = ask;
  return () => { if (guard === ask) guard = null; };
}
let guard: (() => boolean | Promise<boolean>) | null = null;
async function mayLeave(then: () => void): Promise<void> {
  const asked = guard;
  if (asked && !(await asked())) return;
  if (guard === asked) guard = null;
  then();
}

export function visit(address: string, how: 'push' | 'replace' = 'push'): void {
  if (guard) { void mayLeave(() => visit(address, how)); return; }
  const url = new URL(address, location.origin);
  if (url.pathname + url.search === location.pathname + location.search) how = 'replace';
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', url.pathname + url.search);
  place = read(url.pathname, url.search);
  shown = location.href;
}
/** The address of the screen that is shown, also while the browser has moved ahead of it. */
let shown = location.href;

export function go(name: string, params: Params = {}, query?: Record<string, string | undefined>): void {
  visit(href(name, params, query));
}
export function replace(name: string, params: Params = {}, query?: Record<string, string | undefined>): void {
  visit(href(name, params, query), 'replace');
}
export const goHome = (): void => visit(href(home.name, home.params), 'replace');

/** Listens to the browser; called once. */
export function listen(): void {
  if (location.pathname === '/') goHome();
  addEventListener('popstate', () => {
    if (!guard) { place = start(); shown = location.href; return; }
    // The browser has already moved; it is put back until the question is answered.
    const wanted = location.href;
    history.pushState(null, '', shown);
    void mayLeave(() => visit(wanted));
  });
  addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (!read(link.pathname, link.search)) return;
    event.preventDefault();
    visit(link.pathname + link.search);
  });
}
