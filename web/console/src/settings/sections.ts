// The settings screens as data: the side list, the settings home, the palette and the page titles are made from it.
import AtSign from '@lucide/svelte/icons/at-sign';
import Ban from '@lucide/svelte/icons/ban';
import Building2 from '@lucide/svelte/icons/building-2';
import CircleDot from '@lucide/svelte/icons/circle-dot';
import KeyRound from '@lucide/svelte/icons/key-round';
import MessagesSquare from '@lucide/svelte/icons/messages-square';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import TagIcon from '@lucide/svelte/icons/tag';
import UserRound from '@lucide/svelte/icons/user-round';
import UsersRound from '@lucide/svelte/icons/users-round';
import type { PlainKey } from '../i18n.svelte';
import type { Glyph } from '../parts/Icon.svelte';
import { may } from '../state/session.svelte';

export interface Section { route: string; title: PlainKey; text: PlainKey; icon: Glyph; needs?: string; group: 'me' | 'desk' | 'work' | 'safety' }

export const SECTIONS: readonly Section[] = [
  { route: 'profile', title: 'settings.profile', text: 'settings.profileText', icon: UserRound, group: 'me' },
  { route: 'settings.general', title: 'settings.general', text: 'settings.generalText', icon: Building2, needs: 'settings.manage', group: 'desk' },
  { route: 'settings.inboxes', title: 'settings.inboxes', text: 'settings.inboxesText', icon: MessagesSquare, needs: 'inbox.manage', group: 'desk' },
  { route: 'settings.teams', title: 'settings.teams', text: 'settings.teamsText', icon: UsersRound, needs: 'team.manage', group: 'desk' },
  { route: 'settings.agents', title: 'settings.agents', text: 'settings.agentsText', icon: AtSign, needs: 'agent.manage', group: 'desk' },
  { route: 'settings.roles', title: 'settings.roles', text: 'settings.rolesText', icon: ShieldCheck, needs: 'role.manage', group: 'desk' },
  { route: 'settings.tags', title: 'settings.tags', text: 'settings.tagsText', icon: TagIcon, needs: 'tag.manage', group: 'work' },
  { route: 'settings.statuses', title: 'settings.statuses', text: 'settings.statusesText', icon: CircleDot, needs: 'status.manage', group: 'work' },
  { route: 'settings.blocks', title: 'settings.blocks', text: 'settings.blocksText', icon: Ban, needs: 'contact.block', group: 'safety' },
  { route: 'settings.tokens', title: 'settings.tokens', text: 'settings.tokensText', icon: KeyRound, needs: 'token.manage', group: 'safety' },
  { route: 'settings.audit', title: 'settings.audit', text: 'settings.auditText', icon: ScrollText, needs: 'audit.read', group: 'safety' },
];
export const GROUPS = ['me', 'desk', 'work', 'safety'] as const;

export const open = (): Section[] => SECTIONS.filter((each) => each.needs === undefined || may(each.needs));
