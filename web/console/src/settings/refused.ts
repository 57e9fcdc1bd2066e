// The server's reasons in the agent's language. It gives them as short English fragments; one that we do not know is shown as it is.
import { locale, t } from '../i18n.svelte';

type Said = (found: RegExpExecArray) => string;
const n = (found: RegExpExecArray, at: number): number => Number(found[at]);

const REASONS: readonly (readonly [RegExp, Said])[] = [
  [/^(\d+) to (\d+) characters in each language$/, (f) => t('refused.lengthEach', { min: n(f, 1), max: n(f, 2) })],
  [/^(\d+) to (\d+) characters$/, (f) => t('refused.length', { min: n(f, 1), max: n(f, 2) })],
  [/^at most (\d+) characters/, (f) => t('refused.max', { n: n(f, 1) })],
  [/^at most (\d+)$/, (f) => t('refused.most', { n: n(f, 1) })],
  [/^at least one$/, () => t('roles.permissionNeeded')],
  [/^is taken$/, () => t('refused.taken')],
  [/^not your password$/, () => t('password.oldWrong')],
  [/^not an address$/, () => t('agents.emailWrong')],
  [/^lies in the past$/, () => t('refused.past')],
  [/^there is no such /, () => t('refused.missing')],
  [/^conversations use it$/, () => t('refused.inUse')],
  [/came with the desk|administrators' role/, () => t('refused.builtin')],
  [/^agents have this role$/, () => t('refused.roleHeld')],
  [/^an inbox gives its conversations to this team$/, () => t('refused.teamInbox')],
  [/^agents have roles in this team$/, () => t('refused.teamRoles')],
  [/^visitors have used it/, () => t('refused.inboxUsed')],
  [/^agents have roles in this inbox$/, () => t('refused.inboxRoles')],
  [/^the agent is disabled$/, () => t('refused.agentDisabled')],
  [/Ed25519/, () => t('refused.key')],
  [/^set the secret or the public key first$/, () => t('refused.secretFirst')],
  [/^a colour such as/, () => t('widget.brandWrong')],
  [/^unknown time zone/, () => t('refused.zone')],
  [/ends before it begins$/, () => t('hours.order')],
  [/^openings on day \d+ overlap$/, () => t('hours.overlap')],
  [/^never open/, () => t('refused.never')],
  [/(\d{4}-\d\d-\d\d)/, (f) => t('refused.holiday', { date: f[1] ?? '' })],
  [/https?:\/\/|origin|scheme|port|xn--/, () => t('inbox.originShape', { origin: '…' })],
];

export function refusedWords(why: string): string {
  for (const [shape, say] of REASONS) {
    const found = shape.exec(why);
    if (found) return say(found);
  }
  return locale() === 'en' && why !== '' ? why.charAt(0).toUpperCase() + why.slice(1) : t('refused.other', { why });
}

/** All refused fields in the agent's language. */
export const refusedFields = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, why]) => [name, refusedWords(why)]));
