// The figures beside the views: read once, then live. Follows the server's open set, never counts by itself.
import type { ViewCount } from '$shared/api/types';
import { on, onResume } from '../live/line.svelte';
import { api } from './api';

let views = $state.raw<Record<string, ViewCount>>({});
const none: ViewCount = { total: 0, us: 0, unread: 0 };

export const countOf = (view: string): ViewCount => views[view] ?? none;
export const counted = (view: string): boolean => view in views;

export async function loadCounts(): Promise<void> {
  try { views = (await api.get('/counts')).views; } catch { /* The next frame brings them. */ }
}

on('counts', (frame) => { views = { ...views, ...frame.views }; });
on('reload', (frame) => { if (!frame.conversation && !frame.lists) void loadCounts(); });
onResume(() => { void loadCounts(); });
