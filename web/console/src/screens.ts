// The component of each screen of routes.mjs, loaded when it is first shown.
import type { Component } from 'svelte';
import Inbox from './inbox/Inbox.svelte';

type Load = () => Promise<Component>;
const signin = () => import('./signin/screens');
const settings = () => import('./settings/screens');

// One line a screen. The inbox is what nearly everybody opens first and comes with the console; the settings come in one file.
const files: Record<string, Load> = {
  'signin': async () => (await signin()).SignIn,
  'link': async () => (await signin()).Link,
  'search': async () => (await import('./search/Search.svelte')).default,
  'settings/profile': async () => (await settings()).Profile,
  'settings/home': async () => (await settings()).Home,
  'settings/general': async () => (await settings()).General,
  'settings/inboxes': async () => (await settings()).Inboxes,
  'settings/inbox': async () => (await settings()).Inbox,
  'settings/teams': async () => (await settings()).Teams,
  'settings/agents': async () => (await settings()).Agents,
  'settings/roles': async () => (await settings()).Roles,
  'settings/tags': async () => (await settings()).Tags,
  'settings/statuses': async () => (await settings()).Statuses,
  'settings/blocks': async () => (await settings()).Blocks,
  'settings/tokens': async () => (await settings()).Tokens,
  'settings/audit': async () => (await settings()).Audit,
};

const loaded = new Map<string, Promise<Component>>();

export function screenOf(screen: string): Component | Promise<Component> {
  if (screen === 'inbox') return Inbox;
  let coming = loaded.get(screen);
  if (!coming) {
    const load = files[screen];
    if (!load) throw new Error(`no component for the screen ${screen}`);
    coming = load();
    // A failed load is tried again at the next visit.
    coming.catch(() => loaded.delete(screen));
    loaded.set(screen, coming);
  }
  return coming;
}
