// A way of mail while it is edited, and what is sent of it.
import type { MailArounds, MailboxRead, MailChannel, MailServer } from '$shared/api/types';

export interface Way {
  id?: string;
  name: string;
  kind: MailChannel['kind'];
  enabled: boolean;
  addresses: string[];
  sender_name: string;
  acknowledges: boolean;
  around: MailArounds;
  server: MailServer | null;
  mailbox: MailboxRead | null;
  /** Typed now; what is kept is never read back. */
  secret?: string;
  client_secret?: string;
}

export const KINDS = ['listener', 'imap', 'pipe', 'sender'] as const;
export const SECURITY = ['starttls', 'tls', 'none'] as const;
export const AFTERWARDS = ['read', 'move', 'leave'] as const;
const PORTS = { sender: { starttls: 587, tls: 465, none: 25 }, imap: { starttls: 143, tls: 993, none: 143 } } as const;
type WithServer = keyof typeof PORTS;
type Security = MailServer['security'];

const usualPort = (kind: Way['kind'], security: Security): number => PORTS[kind === 'imap' ? 'imap' : 'sender'][security];
const hasServer = (kind: Way['kind']): kind is WithServer => kind in PORTS;

export const fresh = (): Way => ({ name: '', kind: 'listener', enabled: true, addresses: [], sender_name: '', acknowledges: true, around: {}, server: null, mailbox: null });
const freshServer = (kind: WithServer): MailServer => {
  const security = kind === 'imap' ? 'tls' : 'starttls';
  return { host: '', port: usualPort(kind, security), security, user: null };
};
// What lies in a mailbox when it is set up is not the desk's, unless somebody says so.
const freshMailbox = (now: number): MailboxRead => ({ folders: ['INBOX'], afterwards: 'read', move_to: null, since: now, oauth: null });

/** What a kind needs to be filled in. */
export function prepare(way: Way, now = Date.now()): void {
  if (hasServer(way.kind) && !way.server) way.server = freshServer(way.kind);
  if (way.kind === 'imap' && !way.mailbox) way.mailbox = freshMailbox(now);
}

/** The usual port follows the protection until another was typed. */
export function protect(kind: Way['kind'], server: MailServer, security: Security): MailServer {
  const usual = server.port === usualPort(kind, server.security);
  return { ...server, security, port: usual ? usualPort(kind, security) : server.port };
}

/** What the server needs to know of it. */
export function sent(way: Way) {
  const { name, addresses, sender_name, acknowledges, around, server, mailbox, secret, client_secret } = way;
  return {
    name: name.trim(), addresses, sender_name, acknowledges: way.kind === 'sender' && acknowledges, ...(way.kind === 'sender' ? { around } : {}),
    ...(hasServer(way.kind) && server ? { server } : {}),
    ...(way.kind === 'imap' && mailbox ? { mailbox: { ...mailbox, folders: mailbox.folders.map((folder) => folder.trim()).filter(Boolean) } } : {}),
    ...(secret ? { secret, ...(mailbox?.oauth && client_secret ? { client_secret } : {}) } : {}),
  };
}

/** Addresses as they are typed, one a line or with commas. */
export const readAddresses = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);
/** Names of folders, one a line: they may have spaces and commas in them. */
export const readFolders = (text: string): string[] => text.split('\n');

type Gap = 'name' | 'addresses' | 'host' | 'user' | 'secret' | 'moveTo' | 'oauth';

/** The fields that are missing. */
export function missing(way: Way): Set<Gap> {
  const found = new Set<Gap>();
  const need = (gap: Gap, text: string | null | undefined) => { if (!text?.trim()) found.add(gap); };
  need('name', way.name);
  if ((way.kind === 'listener' || way.kind === 'sender') && way.addresses.length === 0) found.add('addresses');
  if (hasServer(way.kind)) need('host', way.server?.host);
  if (way.kind !== 'imap') return found;
  need('user', way.server?.user);
  if (!way.id) need('secret', way.secret);
  if (way.mailbox?.afterwards === 'move') need('moveTo', way.mailbox.move_to);
  const oauth = way.mailbox?.oauth;
  if (oauth) { need('oauth', oauth.client_id); need('oauth', oauth.token_url); }
  return found;
}
