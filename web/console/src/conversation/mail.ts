// What of a mail is shown at once and what one click away, and what is worth a warning.
import type { MailHead, MailSender } from '$shared/api/types';
import type { PlainKey } from '../i18n.svelte';

/** A stretch of the text; `folded` ones are quoted history and signatures. */
export interface Stretch { folded: boolean; text: string }

/** Cuts a text as the server divided it; lengths that do not fit show everything. */
export function stretches(text: string, pieces: MailHead['pieces']): Stretch[] {
  const found: Stretch[] = [];
  let from = 0;
  for (const { kind, length } of pieces) {
    const part = text.slice(from, from + length);
    from += length;
    const folded = kind !== 'new';
    const last = found[found.length - 1];
    if (last?.folded === folded) last.text += part;
    else if (part.trim() !== '' || !folded) found.push({ folded, text: part });
  }
  return from === text.length && found.some((each) => !each.folded) ? found : [{ folded: false, text }];
}

/** The texts that stand there: what is folded goes with the empty lines around it. */
export function standing(parts: readonly Stretch[], unfolded: boolean): string[] {
  if (unfolded || !parts.some((part) => part.folded)) return parts.map((part) => part.text);
  const texts = parts.filter((part) => !part.folded).map((part) => part.text);
  return texts.map((text, at) => (at === texts.length - 1 ? text.trimEnd() : text));
}

const DOUBTS: Readonly<Record<string, PlainKey>> = {
  automatic: 'mail.doubt.automatic', no_from: 'mail.doubt.noFrom', two_froms: 'mail.doubt.twoFroms', imitation: 'mail.doubt.imitation', names_staff: 'mail.doubt.namesStaff', unparsable: 'mail.doubt.unparsable',
  text_cut: 'mail.doubt.cut', too_many_parts: 'mail.doubt.parts', broken_structure: 'mail.doubt.broken',
};

/** The doubts that an agent should know of; the others say something to machines only. */
export function warnings(head: MailHead): PlainKey[] {
  return head.doubts.flatMap((code) => DOUBTS[code] ?? []);
}

const APART = { token_unproven: 'mail.apart.unproven', token_foreign: 'mail.apart.foreign', case_closed: 'mail.apart.closed', case_joined: 'mail.apart.joined' } as const;

/** Why a mail that answers something is a conversation of its own; without a number where it only pretends to answer. */
export function apart(head: Pick<MailHead, 'doubts' | 'answers'>): { words: (typeof APART)[keyof typeof APART]; answers: NonNullable<MailHead['answers']> } | 'unknown' | null {
  const why = head.doubts.find((code): code is keyof typeof APART => code in APART);
  if (why === undefined) return null;
  return head.answers ? { words: APART[why], answers: head.answers } : 'unknown';
}

/** What is known of the sender, in a sentence. */
export const whySender = (sender: MailSender): PlainKey => sender.standing === 'proven' ? `mail.sender.why.${sender.by ?? 'dmarc'}` : `mail.sender.why.${sender.standing}`;

const REASONS: Readonly<Record<string, PlainKey>> = {
  archive: 'mail.left.archive', program: 'mail.left.program', office: 'mail.left.office', markup: 'mail.left.markup', too_large: 'mail.left.large',
  too_many: 'mail.left.many', empty: 'mail.left.empty', uncleaned: 'mail.left.uncleaned',
};

/** Why a file of the mail was not taken. */
export const reason = (code: string): PlainKey => REASONS[code] ?? 'mail.left.other';

/** "Ann Lee, b***@example.net" */
export const people = (list: readonly { name: string; mail: string }[]): string => list.map((each) => each.name || each.mail).join(', ');

/** Why a mail did not leave: words of our own for what the desk knows, else what the other server said. */
export function stuck(problem: string | null): string | { words: PlainKey } | null {
  if (problem === 'no_sender') return { words: 'mail.noSender' };
  if (problem === 'no_address') return { words: 'mail.noAddress' };
  if (problem === 'infected') return { words: 'mail.infected' };
  return problem;
}
