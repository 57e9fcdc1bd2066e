// The message box. Enter sends, never while an input method composes; on touch screens Enter is a new line.
import { h } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { desk, isNew } from './desk';
import { Icon, IconButton } from './Icon';
import { typing } from './live';
import { write } from './sender';
import { fresh } from './thread';
import { size, t, told } from './words';

export type Attach = (files: FileList | null | undefined) => void;
const touch = matchMedia('(pointer: coarse)').matches;

/** A phone's keyboard stays down until the visitor asks for it. */
export const focusBox = (): void => document.querySelector<HTMLElement>(touch ? 'h1' : 'textarea')?.focus();

function refusal(file: File, have: number): string {
  const config = desk.config;
  if (!config) return '';
  const type = file.type || 'application/octet-stream';
  const fits = (one: string): boolean => one === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))) || (one[0] === '.' && file.name.toLowerCase().endsWith(one));
  if (file.size > config.max_file_bytes) return t('tooBig', { name: file.name, size: size(config.max_file_bytes) });
  if (config.accept.length && !config.accept.some(fits)) return t('badType', { name: file.name });
  return have < config.max_files ? '' : t('tooMany', { count: config.max_files });
}

export function Composer({ attach }: { attach: { current?: Attach } }) {
  const box = useRef<HTMLTextAreaElement>(null);
  const [files, setFiles] = useState<File[]>([]);
  const [email, setEmail] = useState('');
  const [wrong, setWrong] = useState('');
  const { config, draft, thread } = desk;
  const leave = isNew(thread) && config?.open_now === false;
  const askEmail = leave && config.offline_form && !/signed|confirmed/.test(desk.contact?.proof ?? '');
  const agent = desk.conversation?.agent?.name;
  const empty = !draft.trim() && !files.length;

  const add: Attach = (attach.current = (more) => {
    let said = '';
    const next = [...files];
    for (const file of more ?? []) {
      const why = refusal(file, next.length);
      if (why) said = why;
      else next.push(file);
    }
    setFiles(next);
    setWrong(said);
    box.current!.focus();
  });
  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (empty) return;
    if (desk.conversation?.category === 'closed') fresh();
    desk.draft = '';
    setWrong('');
    setFiles([]);
    box.current!.focus();
    try {
      await write(draft.trim(), files, askEmail ? email.trim() : '');
    } catch {
      // The browser would not keep it: give it back.
      desk.draft = draft;
      setFiles(files);
      setWrong(told('storage'));
    }
  }
  // The box grows with its text up to its greatest height.
  useLayoutEffect(() => {
    const { style } = box.current!;
    style.blockSize = 'auto';
    style.blockSize = `${box.current!.scrollHeight}px`;
  }, [draft, desk.shown]);

  const picker = (name: 'clip' | 'camera', label: string, more: object) => (
    <label class="icon" title={label}>
      <Icon name={name} />
      <input class="vh" type="file" aria-label={label} {...more} onChange={({ currentTarget }) => { add(currentTarget.files); currentTarget.value = ''; }} />
    </label>
  );
  return (
    <form class="entry" onSubmit={send}>
      {leave && <p>{t('leave')}</p>}
      {askEmail && <input class="field" type="email" autocomplete="email" aria-label={t('email')} placeholder={t('email')} value={email} onInput={({ currentTarget }) => setEmail(currentTarget.value)} />}
      {wrong && <p class="bad" role="alert">{wrong}</p>}
      {files.length > 0 && (
        <ul>
          {files.map((file) => (
            <li><Icon name="file" /><b>{file.name}</b>{size(file.size)}
              <IconButton name="x" label={t('remove', { name: file.name })} act={() => setFiles(files.filter((one) => one !== file))} /></li>
          ))}
        </ul>
      )}
      <div>
        {picker('clip', t('attach'), { multiple: true, accept: config?.accept.join(',') })}
        {touch && picker('camera', t('camera'), { accept: 'image/*', capture: 'environment' })}
        <textarea rows={1} enterkeyhint={touch ? 'enter' : 'send'} autocomplete="off" aria-label={t('message')} placeholder={agent ? t('writeTo', { name: agent }) : t('write')}
          maxLength={config?.max_text} value={draft} ref={box}
          onInput={({ currentTarget }) => { desk.draft = currentTarget.value; typing(); }}
          onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !touch && !event.isComposing && event.keyCode !== 229) void send(event); }}
          onPaste={(event) => { if (event.clipboardData?.files.length) { event.preventDefault(); add(event.clipboardData.files); } }} />
        <button type="submit" class="icon send" aria-label={t('send')} title={t('send')} aria-disabled={empty}><Icon name="up" /></button>
      </div>
    </form>
  );
}
