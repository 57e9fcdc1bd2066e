// Mail that became no message: why, and how it is read once more; until it is known how that went it is on no list.
import { t } from '../i18n.svelte';
import { toast } from '../parts/toasts.svelte';
import { api, wordsFor } from '../state/api';
import type { Listing } from './listing.svelte';

export async function readAgain<T extends { id: string }>(mail: T, mails: Listing<T>): Promise<void> {
  try {
    await api.post(`/intake/${mail.id}/again`);
    mails.drop(mail.id);
    toast(t('intake.reading'));
  } catch (error) { toast(wordsFor(error), { tone: 'danger' }); }
}

/** Why: in the reader's words where the desk knows it, else as the error said it. */
export function whyUnread(problem: string): string {
  if (problem === 'inbox_off' || problem === 'ended_process') return t(`intake.why.${problem}`);
  return t('intake.why.other', { words: problem });
}
