// One bubble with its honest state: on its way, kept here, refused, delivered, read.
import { h, Fragment } from 'preact';
import { desk } from './desk';
import { File } from './File';
import { Icon } from './Icon';
import type { Item } from './outbox';
import { parts, tongue, type Row } from './rows';
import { discard, retry, retryNow } from './sender';
import { clock, locale, t, team, told } from './words';

const Link = ({ label, act }: { label: string; act: () => void }) => <button type="button" class="link" onClick={act}>{label}</button>;

function Way({ item }: { item: Item }) {
  const part = desk.progress[item.client_id] ?? 1;
  const drop = (label: string) => <Link label={label} act={() => void discard(item)} />;
  if (item.failed) {
    return <footer><span><Icon name="warn" /> {t('failed')} · {told(item.failed)}</span><Link label={t('retry')} act={() => void retry(item)} />{drop(t('discard'))}</footer>;
  }
  if (desk.stuck || !desk.online) {
    return <footer><span><Icon name="warn" /> {t('waiting')}</span><Link label={t('now')} act={retryNow} />{drop(t('discard'))}</footer>;
  }
  return (
    <>
      {part < 1 && <progress value={part} aria-label={t('sending')} />}
      <footer><Icon name="sending" /><span>{part < 1 ? t('sendingFile', { percent: Math.floor(part * 100) }) : t(desk.checking ? 'checking' : 'sending')}</span>{item.files.length > 0 && drop(t('cancel'))}</footer>
    </>
  );
}

export function Say({ row: { mine, first, at, message, item }, last }: { row: Extract<Row, { kind: 'say' }>; last: boolean }) {
  const text = message?.redacted ? t('redacted') : (message ?? item)!.text;
  const read = last && message!.seq <= (desk.conversation?.their_read_seq ?? 0);
  const bot = message?.author.kind === 'bot' ? ` · ${t('bot')}` : '';
  return (
    <article class={`say ${mine ? 'me' : 'in'}${item?.failed ? ' failed' : message?.redacted ? ' gone' : ''}`}>
      {first && <h2 class={mine ? 'vh' : ''}>{mine ? t('you') : (message!.author.name || team()) + bot}<time>{clock(at)}</time></h2>}
      {text && (
        <p dir="auto" lang={tongue(text, locale())} title={clock(at)}>
          {mine ? text : parts(text).map((piece, n) => n % 2 ? <a href={piece} target="_blank" rel="noopener noreferrer nofollow">{piece}</a> : piece)}
        </p>
      )}
      {message ? message.files.map((file) => <File file={file} key={file.id} />) : item!.files.map((file, n) => <File local={file} key={n} />)}
      {item ? <Way item={item} /> : last && <footer><Icon name={read ? 'read' : 'sent'} />{t(read ? 'read' : 'sent')}</footer>}
    </article>
  );
}
