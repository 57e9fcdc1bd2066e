// The live line where WebSockets are blocked: one POST whose answer is an event stream. It cannot be spoken to, so a new thread to follow
// means a new request, and typing goes by its own call. Loaded only when a socket could not open twice.
import type { VisitorStreamInput } from '$shared/api/types';
import { call } from './api';
import { first, type Ended, type Hear, type Line } from './live';

export function stream(hear: Hear, ended: Ended): Line {
  let control = new AbortController();
  async function read(signal: AbortSignal): Promise<void> {
    const { token, watch } = first();
    const answer = await fetch('/visitor/v1/stream', {
      method: 'POST', signal, credentials: 'omit',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
      body: JSON.stringify({ auth: token, watch } satisfies VisitorStreamInput),
    });
    if (!answer.ok || !answer.body) return ended(answer.status === 401 ? 4401 : answer.status === 403 ? 4403 : undefined);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return ended();
      const blocks = (text + value).split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      // A comment is a sign of life without a frame.
      hear();
      for (const block of blocks) {
        const data = block.split(/\r?\n/).flatMap((line) => (line.startsWith('data:') ? line.slice(5).trimStart() : [])).join('\n');
        if (data) hear(JSON.parse(data));
      }
    }
  }
  const begin = (): void => {
    const { signal } = (control = new AbortController());
    read(signal).catch(() => { if (!signal.aborted) ended(); });
  };
  begin();
  return {
    // The other end gives a sign of life every 15 s.
    patience: 20_000,
    send(frame) {
      if (frame.type === 'typing') void call('POST', `/conversations/${frame.conversation}/typing`, {}).catch(() => {});
      if (frame.type !== 'watch') return;
      control.abort();
      begin();
    },
    close: () => control.abort(),
  };
}
