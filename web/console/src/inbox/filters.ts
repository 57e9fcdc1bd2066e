// What each filter can be set to, and what a value is called.
import { allAgents, allInboxes, allStatuses, allTags, allTeams, agentOf, inboxOf, statusName, statusOf, tagOf, teamOf } from '../state/directory.svelte';
import type { FilterName } from '../state/lists.svelte';
import { agent } from '../state/session.svelte';
import { PRIORITIES } from '../state/views';
import { t, type Key } from './words';

export interface Choice { value: string; label: string }

export function choicesOf(filter: FilterName): Choice[] {
  const named = (items: readonly { id: string; name: string }[]) => items.map((item) => ({ value: item.id, label: item.name }));
  switch (filter) {
    case 'status': return allStatuses().map((status) => ({ value: status.id, label: statusName(status) }));
    case 'inbox': return named(allInboxes());
    case 'team': return [{ value: 'none', label: t('filter.noTeam') }, ...named(allTeams())];
    case 'assignee': {
      const me = agent().id;
      return [{ value: me, label: t('you.start') }, { value: 'none', label: t('filter.nobody') }, ...named(allAgents().filter((each) => each.id !== me))];
    }
    case 'tag': return named(allTags());
    case 'priority': return PRIORITIES.map((priority) => ({ value: priority, label: t(`priority.${priority}`) }));
  }
}

export function valueName(filter: FilterName, value: string): string {
  if (value === 'none' && filter !== 'priority') return t(filter === 'team' ? 'filter.noTeam' : 'filter.nobody');
  switch (filter) {
    case 'status': return statusName(statusOf(value));
    case 'inbox': return inboxOf(value)?.name ?? '—';
    case 'team': return teamOf(value)?.name ?? '—';
    case 'assignee': return value === agent().id ? t('you.start') : agentOf(value)?.name ?? '—';
    case 'tag': return tagOf(value)?.name ?? '—';
    case 'priority': return t(`priority.${value}` as Extract<Key, 'priority.low'>);
  }
}
