// Who answers here and when: the team, or the agent with the number the visitor can check; hours and expected reply time.
import { h } from 'preact';
import { desk } from './desk';
import { full } from './env';
import * as host from './host';
import { IconButton } from './Icon';
import { t, team, weekday } from './words';

function promise(): string {
  const config = desk.config;
  if (!config) return '';
  if (!config.open_now) return config.next_change_at ? t('closedUntil', { time: weekday(config.next_change_at) }) : t('closedNow');
  if (!config.reply_time) return t('replySoon');
  const { low_s, high_s } = config.reply_time;
  const hours = high_s > 5_400;
  const [low, high] = [low_s, high_s].map((s) => Math.max(1, Math.ceil(s / (hours ? 3_600 : 60)))) as [number, number];
  return t(hours ? 'replyHours' : 'replyMinutes', { range: low < high ? `${low}–${high}` : high });
}

export function Top() {
  const { menu, unread, list, thread, config } = desk;
  const agent = menu ? undefined : desk.conversation?.agent;
  return (
    <header aria-label={t('title')}>
      {menu && <IconButton name="back" label={t('back')} act={() => { desk.menu = false; }} />}
      {agent && <span class={config?.agents_online ? 'face on' : 'face'} aria-hidden="true">{[...agent.name][0]}</span>}
      <div>
        <h1 tabIndex={-1}>{menu ? t('menu') : (agent?.name ?? team())}</h1>
        {!menu && <p>{agent && config?.open_now !== false ? t('agentNo', { number: agent.agent_number }) : promise()}</p>}
      </div>
      {!menu && desk.contact && (
        <IconButton name="menu" label={t('menu') + (unread ? ` · ${t('unread', { n: unread })}` : '')} act={() => { desk.menu = true; }}>
          {list.some((one) => one.unread && one.id !== thread) && <i class="dot" />}
        </IconButton>
      )}
      {!full && <IconButton name="x" label={t('close')} act={() => host.post({ type: 'close' })} />}
    </header>
  );
}
