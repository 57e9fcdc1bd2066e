// The proof of work an unsigned visitor's browser brings when many come at once: in a worker, or in small pieces where there is none.
import { search } from './sha256';

export interface Riddle { token: string; seed: string; bits: number; expires_at: number }
export interface Solution { challenge: string; nonce: string }

const PIECE = 5_000;

/** Waits for an answer; whoever asks decides how long. */
export async function solve({ token, seed, bits }: Riddle): Promise<Solution> {
  const nonce = await inWorker(seed, bits).catch(() => inPieces(seed, bits));
  return { challenge: token, nonce: String(nonce) };
}

function inWorker(seed: string, bits: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    const end = (settle: () => void) => () => { worker.terminate(); settle(); };
    worker.onmessage = ({ data }) => end(() => resolve(data))();
    worker.onerror = end(reject);
    worker.postMessage({ seed, bits });
  });
}

/** A few milliseconds at a time: typing and scrolling come in between. */
async function inPieces(seed: string, bits: number): Promise<number> {
  for (let from = 0; ; from += PIECE) {
    const nonce = search(seed, bits, from, PIECE);
    if (nonce !== undefined) return nonce;
    await new Promise((next) => setTimeout(next));
  }
}
