// All conversations of this visitor, a new one, answers by mail, the language, and the way out that leaves nothing behind.
import { h } from 'preact';
import type { Locale } from '$shared/i18n/core';
import { desk } from './desk';
import { Mail } from './Mail';
import { wipe } from './session';
import { fresh, open } from './thread';
import { clock, day, locale, speak, t } from './words';

const NAMES: Record<Locale, string> = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' };
const when = (at: number): string => (new Date(at).toDateString() === new Date().toDateString() ? clock(at) : day(at));

export const Menu = () => (
  <div class="menu">
    <button type="button" class="btn main" onClick={() => fresh()}>{t('fresh')}</button>
    <ul>
      {desk.list.map((one) => (
        <li key={one.id}>
          <button type="button" class={one.unread ? 'unread' : ''} aria-current={one.id === desk.thread} onClick={() => void open(one.id)}>
            <b>{one.subject || one.agent?.name || t('unnamed', { number: one.number })}</b><time>{when(one.last_at)}</time>
            <span dir="auto">{one.last}</span>
            {one.unread > 0 && <i class="count"><span class="vh">{t('unread', { n: one.unread })}</span><span aria-hidden="true">{one.unread}</span></i>}
          </button>
        </li>
      ))}
    </ul>
    {!desk.list.length && <p class="line">{t('none')}</p>}
    <footer>
      <Mail />
      <label>{t('language')}
        <select class="field" value={locale()} onChange={({ currentTarget }) => void speak(currentTarget.value as Locale)}>
          {Object.entries(NAMES).map(([tag, name]) => <option value={tag} lang={tag}>{name}</option>)}
        </select>
      </label>
      <button type="button" class="btn" onClick={() => { if (confirm(t('forgetSure'))) void wipe(); }}>{t('forget')}</button>
    </footer>
  </div>
);
