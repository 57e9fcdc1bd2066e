// What the loader on the host page and the app in the iframe say to each other by postMessage. Types only: nothing here reaches a bundle.
// Both ends name the other's exact origin when they post and check origin and window when they listen.

export interface Page { url: string; title: string }

/** From the host page's loader to the app. */
export type ToApp =
  | { candor: 1; type: 'init'; page: Page; shown: boolean }
  | { candor: 1; type: 'show'; page: Page; shown: boolean }
  | { candor: 1; type: 'identify'; jwt: string }
  | { candor: 1; type: 'attrs'; attrs: Record<string, string> }
  | { candor: 1; type: 'prefill'; text: string }
  | { candor: 1; type: 'shutdown' };

/** From the app to the loader. */
export type ToHost =
  | { candor: 1; type: 'ready'; colours?: [brand: string, ink: string, dark: string, darkInk: string]; position?: 'left' | 'right' }
  | { candor: 1; type: 'unread'; count: number }
  | { candor: 1; type: 'message'; from: 'me' | 'them'; conversation: string }
  | { candor: 1; type: 'identified'; code?: string }
  | { candor: 1; type: 'close' }
  | { candor: 1; type: 'wiped' };
