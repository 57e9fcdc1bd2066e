// The component of each screen of routes.mjs, loaded when it is first shown.
import type { Component } from 'svelte';
import Inbox from './inbox/Inbox.svelte';

type Load = () => Promise<{ default: Component }>;

// "settings/inboxes" lives in settings/Inboxes.svelte; the inbox is what nearly everybody opens first and comes with the console.
const files = import.meta.glob<{ default: Component }>(['./{search,settings,signin}/*.svelte']) as Record<string, Load>;
const named: Record<string, string> = { signin: './signin/SignIn.svelte', link: './signin/Link.svelte', search: './search/Search.svelte' };

function fileOf(screen: string): string {
  const [folder, name = ''] = screen.split('/');
  return named[screen] ?? `./${folder}/${name.charAt(0).toUpperCase()}${name.slice(1)}.svelte`;
}

const loaded = new Map<string, Promise<Component>>();

export function screenOf(screen: string): Component | Promise<Component> {
  if (screen === 'inbox') return Inbox;
  let coming = loaded.get(screen);
  if (!coming) {
    const load = files[fileOf(screen)];
    if (!load) throw new Error(`no component for the screen ${screen}`);
    coming = load().then((file) => file.default);
    // A failed load is tried again at the next visit.
    coming.catch(() => loaded.delete(screen));
    loaded.set(screen, coming);
  }
  return coming;
}
