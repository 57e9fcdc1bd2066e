// What can be done anywhere on the desk: going to screens, undo, density and theme.
import type { AgentSettings } from '$shared/api/types';
import type { ActionId, Provider } from '../keys/registry.svelte';
import { actOnLast, toast } from '../parts/toasts.svelte';
import { go } from '../router.svelte';
import { wordsFor } from '../state/api';
import { saveSettings, settings } from '../state/session.svelte';
import { undoLast } from '../state/undo.svelte';

export function change(what: Partial<AgentSettings>): void {
  saveSettings(what).catch((error: unknown) => { toast(wordsFor(error), { tone: 'danger' }); });
}

function otherTheme(): 'light' | 'dark' {
  const now = settings()?.theme ?? 'auto';
  const dark = now === 'dark' || (now === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  return dark ? 'light' : 'dark';
}

export function deskActions(): Partial<Record<ActionId, Provider | Provider['run']>> {
  const view = (name: string) => () => go('inbox', { view: name });
  return {
    'undo': () => { if (!undoLast()) actOnLast(); },
    'density': () => change({ density: settings()?.density === 'comfortable' ? 'compact' : 'comfortable' }),
    'theme': () => change({ theme: otherTheme() }),
    'search': () => go('search'),
    'go.inbox': view('mine'),
    'go.mine': view('mine'),
    'go.unassigned': view('unassigned'),
    'go.mentions': view('mentions'),
    'go.snoozed': view('snoozed'),
    'go.spam': view('spam'),
    'go.search': () => go('search'),
    'go.settings': () => go('settings'),
    'go.profile': () => go('profile'),
  };
}
