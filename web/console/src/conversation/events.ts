// What happened, in words and with an icon. Names are looked up in the directory, never taken from the event.
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import Ban from '@lucide/svelte/icons/ban';
import BellOff from '@lucide/svelte/icons/alarm-clock';
import CircleDot from '@lucide/svelte/icons/circle-dot';
import Eraser from '@lucide/svelte/icons/eraser';
import Eye from '@lucide/svelte/icons/eye';
import Flag from '@lucide/svelte/icons/flag';
import Forward from '@lucide/svelte/icons/forward';
import MessageSquarePlus from '@lucide/svelte/icons/message-square-plus';
import MailCheck from '@lucide/svelte/icons/mail-check';
import Merge from '@lucide/svelte/icons/merge';
import OctagonAlert from '@lucide/svelte/icons/octagon-alert';
import Pencil from '@lucide/svelte/icons/pencil';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import ShieldAlert from '@lucide/svelte/icons/shield-alert';
import Star from '@lucide/svelte/icons/star';
import TagIcon from '@lucide/svelte/icons/tag';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UsersRound from '@lucide/svelte/icons/users-round';
import type { Author, EventType, Priority, TimelineItem } from '$shared/api/types';
import { t, type Key } from '../i18n.svelte';
import { when } from '../inbox/names';
import type { Glyph } from '../parts/Icon.svelte';
import { agentOf, inboxOf, statusName, statusOf, tagOf, teamOf } from '../state/directory.svelte';
import { agent } from '../state/session.svelte';

const ICONS: Partial<Record<EventType, Glyph>> = {
  started: MessageSquarePlus, assigned: UserPlus, team_changed: UsersRound, inbox_changed: ArrowRightLeft, status_changed: CircleDot,
  priority_changed: Flag, tagged: TagIcon, untagged: TagIcon, snoozed: BellOff, woken: BellOff, subject_changed: Pencil, redacted: Eraser, erased: Eraser,
  spam_changed: OctagonAlert, blocked: Ban, unblocked: Ban, identified: ShieldCheck, acknowledged: MailCheck, side_thread: Forward, transcript_mailed: MailCheck, mail_joined: Merge, access_granted: Eye, access_revoked: Eye, broke_glass: ShieldAlert, rated: Star, reactions_stopped: OctagonAlert,
};
export const iconOf = (type: EventType): Glyph => ICONS[type] ?? CircleDot;

const person = (id: string | null | undefined): string => (id === agent().id ? t('you') : agentOf(id)?.name ?? t('someone'));

/** Who did it: you, a colleague, the customer, or the desk itself. */
export function actorName(actor: Author, customer = ''): string {
  if (actor.kind === 'agent') return actor.id === agent().id ? t('you.start') : agentOf(actor.id)?.name ?? actor.name;
  if (actor.kind === 'contact') return actor.name || customer;
  return actor.name || (actor.kind === 'bot' ? t('bot') : t('system'));
}

/** `customer` is the name to show where the event has none. */
export function wordsOfEvent({ type, actor, data }: TimelineItem, customer: string): string {
  const who = actorName(actor, customer);
  const to = data?.to ?? null;
  switch (type) {
    case 'started': return t('event.started', { who });
    case 'assigned': {
      if (to === null) return t('event.unassigned', { who });
      return to === actor.id ? t('event.took', { who }) : t('event.assigned', { who, name: person(to) });
    }
    case 'team_changed': return to === null ? t('event.noTeam', { who }) : t('event.team', { who, name: teamOf(to)?.name ?? '—' });
    case 'inbox_changed': return t('event.inbox', { who, name: inboxOf(to)?.name ?? '—' });
    case 'status_changed': return t('event.status', { who, name: statusName(statusOf(to)) });
    case 'priority_changed': return t('event.priority', { who, name: t(`priority.${(to ?? 'none') as Priority}`) });
    case 'tagged': return t('event.tagged', { who, name: tagOf(data?.tag)?.name ?? '—' });
    case 'untagged': return t('event.untagged', { who, name: tagOf(data?.tag)?.name ?? '—' });
    case 'snoozed': return data?.until ? t('event.snoozedUntil', { who, time: when(data.until) }) : t('event.snoozed', { who });
    case 'woken': return t('event.woken');
    case 'spam_changed': return t(data?.spam ? 'event.spam' : 'event.notSpam', { who });
    case 'blocked': return data?.until ? t('event.blockedUntil', { who, what: t(`block.the.${data.what ?? 'contact'}`), time: when(data.until) }) : t('event.blocked', { who, what: t(`block.the.${data?.what ?? 'contact'}`) });
    case 'unblocked': return t('event.unblocked', { who, what: t(`block.the.${data?.what ?? 'contact'}`) });
    case 'subject_changed': return t('event.subject', { who });
    case 'redacted': return t('event.redacted', { who });
    case 'erased': return t('event.erased');
    case 'identified': return t('event.identified', { proof: t(`proof.${data?.proof ?? 'typed'}`) });
    case 'access_granted': return t('event.shared', { who, name: person(data?.agent) });
    case 'access_revoked': return t('event.unshared', { who, name: person(data?.agent) });
    case 'broke_glass': return t('event.brokeGlass', { who: data?.agent && data.agent !== actor.id ? person(data.agent) : who });
    case 'acknowledged': return t('event.acknowledged', { who });
    case 'side_thread': return data?.step === 'answered' ? t('event.sideAnswered') : data?.step === 'undelivered' ? t('event.sideUndelivered') : t('event.sideOpened', { who });
    case 'transcript_mailed': return data?.state === 'queued' ? t('event.transcript', { who }) : t(data?.state === 'handed' ? 'event.transcriptHanded' : data?.state === 'bounced' ? 'event.transcriptBounced' : 'event.transcriptFailed');
    case 'mail_joined': return t('event.mailJoined', { who, number: String(data?.into ?? '') });
    case 'reactions_stopped': return t('event.reactionsStopped');
    case 'rated': return t('event.rated', { who, n: data?.score ?? 0 });
    default: return t(`event.other` as Extract<Key, 'event.other'>, { who, what: type });
  }
}
