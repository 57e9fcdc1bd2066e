// Deleting a settings object: asked before, said after.
import { confirm } from '../parts/asking.svelte';
import { toast } from '../parts/toasts.svelte';
import { t } from '../i18n.svelte';
import { reasonOf } from './editor.svelte';

/** True when it is gone. */
export async function removeOf(remove: () => Promise<unknown>, title: string, text: string, yes: string = t('settings.delete')): Promise<boolean> {
  if (!(await confirm({ title, text, yes, danger: true }))) return false;
  try {
    await remove();
    return true;
  } catch (error) {
    toast(reasonOf(error), { tone: 'danger' });
    return false;
  }
}
