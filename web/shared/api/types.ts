// The words of the two HTTP surfaces, by the names of docs/api-design.md. Every id is a UUID in text, every time is milliseconds
// since 1970 UTC. This file holds types only: no request is made here.

export type Id = string;
export type Time = number;
export type Locale = 'zh-CN' | 'zh-TW' | 'en';
export type Category = 'open' | 'waiting' | 'resolved' | 'closed';
export type Turn = 'us' | 'customer' | 'third_party' | 'nobody';
export type Priority = 'none' | 'low' | 'normal' | 'high' | 'urgent';
export type Proof = 'anonymous' | 'typed' | 'confirmed' | 'signed';
export type Channel = 'web' | 'app' | 'email';
export type Presence = 'online' | 'away' | 'offline';
export type AgentState = 'active' | 'invited' | 'disabled';
export type Colour = 'grey' | 'red' | 'amber' | 'green' | 'blue' | 'violet';
export type ByLocale = Partial<Record<Locale, string>>;

export interface Page<T> { items: T[]; next?: string | null }

// --- problems -------------------------------------------------------------------------------------------------------

export type ProblemCode =
  | 'bad_request' | 'invalid_json' | 'validation_failed' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'stale'
  | 'body_mismatch' | 'newer_message' | 'gone' | 'too_large' | 'unsupported_type' | 'rate_limited' | 'busy' | 'outcome_unknown'
  | 'origin_refused' | 'csrf' | 'link_used' | 'take_case_first' | 'last_admin' | 'duplicate';

export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  code: ProblemCode | (string & {});
  detail?: string | null;
  fields?: Record<string, string> | null;
  retry_after_ms?: number | null;
  messages?: Message[];
}

// --- conversations, seen by both sides ------------------------------------------------------------------------------

export interface Author { kind: 'contact' | 'agent' | 'bot' | 'system' | 'token'; id?: Id | null; name: string }

export interface FileInfo {
  id: Id; name: string; media_type: string; size: number; width?: number | null; height?: number | null; url: string;
}

export interface Message {
  id: Id; seq: number; kind: 'customer' | 'reply' | 'note'; author: Author; text: string; language?: string | null; at: Time;
  client_id?: Id | null; files: FileInfo[]; mentions: Id[]; redacted: boolean; answered_before_last?: boolean | null;
}

export type EventType =
  | 'started' | 'message' | 'assigned' | 'team_changed' | 'inbox_changed' | 'status_changed' | 'priority_changed' | 'tagged'
  | 'untagged' | 'snoozed' | 'woken' | 'subject_changed' | 'redacted' | 'identified' | 'access_granted' | 'access_revoked'
  | 'broke_glass' | 'visitor_read' | 'rated' | 'rating_asked' | 'reply_held' | 'reply_withdrawn';

/** What an event carries beside its type; only the fields that belong to the type are there. */
export interface EventData {
  from?: Id | Priority | null; to?: Id | Priority | null; category?: Category; tag?: Id; until?: Time | null;
  score?: number; solved?: boolean | null; proof?: Proof; agent?: Id; message?: Id; text?: string; reason?: string; seq?: number;
}

export interface TimelineItem { seq: number; at: Time; actor: Author; type: EventType; message?: Message | null; data?: EventData | null }

// --- visitor surface ------------------------------------------------------------------------------------------------

export interface WidgetConfig {
  inbox: Id; name: string; team_name: string; brand: string; brand_ink: string; brand_dark: string; brand_dark_ink: string;
  greeting: ByLocale; position: 'right' | 'left'; anti_scam: boolean; open_now: boolean; next_change_at?: Time | null;
  time_zone: string; reply_time?: { low_s: number; high_s: number } | null; agents_online: boolean; anonymous_allowed: boolean;
  offline_form: boolean; max_file_bytes: number; max_files: number; accept: string[]; max_text: number; default_locale: Locale;
  csat: boolean;
}

export interface VisitorContact { id: Id; name?: string | null; proof: Proof; locale?: string | null }
export interface VisitorSession { token: string; expires_at: Time; contact: VisitorContact }

export interface VisitorMessage {
  id: Id; seq: number; from: 'me' | 'them';
  author: { kind: 'contact' | 'agent' | 'bot' | 'system'; name: string; agent_number?: string | null };
  text: string; at: Time; client_id?: Id | null; files: FileInfo[]; redacted: boolean;
}

export interface VisitorEventData {
  name?: string; agent_number?: string; category?: Category; message?: Id; score?: number; solved?: boolean | null;
}

export interface VisitorEvent {
  seq: number; at: Time; type: 'message' | 'joined' | 'status' | 'redacted' | 'rating_asked' | 'rated';
  message?: VisitorMessage | null; data?: VisitorEventData | null;
}

