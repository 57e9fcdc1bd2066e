// How long a block holds, as it is offered: short ones first, without an end last.
import { t } from '../i18n.svelte';

const HOUR = 3_600_000;
export const TERMS = ['hour', 'day', 'week', 'month', 'none'] as const;
export type Term = (typeof TERMS)[number];
const LENGTH: Record<Exclude<Term, 'none'>, number> = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR };

/** The time it ends; `undefined` without an end. */
export const untilOf = (term: Term, now: number): number | undefined => (term === 'none' ? undefined : now + LENGTH[term]);
export const termChoices = () => TERMS.map((value) => ({ value, label: t(`block.term.${value}`) }));
