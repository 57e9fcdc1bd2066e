// The words and dates that the inbox and the conversation use, in one import.
import { date as plain } from '$shared/i18n/core';
import { locale } from '../i18n.svelte';

export { ago, clock, locale, moment, num, t, type Key } from '../i18n.svelte';
export const date = (at: number, options: Intl.DateTimeFormatOptions): string => plain(locale(), at, options);