export interface VisitorConversation {
  id: Id; number: number; subject?: string | null; category: Category; public_seq: number; read_seq: number; their_read_seq: number;
  unread: number; last: string; last_at: Time; agent?: { name: string; agent_number: string } | null;
  rating?: { score: number; solved?: boolean | null; comment?: string | null } | null; can_rate: boolean;
}

// --- agents, rights, the directory ----------------------------------------------------------------------------------

export type Permission =
  | 'conversation.read' | 'conversation.reply' | 'conversation.note' | 'conversation.assign' | 'conversation.status'
  | 'conversation.tag' | 'conversation.priority' | 'conversation.move' | 'conversation.redact' | 'conversation.bulk'
  | 'contact.read' | 'contact.edit' | 'contact.break_glass' | 'case.share' | 'inbox.manage' | 'team.manage' | 'agent.manage'
  | 'role.manage' | 'tag.manage' | 'status.manage' | 'settings.manage' | 'token.manage' | 'audit.read' | 'report.read'
  | 'job.manage';

export interface Grant { role: Id; inbox?: Id | null; team?: Id | null }

export interface Agent {
  id: Id; name: string; email: string; public_name: string; agent_number: string; state: AgentState; presence: Presence;
  locale: Locale; roles: Grant[]; teams: Id[]; created_at: Time; last_seen_at?: Time | null; version: number;
}

export interface AgentSettings {
  theme: 'auto' | 'light' | 'dark';
  density: 'compact' | 'comfortable';
  locale: Locale;
  /** `volume` from 0 to 100. */
  sounds: { message: boolean; assigned: boolean; mention: boolean; volume: number };
  browser_notifications: boolean;
  keys: Record<string, string>;
  undo_seconds: 0 | 5 | 8 | 15 | 30;
}

export interface Status { id: Id; name: ByLocale; category: Category; position: number; builtin: boolean; version: number }
export interface Tag { id: Id; name: string; colour: Colour; version: number }
export interface Team { id: Id; name: string; members: Id[]; version: number }
export interface Role { id: Id; name: string; builtin: boolean; permissions: Permission[]; version: number }

export interface DirectoryAgent { id: Id; name: string; presence: Presence; state: AgentState }
export interface DirectoryInbox { id: Id; name: string; channel: Channel; enabled: boolean }
export interface Directory {
  agents: DirectoryAgent[]; teams: Team[]; inboxes: DirectoryInbox[]; statuses: Status[]; tags: Tag[]; roles?: Role[] | null;
}

export interface Checklist {
  steps: { key: 'password' | 'inbox' | 'widget' | 'team' | 'first_reply'; done: boolean }[];
  dismissed: boolean;
}

export interface Me {
  agent: Agent; permissions: Permission[]; scopes: { inboxes?: Id[] | null; teams?: Id[] | null }; session: Id; csrf: null;
  settings: AgentSettings; directory: Directory; checklist?: Checklist | null;
}

export interface SessionInfo { id: Id; current: boolean; created_at: Time; seen_at: Time; address?: string | null; device?: string | null }
export interface LinkInfo { kind: 'admin' | 'invite' | 'reset'; email?: string | null; expires_at: Time }

// --- the desk's settings --------------------------------------------------------------------------------------------

export interface WidgetSettings {
  team_name: string; brand: string; greeting: ByLocale; position: 'right' | 'left'; origins: string[]; anonymous_allowed: boolean;
  csat: boolean; anti_scam: boolean; default_locale: Locale;
}

export interface HoursSpan { day: 1 | 2 | 3 | 4 | 5 | 6 | 7; from: string; to: string }
export interface Holiday { date: string; name: string; closed: boolean; from?: string | null; to?: string | null }
export interface Hours { zone: string; always: boolean; week: HoursSpan[]; holidays: Holiday[] }

export interface InboxIdentity { secret_set: boolean; algorithm: 'HS256' | 'EdDSA'; public_key?: string | null; required: boolean }
export interface Inbox {
  id: Id; name: string; channel: Channel; enabled: boolean; team?: Id | null; widget: WidgetSettings; hours: Hours;
  identity: InboxIdentity; version: number;
}

export interface Token {
  id: Id; name: string; permissions: Permission[]; inboxes?: Id[] | null; created_at: Time; last_used_at?: Time | null;
  expires_at?: Time | null;
}

export interface DeskSettings { name: string; default_locale: Locale; public_url: string; version: number }

export interface AuditItem {
  id: Id; at: Time; actor: Author; action: string; subject?: string | null; detail?: Record<string, unknown> | null;
}

// --- conversations, seen by agents ----------------------------------------------------------------------------------

