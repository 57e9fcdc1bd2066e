// The visitor's live frames, as docs/api-design.md lists them.
import type { VisitorContact, VisitorConversation, VisitorEvent } from '$shared/api/types';

export type VisitorFrameOut =
  | { type: 'auth'; token: string; watch: { conversation: string; after: number }[] }
  | { type: 'watch'; conversation: string; after: number }
  | { type: 'unwatch'; conversation: string }
  | { type: 'typing'; conversation: string }
  | { type: 'ping' };

export type VisitorFrameIn =
  | { type: 'ready'; contact: VisitorContact }
  | { type: 'events'; conversation: string; events: VisitorEvent[] }
  | { type: 'conversation'; conversation: VisitorConversation }
  | { type: 'typing'; conversation: string; name: string }
  | { type: 'reload'; conversation?: string | null }
  | { type: 'pong' }
  | { type: 'closed'; code: string };
