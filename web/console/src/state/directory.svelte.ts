// The names behind ids: agents, teams, inboxes, statuses, tags. Comes with `Me` and live with the `directory` frame.
import type { Category, Directory, DirectoryAgent, DirectoryInbox, Id, Status, Tag, Team } from '$shared/api/types';
import { locale } from '../i18n.svelte';

const empty: Directory = { agents: [], teams: [], inboxes: [], statuses: [], tags: [] };
let directory = $state.raw<Directory>(empty);

const index = <T extends { id: Id }>(items: readonly T[]): Map<Id, T> => new Map(items.map((item) => [item.id, item]));
const agents = $derived(index(directory.agents));
const teams = $derived(index(directory.teams));
const inboxes = $derived(index(directory.inboxes));
const statuses = $derived(index(directory.statuses));
const tags = $derived(index(directory.tags));

export function useDirectory(next: Directory): void {
  directory = next;
}

export const allAgents = (): readonly DirectoryAgent[] => directory.agents;
/** Those who can be given work. */
export const activeAgents = (): readonly DirectoryAgent[] => directory.agents.filter((each) => each.state === 'active');
export const allTeams = (): readonly Team[] => directory.teams;
export const allInboxes = (): readonly DirectoryInbox[] => directory.inboxes;
export const allTags = (): readonly Tag[] => directory.tags;
export const allStatuses = (): readonly Status[] => [...directory.statuses].sort((a, b) => a.position - b.position);

export const agentOf = (id: Id | null | undefined): DirectoryAgent | undefined => (id ? agents.get(id) : undefined);
export const teamOf = (id: Id | null | undefined): Team | undefined => (id ? teams.get(id) : undefined);
export const inboxOf = (id: Id | null | undefined): DirectoryInbox | undefined => (id ? inboxes.get(id) : undefined);
export const statusOf = (id: Id | null | undefined): Status | undefined => (id ? statuses.get(id) : undefined);
export const tagOf = (id: Id | null | undefined): Tag | undefined => (id ? tags.get(id) : undefined);

export function statusName(status: Status | undefined): string {
  if (!status) return '—';
  return status.name[locale()] ?? status.name.en ?? status.name['zh-CN'] ?? Object.values(status.name)[0] ?? '—';
}
/** The status that "resolve" or "open again" means: the first of its category. */
export const firstStatus = (category: Category): Status | undefined => allStatuses().find((each) => each.category === category);
