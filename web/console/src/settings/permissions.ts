// Which permissions there are, in groups as one reads them. The words are in the strings as `perm.*`.
import type { Permission } from '$shared/api/types';

export const PERMISSION_GROUPS = [
  { key: 'conversations', permissions: ['conversation.read', 'conversation.reply', 'conversation.start', 'conversation.forward', 'conversation.note', 'conversation.assign', 'conversation.status', 'conversation.tag', 'conversation.priority', 'conversation.move', 'conversation.bulk', 'conversation.join', 'conversation.redact', 'conversation.copy'] },
  { key: 'customers', permissions: ['contact.read', 'contact.edit', 'case.share', 'contact.block', 'contact.break_glass', 'contact.erase'] },
  { key: 'desk', permissions: ['inbox.manage', 'team.manage', 'agent.manage', 'role.manage', 'tag.manage', 'status.manage', 'settings.manage'] },
  { key: 'safety', permissions: ['token.manage', 'audit.read', 'report.read', 'job.manage', 'event.read'] },
] as const satisfies readonly { key: string; permissions: readonly Permission[] }[];

export const ALL_PERMISSIONS: readonly Permission[] = PERMISSION_GROUPS.flatMap((group) => [...group.permissions]);
/** Those that open a customer's record or the desk itself: marked wherever they can be given. */
export const WEIGHTY: ReadonlySet<Permission> = new Set<Permission>(['contact.break_glass', 'contact.erase', 'contact.erase', 'conversation.start', 'conversation.forward', 'conversation.redact', 'conversation.copy', 'agent.manage', 'role.manage', 'token.manage', 'settings.manage', 'inbox.manage']);
