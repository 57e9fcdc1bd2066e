// What both dialogs that begin a mail need: which inboxes mail leaves from, files that wait for nothing but the mail, one id for one
// request, and which field the server did not take.
import { isProblem } from '$shared/api/client';
import type { DirectoryInbox, Id } from '$shared/api/types';
import { uuid } from '$shared/api/uuid';
import { t } from '../i18n.svelte';
import { toast } from '../parts/toasts.svelte';
import { wordsFor } from '../state/api';
import { allInboxes } from '../state/directory.svelte';
import { DraftBox } from '../state/drafts.svelte';
import { settings } from '../state/session.svelte';

export const mailInboxes = (): readonly DirectoryInbox[] => allInboxes().filter((each) => each.channel === 'email');

/** How long the agent can take a mail back, in milliseconds. */
export const holdMs = (): number => (settings()?.undo_seconds ?? 8) * 1000;

/** Words and files of a mail whose conversation is not there yet: the server keeps no draft of them. */
export class LooseBox extends DraftBox {
  constructor() {
    super('', 'reply');
  }
  override save(): Promise<void> {
    return Promise.resolve();
  }
}

/** The id of a request: the same while it says the same, so that a repeat begins nothing twice. */
export function idOf(): (body: unknown) => Id {
  let sending: { id: Id; body: string } | null = null;
  return (body) => {
    const text = JSON.stringify(body);
    if (sending?.body !== text) sending = { id: uuid(), body: text };
    return sending.id;
  };
}

export type Wrong = Partial<Record<'inbox' | 'to' | 'subject' | 'text' | 'messages', string>>;

/** What the server did not take, by field; everything else is said at once. */
export function refused(error: unknown): Wrong {
  if (isProblem(error, 'validation_failed')) {
    const fields = error.fields;
    const wrong: Wrong = {
      ...(fields.inbox ? { inbox: t('first.noSender') } : {}),
      ...(fields.to ? { to: t('first.notTo') } : {}),
      ...(fields.customer_of ? { to: t('letter.nobody') } : {}),
      ...(fields.subject ? { subject: t('first.needSubject') } : {}),
      ...(fields.text ? { text: t('first.needText') } : {}),
      ...(fields.messages || fields.files ? { messages: t('ask.notThese') } : {}),
    };
    if (Object.keys(wrong).length > 0) return wrong;
  }
  toast(isProblem(error, 'rate_limited') ? t('first.tooMany') : wordsFor(error), { tone: 'danger' });
  return {};
}