export interface Row {
  id: Id; number: number; contact: { id: Id; name: string; proof: Proof }; inbox: Id; team?: Id | null; assignee?: Id | null;
  status: Id; category: Category; turn: Turn; priority: Priority; tags: Id[]; channel: Channel; language?: string | null;
  subject?: string | null; preview: string; preview_from: 'customer' | 'agent' | 'note' | 'system'; seq: number; read_seq: number;
  /** The last public number the customer has read. */
  visitor_read_seq?: number;
  unread: number; mentioned: boolean; created_at: Time; updated_at: Time; last_message_at: Time; waiting_since?: Time | null;
  /** Asleep; without `snoozed_until` it sleeps until the customer replies. */
  snoozed?: boolean | null; snoozed_until?: Time | null; version: number;
}

export interface HeldReply {
  id: Id; text: string; files: FileInfo[]; author: Id; created_at: Time; release_at: Time; state: 'held' | 'asking';
  seen_seq?: number; then?: { status?: Id | null; tags?: Id[] | null } | null;
}

export type Doing = 'viewing' | 'typing' | 'drafting';
export interface Viewer { agent: Id; doing: Doing }
export interface SharedAccess { agent: Id; by: Id; at: Time; kind: 'shared' | 'break_glass'; until?: Time | null }
export interface DeviceInfo { browser?: string | null; os?: string | null; language?: string | null; time_zone?: string | null }

export interface Conversation extends Row {
  access: 'full' | 'text'; page?: { url: string; title?: string | null } | null; device?: DeviceInfo | null;
  csat?: { score: number; solved?: boolean | null; comment?: string | null; at: Time } | null;
  first_reply_at?: Time | null; resolved_at?: Time | null; shared_with: SharedAccess[]; held: HeldReply[];
}

export interface Identity {
  kind: 'exchange' | 'email' | 'phone' | 'anonymous'; value: string; proof: Proof; masked: boolean; id?: Id | null;
}
export interface Contact {
  id: Id; name?: string | null; locale?: string | null; proof: Proof; identities: Identity[]; fields: Record<string, string>;
  first_seen_at: Time; last_seen_at?: Time | null; device?: DeviceInfo | null; masked: string[]; version: number;
}

export interface Draft { mode: 'reply' | 'note'; text: string; files: FileInfo[]; updated_at: Time }

export type Action =
  | { type: 'assign'; agent?: Id | null }
  | { type: 'team'; team?: Id | null }
  | { type: 'status'; status: Id }
  | { type: 'priority'; priority: Priority }
  | { type: 'tag'; tag: Id }
  | { type: 'untag'; tag: Id }
  | { type: 'snooze'; until?: Time | null }
  | { type: 'wake' }
  | { type: 'subject'; text: string }
  | { type: 'move'; inbox: Id }
  | { type: 'unread' };

export type Filter =
  | { all: Filter[] }
  | { any: Filter[] }
  | { not: Filter }
  | { field: string; op: string; value?: unknown };

export type Sort = 'waiting' | 'newest' | 'oldest' | 'priority';
export type ViewId = 'mine' | 'unassigned' | 'all' | 'mentions' | 'snoozed' | 'resolved' | `team:${Id}` | `inbox:${Id}`;
export interface ViewCount { total: number; us: number; unread: number }
export interface Counts { views: Record<string, ViewCount> }

export interface Hit {
  conversation: Row; message?: { id: Id; seq: number; at: Time; author: Author } | null; snippet: string; marks: [number, number][];
}
export interface SearchAnswer extends Page<Hit> { took_ms: number; complete: boolean }

export interface BulkAnswer { done: Id[]; failed: { id: Id; code: string }[]; undo?: Id | null }

// --- the agents' live line ------------------------------------------------------------------------------------------

export type AgentFrameOut =
  | { type: 'list'; id: string; view: string; filter?: Filter; sort?: Sort; limit?: number }
  | { type: 'unlist'; id: string }
  | { type: 'watch'; conversation: Id; after: number }
  | { type: 'unwatch'; conversation: Id }
  | { type: 'presence'; conversation?: Id; doing: Doing }
  | { type: 'ping' };

export type AgentFrameIn =
  | { type: 'ready'; agent: Id }
  | { type: 'row'; lists: string[]; op: 'enter' | 'change' | 'leave'; id: Id; row?: Row | null }
  | { type: 'counts'; views: Record<string, ViewCount> }
  | { type: 'events'; conversation: Id; events: TimelineItem[]; row: Row }
  | { type: 'held'; conversation: Id; held: HeldReply[] }
  | { type: 'viewers'; conversation: Id; viewers: Viewer[] }
  | { type: 'visitor_typing'; conversation: Id }
  | { type: 'notify'; kind: 'message' | 'assigned' | 'mention'; conversation: Id; title: string; text: string }
  | { type: 'directory'; directory: Directory }
  | { type: 'me' }
  | { type: 'reload'; conversation?: Id }
  | { type: 'pong' }
  | { type: 'closed'; code: string };
