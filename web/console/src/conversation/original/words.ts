// This part's strings are there before any of its components runs.
import { needStrings } from '../../i18n.svelte';

await needStrings('mail');
