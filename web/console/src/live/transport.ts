// Two ways to hold the line to /api/v1/stream: a WebSocket, or a streaming fetch in SSE format where sockets are blocked.
// Both hand over frames and say once that they ended; neither reconnects.
import type { AgentFrameIn, AgentFrameOut, AgentStreamInput } from '$shared/api/types';

export interface Transport { send: (frame: AgentFrameOut) => void; close: () => void }
export interface Ears {
  frame: (frame: AgentFrameIn) => void;
  /** Something came, even if only a heartbeat. */
  alive: () => void;
  ended: (code: number) => void;
}
/** What the fallback subscribes to in its one request. */
export interface Wanted { lists: Extract<AgentFrameOut, { type: 'list' }>[]; watch: { conversation: string; after: number }[] }

const PATH = '/api/v1/stream';

export function openSocket(ears: Ears): Transport {
  const address = new URL(PATH, location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address);
  let over = false;
  const end = (code: number) => {
    if (over) return;
    over = true;
    ears.ended(code);
  };
  socket.onmessage = (event) => {
    if (over) return;
    ears.alive();
    ears.frame(JSON.parse(String(event.data)) as AgentFrameIn);
  };
  socket.onclose = (event) => end(event.code);
  return {
    send: (frame) => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame)); },
    // A dead line answers no closing handshake: end at once, let the socket go in its own time.
    close: () => { end(1000); socket.close(); },
  };
}

/** `wanted` is asked each time the stream opens. A changed subscription opens it again; `presence` and `ping` have no way back. */
export function openEvents(ears: Ears, wanted: () => Wanted): Transport {
  let over = false;
  let abort = new AbortController();
  let again: ReturnType<typeof setTimeout> | undefined;
  const end = (code: number) => {
    if (over) return;
    over = true;
    clearTimeout(again);
    abort.abort();
    ears.ended(code);
  };

  async function read(signal: AbortSignal): Promise<void> {
    const response = await fetch(PATH, {
      method: 'POST', signal, credentials: 'same-origin', cache: 'no-store',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' }, body: JSON.stringify(wanted() satisfies AgentStreamInput),
    });
    if (response.status === 401) { end(4401); return; }
    if (!response.ok || !response.body) { end(1006); return; }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      ears.alive();
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('data:')) ears.frame(JSON.parse(line.slice(5)) as AgentFrameIn);
      }
    }
    if (!signal.aborted) end(1006);
  }

  const start = () => {
    abort = new AbortController();
    const { signal } = abort;
    read(signal).catch(() => { if (!signal.aborted) end(1006); });
  };
  start();
  return {
    send: (frame) => {
      if (frame.type === 'ping' || frame.type === 'presence') return;
      clearTimeout(again);
      again = setTimeout(() => { if (!over) { abort.abort(); start(); } }, 60);
    },
    close: () => end(1000),
  };
}
