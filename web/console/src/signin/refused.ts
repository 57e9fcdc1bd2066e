// The server's reasons against a password, in the reader's language.
import { t } from '../i18n.svelte';
import { MIN_LENGTH } from './strength';

export function passwordWords(why: string): string {
  if (why === 'too easy to guess') return t('strength.common');
  if (why.startsWith('do not use your own')) return t('strength.personal');
  if (why.startsWith('at least')) return t('strength.short', { n: MIN_LENGTH, left: 1 });
  return why;
}
