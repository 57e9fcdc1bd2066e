// The conversation mailed to its customer: asked before, because it leaves the desk.
import { isProblem } from '$shared/api/client';
import type { Id } from '$shared/api/types';
import { t } from '../i18n.svelte';
import { confirm } from '../parts/asking.svelte';
import { toast } from '../parts/toasts.svelte';
import { api, wordsFor } from '../state/api';

export async function mailTranscript(id: Id): Promise<void> {
  if (!(await confirm({ title: t('transcript.title'), text: t('transcript.text'), yes: t('transcript.yes') }))) return;
  try {
    await api.post(`/conversations/${id}/transcript`);
    toast(t('transcript.sent'));
  } catch (error) {
    toast(isProblem(error, 'conflict') ? t('transcript.impossible') : wordsFor(error), { tone: 'danger' });
  }
}
