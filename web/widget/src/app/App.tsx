// The frame of the chat: head, safety line, thread, message box; the list of conversations takes the thread's place.
import { h } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Composer, focusBox, type Attach } from './Composer';
import { desk, type Blocked } from './desk';
import { full } from './env';
import * as host from './host';
import { Icon } from './Icon';
import { hurry } from './live';
import { markRead, show } from './thread';
import { Thread } from './Thread';
import { Top } from './Top';
import { clock, day, t, team, told } from './words';

const held = ({ what, until }: Blocked): string =>
  t(what === 'network' ? 'blockedNet' : 'blocked') + (until ? ` ${t('blockedUntil', { time: `${day(until)} ${clock(until)}` })}` : '');

function again(): void {
  desk.blocked = undefined;
  void show().then(hurry, () => {});
}

export function App() {
  const [dragging, drag] = useState(false);
  /** The rating card and the list are not needed to send a first message. */
  const [extra, have] = useState<typeof import('./extra')>();
  const attach = useRef<Attach>(undefined);
  const one = desk.conversation;
  const rate = one?.can_rate || one?.rating;
  const { config, problem, unread } = desk;

  useEffect(() => { if ((desk.menu || rate) && !extra) void import('./extra').then(have); });
  useEffect(() => { host.post({ type: 'unread', count: unread }); }, [unread]);
  const title = `${unread ? `(${unread}) ` : ''}${t('title')}${full && config ? ` · ${team()}` : ''}`;
  useEffect(() => { document.title = title; }, [title]);
  // Seen long enough to be read.
  useEffect(() => {
    const timer = setTimeout(() => void markRead().catch(() => {}), 400);
    return () => clearTimeout(timer);
  }, [desk.shown, desk.front, desk.atEnd, desk.last, desk.thread]);
  useEffect(() => { if (desk.shown && !full && !desk.menu) focusBox(); }, [desk.shown, desk.menu]);
  useEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.isComposing) return;
      if (desk.menu) desk.menu = false;
      else host.post({ type: 'close' });
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      drag(event.type === 'dragover' && !!event.dataTransfer?.types.includes('Files'));
      if (event.type === 'drop') attach.current?.(event.dataTransfer?.files);
    };
    addEventListener('keydown', keys);
    for (const type of ['dragover', 'dragleave', 'drop'] as const) addEventListener(type, drop);
  }, []);

  return (
    <div class={full ? 'chat full' : 'chat'}>
      <Top />
      <main aria-label={t('title')}>
        {desk.menu ? extra && <extra.Menu /> : [
          config?.anti_scam !== false && <p class="safe" key="safe"><Icon name="shield" /><span>{t('safe')}</span></p>,
          <Thread key="thread">{extra && rate && <extra.Rating key={one!.id} />}</Thread>,
          problem ? <p class="bar bad" role="alert">{problem === 'not_found' ? t('absent') : told(problem)}</p>
            : config?.anonymous_allowed === false && !desk.contact ? <p class="bar">{t('signIn')}</p>
            : desk.blocked ? <p class="bar bad" role="alert">{held(desk.blocked)} <button type="button" class="link" onClick={again}>{t('retry')}</button></p>
            : <Composer attach={attach} key="composer" />,
        ]}
      </main>
      {dragging && <p class="drop">{t('drop')}</p>}
    </div>
  );
}
