// Everything an agent can do with a key, as one table: the key map, the palette, the `?` sheet, the settings and the tooltips are made
// from it. What an action does is given by the screen that can do it (see registry.svelte.ts); nothing runs from here.
import type { Key } from '../i18n.svelte';

export type ActionGroup = 'everywhere' | 'go' | 'list' | 'conversation' | 'composer';

export interface ActionEntry {
  title: Key;
  group: ActionGroup;
  /** Default keys: `Mod` is Ctrl, or Cmd on a Mac; a blank makes a sequence; ", " separates alternatives. */
  keys: string;
  /** Also inside inputs. Only for keys with Mod or Alt, and Escape. */
  inInput?: boolean;
  /** Goes on while the key is held down. */
  repeat?: boolean;
}

const table = {
  'palette': { title: 'key.palette', group: 'everywhere', keys: 'Mod+k', inInput: true },
  'search': { title: 'key.search', group: 'everywhere', keys: '/' },
  'keys': { title: 'key.keys', group: 'everywhere', keys: '?' },
  'undo': { title: 'key.undo', group: 'everywhere', keys: 'z, Mod+z' },
  'density': { title: 'key.density', group: 'everywhere', keys: 'd' },
  'theme': { title: 'key.theme', group: 'everywhere', keys: 'Shift+d' },
  'focus.list': { title: 'key.focus_list', group: 'everywhere', keys: 'Alt+1', inInput: true },
  'focus.thread': { title: 'key.focus_thread', group: 'everywhere', keys: 'Alt+2', inInput: true },
  'focus.context': { title: 'key.focus_context', group: 'everywhere', keys: 'Alt+3', inInput: true },

  'go.inbox': { title: 'key.go_inbox', group: 'go', keys: 'g i' },
  'go.mine': { title: 'key.go_mine', group: 'go', keys: 'g m' },
  'go.unassigned': { title: 'key.go_unassigned', group: 'go', keys: 'g u' },
  'go.mentions': { title: 'key.go_mentions', group: 'go', keys: 'g @' },
  'go.snoozed': { title: 'key.go_snoozed', group: 'go', keys: 'g z' },
  'go.search': { title: 'key.go_search', group: 'go', keys: 'g /' },
  'go.settings': { title: 'key.go_settings', group: 'go', keys: 'g s' },
  'go.profile': { title: 'key.go_profile', group: 'go', keys: 'g p' },

  'list.next': { title: 'key.list_next', group: 'list', keys: 'j, ArrowDown', repeat: true },
  'list.previous': { title: 'key.list_previous', group: 'list', keys: 'k, ArrowUp', repeat: true },
  'list.open': { title: 'key.list_open', group: 'list', keys: 'Enter' },
  'list.select': { title: 'key.list_select', group: 'list', keys: 'x' },
  'list.extend_next': { title: 'key.list_extend_next', group: 'list', keys: 'Shift+j, Shift+ArrowDown', repeat: true },
  'list.extend_previous': { title: 'key.list_extend_previous', group: 'list', keys: 'Shift+k, Shift+ArrowUp', repeat: true },
  'list.select_all': { title: 'key.list_select_all', group: 'list', keys: 'Mod+a' },
  'list.filter': { title: 'key.list_filter', group: 'list', keys: 'f' },

  'conversation.reply': { title: 'key.reply', group: 'conversation', keys: 'r' },
  'conversation.note': { title: 'key.note', group: 'conversation', keys: 'n' },
  'conversation.assign': { title: 'key.assign', group: 'conversation', keys: 'a' },
  'conversation.assign_me': { title: 'key.assign_me', group: 'conversation', keys: 'i' },
  'conversation.team': { title: 'key.team', group: 'conversation', keys: 'Shift+a' },
  'conversation.resolve': { title: 'key.resolve', group: 'conversation', keys: 'e' },
  'conversation.resolve_next': { title: 'key.resolve_next', group: 'conversation', keys: 'Shift+e' },
  'conversation.status': { title: 'key.status', group: 'conversation', keys: 'Shift+t' },
  'conversation.snooze': { title: 'key.snooze', group: 'conversation', keys: 's' },
  'conversation.snooze_until': { title: 'key.snooze_until', group: 'conversation', keys: 'Shift+s' },
  'conversation.tags': { title: 'key.tags', group: 'conversation', keys: 'l' },
  'conversation.priority': { title: 'key.priority', group: 'conversation', keys: 'p' },
  'conversation.unread': { title: 'key.unread', group: 'conversation', keys: 'Shift+u' },
  'conversation.context': { title: 'key.context', group: 'conversation', keys: 'o' },
  'conversation.next_message': { title: 'key.next_message', group: 'conversation', keys: ']', repeat: true },
  'conversation.previous_message': { title: 'key.previous_message', group: 'conversation', keys: '[', repeat: true },
  'conversation.quote': { title: 'key.quote', group: 'conversation', keys: 'q' },
  'conversation.back': { title: 'key.back', group: 'conversation', keys: 'Escape', inInput: true },

  'composer.send': { title: 'key.send', group: 'composer', keys: 'Mod+Enter', inInput: true },
  'composer.send_next': { title: 'key.send_next', group: 'composer', keys: 'Mod+Shift+Enter', inInput: true },
} as const satisfies Record<string, ActionEntry>;

export type ActionId = keyof typeof table;
export const ACTIONS: Readonly<Record<ActionId, ActionEntry>> = table;
export const ACTION_IDS = Object.keys(table) as ActionId[];
export const GROUPS: readonly ActionGroup[] = ['everywhere', 'go', 'list', 'conversation', 'composer'];
