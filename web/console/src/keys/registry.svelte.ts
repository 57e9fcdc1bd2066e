// The one registry of actions: the table, the agent's own keys over it, and who can do each action at the moment.
// Screens `provide` what they can do while they are there; the palette, the sheet and the keyboard read. It holds no state of the desk.
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { t, type PlainKey } from '../i18n.svelte';
import { ACTION_IDS, ACTIONS, type ActionGroup, type ActionId } from './actions';
import { parse, show } from './chord';

export { ACTIONS, ACTION_IDS, GROUPS, type ActionGroup, type ActionId } from './actions';

export interface Provider { run: (event?: Event) => void; when?: () => boolean }
/** An action as the palette and the sheet show it. */
export interface ActionView {
  id: ActionId; title: PlainKey; group: ActionGroup; keys: string; shown: string;
  when: () => boolean; run: (event?: Event) => void;
}

const providers = new SvelteMap<ActionId, readonly Provider[]>();
let own = $state.raw<Record<string, string>>({});

/** The agent's own keys, from the settings. An empty text takes the key away. */
export function useKeys(keys: Record<string, string>): void {
  own = keys;
}

export const keysOf = (id: ActionId): string => own[id] ?? ACTIONS[id].keys;
/** The key as the screen writes it, "" without one. */
export const shown = (id: ActionId): string => show(keysOf(id));
/** Title and key, for `title` and `aria-keyshortcuts`. */
export const tip = (id: ActionId, title: PlainKey = ACTIONS[id].title): string => {
  const key = shown(id);
  return key ? `${t(title)} (${key})` : t(title);
};

/** Says what a screen can do; answers how to take it back. The latest provider of an action wins. */
export function provide(actions: Partial<Record<ActionId, Provider | Provider['run']>>): () => void {
  const added = Object.entries(actions).map(([id, given]) => [id as ActionId, typeof given === 'function' ? { run: given } : given] as const);
  // Screens provide from effects; reading the map there must not tie them to what they write.
  const change = (to: (have: readonly Provider[], provider: Provider) => readonly Provider[]) => untrack(() => {
    for (const [id, provider] of added) providers.set(id, to(providers.get(id) ?? [], provider));
  });
  change((have, provider) => [...have, provider]);
  return () => change((have, provider) => have.filter((each) => each !== provider));
}

function able(id: ActionId): Provider | undefined {
  return providers.get(id)?.findLast((each) => each.when?.() ?? true);
}

export const can = (id: ActionId): boolean => able(id) !== undefined;

/** Runs an action if somebody can do it now. */
export function run(id: ActionId, event?: Event): boolean {
  const provider = able(id);
  provider?.run(event);
  return provider !== undefined;
}

export function view(id: ActionId): ActionView {
  const { title, group } = ACTIONS[id];
  return { id, title, group, keys: keysOf(id), shown: shown(id), when: () => can(id), run: (event) => { run(id, event); } };
}

/** Every action, for the sheet and the settings. */
export const all = (): ActionView[] => ACTION_IDS.map(view);
/** What can be done now, for the palette. */
export const available = (): ActionView[] => ACTION_IDS.filter(can).map(view);

/** The other actions that this key text would be taken from. A sequence and its beginning cannot live side by side either. */
export function conflicts(id: ActionId, keys: string): ActionId[] {
  const wanted = parse(keys).map((each) => each.join(' '));
  return ACTION_IDS.filter((other) => other !== id && parse(keysOf(other)).some((each) => {
    const text = each.join(' ');
    return wanted.some((want) => want === text || want.startsWith(`${text} `) || text.startsWith(`${want} `));
  }));
}
