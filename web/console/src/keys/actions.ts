// Everything an agent can do with a key, as one table: the key map, the palette, the `?` sheet, the settings and the tooltips are made
// from it. What an action does is given by the screen that can do it (see registry.svelte.ts); nothing runs from here.
import type { PlainKey } from '../i18n.svelte';

export type ActionGroup = 'everywhere' | 'go' | 'list' | 'conversation' | 'composer';

export interface ActionEntry {
  title: PlainKey;
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
  'write': { title: 'key.writeFirst', group: 'everywhere', keys: 'c' },
  'undo': { title: 'key.undo', group: 'everywhere', keys: 'z, Mod+z' },
  'density': { title: 'key.density', group: 'everywhere', keys: 'd' },
  'theme': { title: 'key.theme', group: 'everywhere', keys: 'Shift+d' },
  'focus.list': { title: 'key.focusList', group: 'everywhere', keys: 'Alt+1', inInput: true },
  'focus.thread': { title: 'key.focusThread', group: 'everywhere', keys: 'Alt+2', inInput: true },
  'focus.context': { title: 'key.focusContext', group: 'everywhere', keys: 'Alt+3', inInput: true },

  'go.inbox': { title: 'key.goInbox', group: 'go', keys: 'g i' },
  'go.mine': { title: 'key.goMine', group: 'go', keys: 'g m' },
  'go.unassigned': { title: 'key.goUnassigned', group: 'go', keys: 'g u' },
  'go.mentions': { title: 'key.goMentions', group: 'go', keys: 'g @' },
  'go.snoozed': { title: 'key.goSnoozed', group: 'go', keys: 'g z' },
  'go.spam': { title: 'key.goSpam', group: 'go', keys: 'g !' },
  'go.search': { title: 'key.goSearch', group: 'go', keys: 'g /' },
  'go.settings': { title: 'key.goSettings', group: 'go', keys: 'g s' },
  'go.profile': { title: 'key.goProfile', group: 'go', keys: 'g p' },

  'list.next': { title: 'key.listNext', group: 'list', keys: 'j, ArrowDown', repeat: true },
  'list.previous': { title: 'key.listPrevious', group: 'list', keys: 'k, ArrowUp', repeat: true },
  'list.open': { title: 'key.listOpen', group: 'list', keys: 'Enter' },
  'list.select': { title: 'key.listSelect', group: 'list', keys: 'x' },
  'list.extend_next': { title: 'key.listExtendNext', group: 'list', keys: 'Shift+j, Shift+ArrowDown', repeat: true },
  'list.extend_previous': { title: 'key.listExtendPrevious', group: 'list', keys: 'Shift+k, Shift+ArrowUp', repeat: true },
  'list.select_all': { title: 'key.listSelectAll', group: 'list', keys: 'Mod+a' },
  'list.filter': { title: 'key.listFilter', group: 'list', keys: 'f' },

  'conversation.reply': { title: 'key.reply', group: 'conversation', keys: 'r' },
  'conversation.note': { title: 'key.note', group: 'conversation', keys: 'n' },
  'conversation.assign': { title: 'key.assign', group: 'conversation', keys: 'a' },
  'conversation.assign_me': { title: 'key.assignMe', group: 'conversation', keys: 'i' },
  'conversation.team': { title: 'key.team', group: 'conversation', keys: 'Shift+a' },
  'conversation.resolve': { title: 'key.resolve', group: 'conversation', keys: 'e' },
  'conversation.resolve_next': { title: 'key.resolveNext', group: 'conversation', keys: 'Shift+e' },
  'conversation.status': { title: 'key.status', group: 'conversation', keys: 'Shift+t' },
  'conversation.snooze': { title: 'key.snooze', group: 'conversation', keys: 's' },
  'conversation.snooze_until': { title: 'key.snoozeUntil', group: 'conversation', keys: 'Shift+s' },
  'conversation.tags': { title: 'key.tags', group: 'conversation', keys: 'l' },
  'conversation.priority': { title: 'key.priority', group: 'conversation', keys: 'p' },
  'conversation.unread': { title: 'key.unread', group: 'conversation', keys: 'Shift+u' },
  'conversation.spam': { title: 'key.spam', group: 'conversation', keys: '!' },
  'conversation.block': { title: 'key.block', group: 'conversation', keys: 'Shift+b' },
  'conversation.forward': { title: 'key.forward', group: 'conversation', keys: 'Shift+f' },
  'conversation.transcript': { title: 'key.transcript', group: 'conversation', keys: 'Shift+m' },
  'conversation.context': { title: 'key.context', group: 'conversation', keys: 'o' },
  'conversation.next_message': { title: 'key.nextMessage', group: 'conversation', keys: ']', repeat: true },
  'conversation.previous_message': { title: 'key.previousMessage', group: 'conversation', keys: '[', repeat: true },
  'conversation.quote': { title: 'key.quote', group: 'conversation', keys: 'q' },
  'conversation.back': { title: 'key.back', group: 'conversation', keys: 'Escape', inInput: true },

  'composer.send': { title: 'key.send', group: 'composer', keys: 'Mod+Enter', inInput: true },
  'composer.send_next': { title: 'key.sendNext', group: 'composer', keys: 'Mod+Shift+Enter', inInput: true },
} as const satisfies Record<string, ActionEntry>;

export type ActionId = keyof typeof table;
export const ACTIONS: Readonly<Record<ActionId, ActionEntry>> = table;
export const ACTION_IDS = Object.keys(table) as ActionId[];
export const GROUPS: readonly ActionGroup[] = ['everywhere', 'go', 'list', 'conversation', 'composer'];
