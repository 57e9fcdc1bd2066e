// The words of the two HTTP surfaces, by the names of docs/api-design.md: taken from the published contract (schema.d.ts is made from
// openapi.json by `npm run types`). By hand is only what the document does not hold: frames of the live line, filters, names of lists.
// This file holds types only: no request is made here.
import type { components, paths } from './schema';

type Schema = components['schemas'];

/** A UUID in text. */
export type Id = string;
/** Milliseconds since 1970 UTC. */
export type Time = number;
export type Locale = Schema['Locale'];
export type Category = Schema['Category'];
export type Turn = Schema['Turn'];
export type Priority = Schema['Priority'];
export type Proof = Schema['Proof'];
export type Channel = Schema['Channel'];
export type Presence = Schema['Presence'];
export type AgentState = Schema['AgentState'];
export type Colour = Schema['Colour'];
export type ByLocale = Schema['ByLocale'];

/** A page of any list: what all pages of the document have in common. */
export type Page<T> = Omit<Schema['Page_Row'], 'items'> & { items: T[] };

// --- problems -------------------------------------------------------------------------------------------------------

export type ProblemDocument = Schema['Problem'];
export type ProblemCode = ProblemDocument['code'];

// --- conversations, seen by both sides ------------------------------------------------------------------------------

export type Author = Schema['Author'];
export type FileInfo = Schema['FileInfo'];
export type Message = Schema['Message'];
export type EventType = Schema['EventType'];
export type EventData = Schema['EventData'];
export type TimelineItem = Schema['TimelineItem'];

// --- visitor surface ------------------------------------------------------------------------------------------------

export type WidgetConfig = Schema['WidgetConfig'];
export type VisitorContact = Schema['VisitorContact'];
export type VisitorSession = Schema['VisitorSession'];
export type SessionInput = Schema['SessionInput'];
export type VisitorMessage = Schema['VisitorMessage'];
export type VisitorEventData = Schema['VisitorEventData'];
export type VisitorEvent = Schema['VisitorEvent'];
export type VisitorConversation = Schema['VisitorConversation'];

// --- agents, rights, the directory ----------------------------------------------------------------------------------

export type Permission = Schema['Permission'];
export type Grant = Schema['Grant'];
export type Agent = Schema['Agent'];
export type AgentSettings = Schema['AgentSettings'];
export type Status = Schema['Status'];
export type Tag = Schema['Tag'];
export type Team = Schema['Team'];
export type Role = Schema['Role'];
export type DirectoryAgent = Schema['DirectoryAgent'];
export type DirectoryInbox = Schema['DirectoryInbox'];
export type Directory = Schema['Directory'];
export type Checklist = Schema['Checklist'];
export type Me = Schema['Me'];
export type SessionInfo = Schema['SessionInfo'];
export type LinkInfo = Schema['LinkInfo'];

// --- the desk's settings --------------------------------------------------------------------------------------------

export type WidgetSettings = Schema['WidgetSettings'];
export type HoursSpan = Schema['HoursSpan'];
export type Holiday = Schema['Holiday'];
export type Hours = Schema['Hours'];
export type InboxIdentity = Schema['InboxIdentity'];
export type Inbox = Schema['Inbox'];
export type Token = Schema['Token'];
export type TokenCreated = Schema['TokenCreated'];
export type Invitation = Schema['Invitation'];
export type DeskSettings = Schema['DeskSettings'];
export type AuditItem = Schema['AuditItem'];

// --- conversations, seen by agents ----------------------------------------------------------------------------------

export type Row = Schema['Row'];
export type HeldReply = Schema['HeldReply'];
export type SharedAccess = Schema['SharedWith'];
export type DeviceInfo = Schema['ContactDevice'];
export type Conversation = Schema['Conversation'];
export type Identity = Schema['ContactIdentity'];
export type Contact = Schema['Contact'];
export type Draft = Schema['Draft'];
export type Action = Schema['Action'];
export type Sort = NonNullable<NonNullable<paths['/api/v1/conversations']['get']['parameters']['query']>['sort']>;
export type ViewCount = Schema['ViewCount'];
export type Counts = Schema['Counts'];
export type Hit = Schema['Hit'];
export type SearchAnswer = Schema['SearchResult'];
export type BulkAnswer = Schema['BulkResult'];

// --- words that travel as text inside a parameter, so that the document cannot hold them ----------------------------

/** `?filter=`, as JSON. */
export type Filter =
  | { all: Filter[] }
  | { any: Filter[] }
  | { not: Filter }
  | { field: string; op: string; value?: unknown };

/** `?view=`, and the keys of `Counts.views`. */
export type ViewId = 'mine' | 'unassigned' | 'all' | 'mentions' | 'snoozed' | 'resolved' | `team:${Id}` | `inbox:${Id}`;

// --- the agents' live line: frames are no part of an OpenAPI document, what they carry is ----------------------------

export type Doing = 'viewing' | 'typing' | 'drafting';
export interface Viewer { agent: Id; doing: Doing }

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
