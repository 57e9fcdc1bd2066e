// Solves a riddle beside the page, which stays as quick as it was.
import { search } from './sha256';

onmessage = ({ data: { seed, bits } }: MessageEvent<{ seed: string; bits: number }>) => postMessage(search(seed, bits, 0, 2 ** 40));
