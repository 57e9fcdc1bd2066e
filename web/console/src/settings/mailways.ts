// A way of mail while it is edited, and what is sent of it.
import type { MailChannel, MailServer } from '$shared/api/types';

export interface Way {
  id?: string;
  name: string;
  kind: MailChannel['kind'];
  enabled: boolean;
  addresses: string[];
  sender_name: string;
  acknowledges: boolean;
  server: MailServer | null;
  /** Typed now; what is kept is never read back. */
  secret?: string;
}

export const KINDS = ['listener', 'pipe', 'sender'] as const;
export const SECURITY = ['starttls', 'tls', 'none'] as const;
const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

export const fresh = (): Way => ({ name: '', kind: 'listener', enabled: true, addresses: [], sender_name: '', acknowledges: true, server: null });
export const freshServer = (): MailServer => ({ host: '', port: PORTS.starttls, security: 'starttls', user: null });

/** The usual port follows the protection until another was typed. */
export function protect(server: MailServer, security: MailServer['security']): MailServer {
  const usual = server.port === PORTS[server.security];
  return { ...server, security, port: usual ? PORTS[security] : server.port };
}

/** What the server needs to know of it. */
export function sent(way: Way) {
  const { name, addresses, sender_name, acknowledges, server, secret } = way;
  return { name: name.trim(), addresses, sender_name, acknowledges: way.kind === 'sender' && acknowledges, ...(way.kind === 'sender' && server ? { server } : {}), ...(secret ? { secret } : {}) };
}

/** Addresses as they are typed, one a line or with commas. */
export const readAddresses = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** The fields that are missing. */
export function missing(way: Way): Set<'name' | 'addresses' | 'host'> {
  const found = new Set<'name' | 'addresses' | 'host'>();
  if (way.name.trim() === '') found.add('name');
  if (way.kind !== 'pipe' && way.addresses.length === 0) found.add('addresses');
  if (way.kind === 'sender' && !way.server?.host.trim()) found.add('host');
  return found;
}
