// Solved or not, one to five stars, a word: asked once when a conversation ends. Plain radio groups, so arrow keys work.
import { h } from 'preact';
import { useState } from 'preact/hooks';
import { call, Trouble } from './api';
import { desk, upsert } from './desk';
import { Draw } from './Icon';
import { t, told } from './words';

const STAR = 'm12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9-4.3-4.1 5.9-.8z';

export function Rating() {
  const [solved, setSolved] = useState<boolean>();
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState('');
  const [state, setState] = useState<'asking' | 'busy' | 'thanked' | { wrong: string }>('asking');
  const one = desk.conversation;

  async function rate(event: Event): Promise<void> {
    event.preventDefault();
    if (!one || !score || state === 'busy') return;
    setState('busy');
    const rating = { score, solved: solved ?? null, comment: comment.trim() || null };
    try {
      await call('POST', `/conversations/${one.id}/rating`, rating);
    } catch (error) {
      const code = error instanceof Trouble ? error.code : 'other';
      // Rated in another tab or on another device: that one counts.
      if (code !== 'duplicate') return setState({ wrong: told(code) });
    }
    setState('thanked');
    upsert({ ...(desk.list.find((other) => other.id === one.id) ?? one), can_rate: false, rating });
  }

  if (!one?.can_rate) return state === 'thanked' ? <p class="line" role="status">{t('thanks')}</p> : null;
  return (
    <form class="rate" onSubmit={rate}>
      <fieldset>
        <legend>{t('rateSolved')}</legend>
        <div>
          {[true, false].map((value) => (
            <label class="btn"><input class="vh" type="radio" name="solved" checked={solved === value} onChange={() => setSolved(value)} />{t(value ? 'yes' : 'no')}</label>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>{one.agent ? t('rateName', { name: one.agent.name }) : t('rateStars')}</legend>
        <div class="stars">
          {[1, 2, 3, 4, 5].map((n) => (
            <label class={n <= score ? 'on' : ''}><input class="vh" type="radio" name="score" checked={score === n} onChange={() => setScore(n)} /><span class="vh">{t('star', { n })}</span><Draw d={STAR} /></label>
          ))}
        </div>
      </fieldset>
      {score > 0 && <textarea class="field" rows={2} maxLength={1000} aria-label={t('comment')} placeholder={t('comment')} value={comment} onInput={({ currentTarget }) => setComment(currentTarget.value)} />}
      {typeof state === 'object' && <p class="bad" role="alert">{state.wrong}</p>}
      {score > 0 && <button type="submit" class="btn main" disabled={state === 'busy'}>{t('rate')}</button>}
    </form>
  );
}
