// The open conversation as a log: what is new is announced, earlier history is asked for, the end stays in view while it is in view.
import { h, type ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { VisitorEvent } from '$shared/api/types';
import { desk, isNew } from './desk';
import { Icon } from './Icon';
import { rows } from './rows';
import { Say } from './Say';
import { earlier } from './thread';
import { clock, day, locale, t, team } from './words';

function happened({ type, data }: VisitorEvent): string {
  if (type === 'joined') return t('joined', { name: data?.name ?? '' });
  if (type === 'rated') return t('rated', { score: data?.score ?? 0 });
  return t(data?.category === 'closed' ? 'ended' : 'resolved');
}

export function Thread({ children }: { children?: ComponentChildren }) {
  const log = useRef<HTMLDivElement>(null);
  /** The distance from the end that is to be kept: 0 follows what is new. */
  const keep = useRef(0);
  const { config, events, out, thread, more, loading } = desk;

  const state = [desk.conversation?.their_read_seq, desk.stuck, desk.online, desk.progress, desk.checking];
  const list = useMemo(() => {
    // What waits for a conversation that is out of reach shows in the new one.
    const lostTo = (id: string): boolean => isNew(thread) && !isNew(id) && !desk.list.some((one) => one.id === id);
    const all = rows(events, out.filter((item) => item.thread === thread || lostTo(item.thread)));
    const lastMine = all.findLast((row) => row.kind === 'say' && row.mine && row.message);
    return all.map((row) => row.kind === 'say' ? <Say row={row} last={row === lastMine} key={row.key} />
      : <p class="line" key={row.key}>{row.kind === 'day' ? `${day(row.at)} ${clock(row.at)}` : happened(row.event)}</p>);
  }, [events, out, thread, locale(), desk.list.length, ...state]);

  const settle = (): void => {
    const box = log.current;
    if (box && (desk.atEnd || keep.current)) box.scrollTop = box.scrollHeight - (keep.current || box.clientHeight);
    keep.current = 0;
  };
  const end = (): void => {
    desk.atEnd = true;
    settle();
  };
  useLayoutEffect(settle, [list, desk.shown, loading]);
  useLayoutEffect(end, [thread, out]);
  useEffect(() => {
    // Pictures, cards and a growing message box.
    const watcher = new ResizeObserver(() => { if (desk.atEnd) settle(); });
    watcher.observe(log.current!);
    watcher.observe(log.current!.firstElementChild!);
    return () => watcher.disconnect();
  }, []);
  async function older(): Promise<void> {
    const box = log.current!;
    keep.current = box.scrollHeight - box.scrollTop;
    await earlier().catch(() => {});
  }

  return (
    <div class="middle">
      <div class="log" role="log" aria-label={t('message')} aria-busy={loading} tabIndex={0} ref={log}
        onScroll={({ currentTarget: box }) => { desk.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60; }}>
        <div>
          {more ? <button type="button" class="btn mid" onClick={older}>{t('earlier')}</button>
            : !loading && <article class="say in"><h2>{team()}</h2><p dir="auto" lang={locale()}>{config?.greeting[locale()] || config?.greeting[config.default_locale] || t('hello')}</p></article>}
          {list}
          {children}
        </div>
      </div>
      {!desk.atEnd && <button type="button" class="btn pill" onClick={end}><Icon name="down" />{t('newer')}</button>}
      <div class="under">
        <p role="status">{!desk.online ? t('offline') : desk.cut ? t('connecting') : ''}</p>
        {desk.typing && <p>{t('typing', { name: desk.typing })}</p>}
      </div>
    </div>
  );
}
