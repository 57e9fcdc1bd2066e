// What an action makes of a row, and which action takes it back. Pure: the screen shows this at once, the server decides the same.
import type { Action, Row, Status } from '$shared/api/types';
import { isSnoozed } from './views';

type StatusOf = (id: string) => Status | undefined;

export function applyAction(row: Row, action: Action, statusOf: StatusOf): Row {
  switch (action.type) {
    case 'assign': return { ...row, assignee: action.agent ?? null };
    case 'team': return { ...row, team: action.team ?? null };
    case 'move': return { ...row, inbox: action.inbox };
    case 'priority': return { ...row, priority: action.priority };
    case 'tag': return row.tags.includes(action.tag) ? row : { ...row, tags: [...row.tags, action.tag] };
    case 'untag': return { ...row, tags: row.tags.filter((tag) => tag !== action.tag) };
    case 'snooze': return { ...row, snoozed: true, snoozed_until: action.until ?? null };
    case 'wake': return { ...row, snoozed: false, snoozed_until: null };
    case 'spam': return { ...row, spam: action.spam };
    case 'subject': return { ...row, subject: action.text };
    case 'unread': return { ...row, unread: Math.max(1, row.unread) };
    case 'status': return applyStatus(row, statusOf(action.status));
  }
}

function applyStatus(row: Row, status: Status | undefined): Row {
  if (!status) return row;
  const next = { ...row, status: status.id, category: status.category };
  switch (status.category) {
    case 'waiting': return { ...next, turn: 'customer' };
    case 'open': return { ...next, turn: row.turn === 'nobody' ? 'us' : row.turn };
    default: return { ...next, turn: 'nobody', waiting_since: null, snoozed: false, snoozed_until: null };
  }
}

/** The action that leads back to how `row` was; `null` where nothing was changed or nothing leads back. */
export function inverse(row: Row, action: Action): Action | null {
  switch (action.type) {
    case 'assign': return { type: 'assign', agent: row.assignee ?? null };
    case 'team': return { type: 'team', team: row.team ?? null };
    case 'move': return { type: 'move', inbox: row.inbox };
    case 'priority': return { type: 'priority', priority: row.priority };
    case 'status': return { type: 'status', status: row.status };
    case 'spam': return row.spam === action.spam ? null : { type: 'spam', spam: row.spam };
    case 'subject': return { type: 'subject', text: row.subject ?? '' };
    case 'tag': return row.tags.includes(action.tag) ? null : { type: 'untag', tag: action.tag };
    case 'untag': return row.tags.includes(action.tag) ? { type: 'tag', tag: action.tag } : null;
    case 'snooze': return isSnoozed(row) ? { type: 'snooze', until: row.snoozed_until ?? null } : { type: 'wake' };
    case 'wake': return isSnoozed(row) ? { type: 'snooze', until: row.snoozed_until ?? null } : null;
    case 'unread': return null;
  }
}
