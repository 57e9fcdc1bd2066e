// What the palette offers before anything is asked of the server: actions that can be done now, screens, views, people, languages.
import AtSign from '@lucide/svelte/icons/at-sign';
import Inbox from '@lucide/svelte/icons/inbox';
import Languages from '@lucide/svelte/icons/languages';
import Settings from '@lucide/svelte/icons/settings';
import UserRound from '@lucide/svelte/icons/user-round';
import UsersRound from '@lucide/svelte/icons/users-round';
import Zap from '@lucide/svelte/icons/zap';
import { LOCALES } from '$shared/i18n/core';
import { locale, t } from '../i18n.svelte';
import { available } from '../keys/registry.svelte';
import type { Glyph } from '../parts/Icon.svelte';
import { toast } from '../parts/toasts.svelte';
import { go } from '../router.svelte';
import { LANGUAGES } from '../settings/languages';
import { open } from '../settings/sections';
import { wordsFor } from '../state/api';
import { activeAgents, allInboxes, allTeams } from '../state/directory.svelte';
import { may, saveSettings } from '../state/session.svelte';

export type EntryGroup = 'conversations' | 'actions' | 'views' | 'people' | 'settings';
export interface Entry {
  id: string;
  group: EntryGroup;
  title: string;
  /** Other words it is found by. */
  also?: string[];
  hint?: string;
  icon: Glyph;
  keys?: string;
  run: () => void;
}

export function entries(): Entry[] {
  const actions: Entry[] = available().filter((each) => each.id !== 'palette').map((each) => ({
    id: `do:${each.id}`, group: each.group === 'go' ? 'views' : 'actions', title: t(each.title as 'key.reply'), also: [each.id.replace(/[._]/g, ' ')],
    icon: each.group === 'go' ? Inbox : Zap, keys: each.keys, run: () => each.run(),
  }));
  const views: Entry[] = may('conversation.read') ? [
    ...allTeams().map((each): Entry => ({ id: `team:${each.id}`, group: 'views', title: each.name, hint: t('palette.team'), icon: UsersRound, run: () => go('inbox', { view: `team:${each.id}` }) })),
    ...allInboxes().map((each): Entry => ({ id: `inbox:${each.id}`, group: 'views', title: each.name, hint: t('palette.inbox'), icon: Inbox, run: () => go('inbox', { view: `inbox:${each.id}` }) })),
  ] : [];
  const people: Entry[] = may('conversation.read') ? activeAgents().map((each) => ({ id: `agent:${each.id}`, group: 'people', title: each.name, hint: t('palette.assigned'), icon: AtSign, run: () => go('inbox', { view: 'all' }, { assignee: each.id }) })) : [];
  const settings: Entry[] = [
    ...open().map((each): Entry => ({ id: each.route, group: 'settings', title: t(each.title), hint: t(each.text), also: [each.route.replace('.', ' ')], icon: each.route === 'profile' ? UserRound : Settings, run: () => go(each.route) })),
    ...LOCALES.filter((each) => each !== locale()).map((each): Entry => ({ id: `locale:${each}`, group: 'settings', title: t('palette.language', { name: LANGUAGES[each] }), also: [LANGUAGES[each], 'language', '语言', '語言'], icon: Languages, run: () => { saveSettings({ locale: each }).catch((error: unknown) => toast(wordsFor(error), { tone: 'danger' })); } })),
  ];
  return [...actions, ...views, ...people, ...settings];
}
