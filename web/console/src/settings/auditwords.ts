// The audit log in sentences. An action that we have no sentence for is shown by its own name, never hidden.
import type { AuditItem } from '$shared/api/types';
import { t, type Key } from '../i18n.svelte';
import { roleName } from './roles';
import { agentOf, inboxOf, statusName, statusOf, tagOf, teamOf } from '../state/directory.svelte';
import { myself } from '../state/session.svelte';

/** The beginnings of action names, as the filter offers them. */
export const AUDIT_GROUPS = ['session', 'password', 'link', 'agent', 'role', 'team', 'token', 'inbox', 'channel', 'mail', 'settings', 'tag', 'status', 'case', 'contact', 'message', 'block'] as const;

const SAID = new Set<string>([
  'session.started', 'session.ended', 'session.others_ended', 'password.changed', 'link.issued', 'link.used',
  'agent.invited', 'agent.created', 'agent.changed', 'agent.renamed', 'agent.disabled', 'agent.enabled',
  'role.created', 'role.changed', 'role.deleted', 'team.created', 'team.changed', 'team.deleted', 'token.created', 'token.revoked',
  'inbox.created', 'inbox.changed', 'inbox.deleted', 'inbox.secret_made', 'channel.created', 'channel.changed', 'channel.deleted', 'channel.key_made', 'channel.key_used', 'channel.key_deleted', 'mail.read_again', 'mail.begun', 'settings.changed', 'tag.created', 'tag.changed', 'tag.deleted',
  'status.created', 'status.changed', 'status.deleted', 'case.shared', 'case.unshared', 'case.broke_glass',
  'contact.described', 'contact.changed', 'contact.revealed', 'contact.identified', 'contact.merged', 'contact.viewed',
  'contact.history_viewed', 'contact.identity_moved', 'case.files_viewed', 'case.mail_viewed', 'case.mail_taken', 'mail.copied', 'case.forwarded', 'case.transcript_mailed', 'contact.confirmed', 'message.redacted', 'contact.erasure_ordered', 'contact.erased', 'contact.erasure_done', 'workspace.created', 'block.made', 'block.lifted',
]);

interface Subject { kind: string; id: string }

/** "agent:0192…" as kind and id. */
export function subjectOf(item: AuditItem): Subject | null {
  const found = /^([a-z_]+):(.+)$/.exec(item.subject ?? '');
  return found ? { kind: found[1]!, id: found[2]! } : item.subject ? { kind: '', id: item.subject } : null;
}

const short = (id: string): string => (id.length > 16 ? `${id.slice(0, 6)}…${id.slice(-6)}` : id);

function nameOf(subject: Subject | null): string {
  if (!subject) return '';
  const { kind, id } = subject;
  const known: Record<string, () => string | undefined> = {
    agent: () => agentOf(id)?.name, team: () => teamOf(id)?.name, inbox: () => inboxOf(id)?.name, tag: () => tagOf(id)?.name,
    role: () => { const role = myself()?.directory.roles?.find((each) => each.id === id); return role && roleName(role); },
    status: () => (statusOf(id) ? statusName(statusOf(id)) : undefined),
  };
  return known[kind]?.() ?? short(id);
}

export function sentence(item: AuditItem): string {
  // A machine's own name says nothing to a reader; it stands in the exact record.
  const who = (item.actor.kind === 'system' ? '' : item.actor.name) || t(item.actor.kind === 'contact' ? 'audit.customer' : 'audit.desk');
  const what = nameOf(subjectOf(item));
  return SAID.has(item.action) ? t(`audit.say.${item.action}` as Extract<Key, 'audit.say.case.shared'>, { who, what }) : t('audit.sayOther', { who, what, action: item.action });
}

const flat = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The exact record, field by field. */
export function detailOf(item: AuditItem): [string, string][] {
  return [
    [t('audit.action'), item.action],
    [t('audit.actor'), [item.actor.kind, item.actor.id].filter(Boolean).join(' ')],
    ...(item.subject ? [[t('audit.subject'), item.subject] as [string, string]] : []),
    ...Object.entries(item.detail ?? {}).filter(([, value]) => value !== null && value !== undefined).map(([key, value]) => [key, flat(value)] as [string, string]),
    [t('audit.id'), item.id],
  ];
}
