// Actions on whole lists: begun here, worked on by the server, followed on the line. A page that is loaded again finds its own.
import type { Action, BulkJob, Id } from '$shared/api/types';
import { uuid } from '$shared/api/uuid';
import { on, onResume } from '../live/line.svelte';
import { toast } from '../parts/toasts.svelte';
import { api, wordsFor } from './api';
import type { Asked } from './list.svelte';
import { undoable } from './undo.svelte';

/** Frames may be lost: what runs is asked for again. */
const LOOK_MS = 3_000;

let jobs = $state.raw<readonly BulkJob[]>([]);
let timer: ReturnType<typeof setTimeout> | undefined;
const hidden = new Set<Id>();
const undoing = new Map<Id, () => void>();

export const bulkJobs = (): readonly BulkJob[] => jobs;
export const isAtWork = (job: BulkJob): boolean => job.state === 'running' || job.state === 'undoing' || job.state === 'filling';

function take(job: BulkJob): void {
  if (hidden.has(job.id)) return;
  const known = jobs.find((each) => each.id === job.id);
  jobs = known ? jobs.map((each) => (each.id === job.id ? job : each)) : [job, ...jobs];
  if (job.undo_until && !undoing.has(job.id)) {
    undoing.set(job.id, undoable('', job.undo_until - Date.now(), () => undo(job.id)).forget);
    // What can no longer be taken back is nothing to look at.
    setTimeout(() => { if (jobs.find((each) => each.id === job.id)?.undo_until) hide(job.id); }, job.undo_until - Date.now());
  }
  if (!job.undo_until) { undoing.get(job.id)?.(); undoing.delete(job.id); }
  clearTimeout(timer);
  if (jobs.some(isAtWork)) timer = setTimeout(() => { void loadBulkJobs(); }, LOOK_MS);
}

export async function loadBulkJobs(): Promise<void> {
  try { for (const job of (await api.get('/bulk')).items) take(job); } catch { /* The next frame or look brings them. */ }
}

async function ask(run: () => Promise<unknown>): Promise<void> {
  try {
    const answer = await run();
    if (answer && typeof answer === 'object' && 'state' in answer) take(answer as BulkJob);
  } catch (error) {
    toast(wordsFor(error), { tone: 'danger' });
  }
}

/** Does one thing to everything that stands in a list now. */
export const begin = (list: Asked, action: Action): Promise<void> =>
  ask(() => api.post('/bulk', { matching: { view: list.view, ...(list.filter ? { filter: JSON.stringify(list.filter) } : {}) }, action }, { key: uuid() }));

export const cancel = (id: Id): Promise<void> => ask(() => api.post(`/bulk/${id}/cancel`));
export const undo = (id: Id): Promise<void> => ask(() => api.post(`/bulk/${id}/undo`));

/** Takes a job that has ended off the screen. */
export function hide(id: Id): void {
  hidden.add(id);
  jobs = jobs.filter((job) => job.id !== id);
}

on('bulk', (frame) => take(frame.job));
onResume(() => { void loadBulkJobs(); });
