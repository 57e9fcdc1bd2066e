// What a host page may call: `window.Candor`. Calls made before w.js has arrived wait in `window.CandorQueue`,
// e.g. `(window.CandorQueue ||= []).push(['identify', jwt])`.

export interface Events {
  /** The app has loaded. */
  ready: undefined;
  open: undefined;
  close: undefined;
  /** Messages the visitor has not seen. */
  unread: { count: number };
  /** A message was sent or came in. Never its text. */
  message: { from: 'me' | 'them'; conversation: string };
}

export interface CandorApi {
  open(): void;
  close(): void;
  toggle(): void;
  /** The exchange's own word on who this is: a fresh JWT (at most 10 minutes old). Rejects with an Error whose message is the problem's code. */
  identify(jwt: string): Promise<void>;
  /** `name` and `email` become typed details; everything else goes along with the next new conversation. */
  setAttrs(attrs: Record<string, string>): void;
  /** Puts text into an empty message box; the visitor still has to send it. */
  prefill(text: string): void;
  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): void;
  off<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): void;
  /** For log-out: closes the chat and wipes everything it kept in this browser. */
  shutdown(): void;
}

declare global {
  interface Window { Candor?: CandorApi; CandorQueue?: [keyof CandorApi, ...unknown[]][] }
}
