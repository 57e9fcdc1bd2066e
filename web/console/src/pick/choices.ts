// What can be picked for conversations: people and teams, statuses, tags, priorities. A tick means that all of them have it.
import type { Action, Id, Row } from '$shared/api/types';
import { t } from '../i18n.svelte';
import { activeAgents, allStatuses, allTags, allTeams, statusName } from '../state/directory.svelte';
import { agent } from '../state/session.svelte';
import { PRIORITIES } from '../state/views';
import type { PickItem } from './PickBox.svelte';

const every = (rows: readonly Row[], holds: (row: Row) => boolean): boolean => rows.length > 0 && rows.every(holds);

export function assignees(rows: readonly Row[]): PickItem[] {
  const me = agent().id;
  const rank = { online: 0, away: 1, offline: 2 };
  const people = [...activeAgents()].sort((a, b) => Number(b.id === me) - Number(a.id === me) || rank[a.presence] - rank[b.presence] || a.name.localeCompare(b.name));
  const assigned = rows.some((row) => row.assignee);
  return [
    ...people.map((each) => ({
      id: each.id, label: each.name, hint: each.id === me ? t('you.start') : '', avatar: true, presence: each.presence,
      checked: every(rows, (row) => row.assignee === each.id),
    })),
    ...(assigned ? [{ id: '', label: t('pick.nobody') }] : []),
  ];
}

export const teams = (rows: readonly Row[]): PickItem[] => [
  ...allTeams().map((team) => ({ id: team.id, label: team.name, checked: every(rows, (row) => row.team === team.id) })),
  ...(rows.some((row) => row.team) ? [{ id: '', label: t('pick.noTeam') }] : []),
];

export const statuses = (rows: readonly Row[]): PickItem[] => allStatuses().map((status) => ({
  id: status.id, label: statusName(status), hint: t(`category.${status.category}`), checked: every(rows, (row) => row.status === status.id),
}));

export const tags = (rows: readonly Row[]): PickItem[] => allTags().map((tag) => ({
  id: tag.id, label: tag.name, colour: tag.colour, checked: every(rows, (row) => row.tags.includes(tag.id)),
}));

export const priorities = (rows: readonly Row[]): PickItem[] => PRIORITIES.map((priority) => ({
  id: priority, label: t(`priority.${priority}`), checked: every(rows, (row) => row.priority === priority),
}));

/** The action that a picked item means. */
export const picked = {
  assign: (item: PickItem): Action => ({ type: 'assign', agent: (item.id || null) as Id | null }),
  team: (item: PickItem): Action => ({ type: 'team', team: (item.id || null) as Id | null }),
  status: (item: PickItem): Action => ({ type: 'status', status: item.id }),
  tags: (item: PickItem): Action => (item.checked ? { type: 'untag', tag: item.id } : { type: 'tag', tag: item.id }),
  priority: (item: PickItem): Action => ({ type: 'priority', priority: item.id as Row['priority'] }),
};
