// Answers by mail: where they go, whether that is confirmed, another address or none; and the open conversation by mail. The desk tells
// addresses masked, and this part keeps none.
import { h } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { VisitorEmail } from '$shared/api/types';
import { call, Trouble } from './api';
import { desk, isNew } from './desk';
import { words } from './mailwords';
import { locale, t, told } from './words';

const quiet = { text: '', bad: false };

export function Mail() {
  const [state, setState] = useState<VisitorEmail>();
  const [asking, ask] = useState(false);
  const [email, setEmail] = useState('');
  const [said, say] = useState(quiet);
  const [busy, setBusy] = useState(false);
  const here = useRef<HTMLElement>(null);
  const box = useRef<HTMLInputElement>(null);
  const w = words[locale()];
  const { thread, front } = desk;

  // Somebody who comes back from their mail sees what became of it.
  useEffect(() => { if (front) void call('GET', '/session/email').then(setState, () => {}); }, [front]);
  useEffect(() => { if (asking) box.current?.focus(); }, [asking]);

  async function act(work: Promise<VisitorEmail | undefined>, done = ''): Promise<void> {
    setBusy(true);
    try {
      const next = await work;
      if (next) setState(next);
      ask(false);
      setEmail('');
      say({ text: done, bad: false });
      here.current?.focus();
    } catch (error) {
      const code = error instanceof Trouble ? error.code : 'other';
      say({ text: code === 'conflict' ? w.impossible : told(code), bad: true });
    }
    setBusy(false);
  }
  function send(event: Event): void {
    event.preventDefault();
    if (busy) return;
    // The browser would say it in its own language.
    if (!box.current?.validity.valid) {
      say({ text: w.wrong, bad: true });
      box.current?.focus();
    } else void act(call('PUT', '/session/email', { email: email.trim() }));
  }

  if (!state?.available) return null;
  const { address, proof, pending } = state;
  const link = (label: string, run: () => void) => <button type="button" class="link" disabled={busy} onClick={run}>{label}</button>;
  return (
    <section aria-label={w.title} tabIndex={-1} ref={here}>
      {address && <p>{w.goes(address)}</p>}
      {pending && <p>{w.pending(pending)}</p>}
      {asking ? (
        <form noValidate onSubmit={send}>
          <input class="field" type="email" required autocomplete="email" aria-label={w.field} placeholder={w.field} aria-invalid={said.bad} aria-describedby="mail-said" value={email} ref={box} onInput={({ currentTarget }) => { setEmail(currentTarget.value); say(quiet); }} />
          <button type="submit" class="btn main" disabled={busy}>{w.send}</button>
          {link(t('cancel'), () => { ask(false); say(quiet); })}
        </form>
      ) : proof !== 'signed' && (address || pending ? <div>
        {link(w.change, () => ask(true))}
        {link(w.drop, () => void act(call('DELETE', '/session/email'), w.dropped))}
      </div> : <button type="button" class="btn" onClick={() => ask(true)}>{w.offer}</button>)}
      {address && !isNew(thread) && link(w.transcript, () => void act(call('POST', `/conversations/${thread}/transcript`), w.sent))}
      <p id="mail-said" role={said.bad ? 'alert' : 'status'} class={said.bad ? 'bad' : ''}>{said.text}</p>
    </section>
  );
}
