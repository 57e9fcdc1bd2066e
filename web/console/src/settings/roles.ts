// What a role is called: the built-in ones have a name in each language, the others the name they were given.
import { t, type Key } from '../i18n.svelte';

const BUILTIN: Record<string, Key> = { admin: 'roleName.admin', administrator: 'roleName.admin', supervisor: 'roleName.supervisor', agent: 'roleName.agent', viewer: 'roleName.viewer', auditor: 'roleName.auditor' };

export function roleName(role: { name: string; builtin: boolean } | undefined): string {
  if (!role) return '—';
  const key = role.builtin ? BUILTIN[role.name.toLowerCase()] : undefined;
  return key ? t(key as 'roleName.admin') : role.name;
}
