// The words of the two HTTP surfaces, by the names of docs/api-design.md: taken from the published contract (schema.d.ts is made from
// openapi.json by `npm run types`). By hand is only what stands as plain text in the document: the names of lists.
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
export type LinkedFile = Schema['LinkedFile'];
export type Message = Schema['Message'];
export type MailHead = Schema['MailHead'];
export type MailCopies = Schema['MailCopies'];
export type MailAddressing = Schema['MailAddressing'];
export type MailArounds = Schema['MailArounds'];
export type MailSender = Schema['MailSender'];
export type MailOriginal = Schema['MailOriginal'];
export type MailChannel = Schema['MailChannel'];
export type FailedMail = Schema['FailedMail'];
export type SigningKey = Schema['SigningKey'];
export type BlockedMail = Schema['BlockedMail'];
export type MailState = Schema['MailState'];
export type MailServer = Schema['MailServer'];
export type MailboxRead = Schema['MailboxRead'];
export type EventType = Schema['EventType'];
export type EventData = Schema['EventData'];
export type TimelineItem = Schema['TimelineItem'];
export type SideThread = Schema['SideThread'];
export type ForwardPreview = Schema['ForwardPreview'];

// --- visitor surface ------------------------------------------------------------------------------------------------

export type WidgetConfig = Schema['WidgetConfig'];
export type VisitorContact = Schema['VisitorContact'];
export type VisitorEmail = Schema['VisitorEmail'];
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
export type Block = Schema['Block'];
export type BlockNew = Schema['BlockNew'];

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
export type BulkJob = Schema['BulkJob'];
export type BulkAnswer = Schema['BulkResult'];

/** `?filter=`, as JSON. */
export type Filter = Schema['Filter'];

/** `?view=`, and the keys of `Counts.views`. */
export type ViewId = 'mine' | 'unassigned' | 'all' | 'mentions' | 'snoozed' | 'resolved' | 'spam' | `team:${Id}` | `inbox:${Id}`;

// --- the live lines: no operation names the frames, the document holds them all the same ----------------------------------

export type Viewer = Schema['Viewer'];
export type Doing = Viewer['doing'];
/** What the agents' client says and hears; a streamed answer ends with a frame of its own. */
export type AgentFrameOut = Schema['AgentSaid'];
export type AgentFrameIn = Schema['AgentFrame'] | Schema['LastFrame'];
export type AgentStreamInput = Schema['AgentStreamInput'];
export type VisitorFrameOut = Schema['VisitorSaidFrame'];
export type VisitorFrameIn = Schema['VisitorFrame'] | Schema['LastFrame'];
export type VisitorStreamInput = Schema['VisitorStreamInput'];
