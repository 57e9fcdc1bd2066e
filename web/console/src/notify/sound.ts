// Two or three soft tones, made here: no file to load. Browsers give sound only after a first gesture; before it, nothing is heard
// and nothing fails.
export type Tone = 'message' | 'assigned' | 'mention';

// Hertz and when each begins, in seconds.
const TUNES: Record<Tone, readonly (readonly [number, number])[]> = {
  message: [[659, 0], [880, 0.09]],
  assigned: [[523, 0], [659, 0.09], [784, 0.18]],
  mention: [[988, 0], [784, 0.08], [988, 0.16]],
};

let context: AudioContext | undefined;

/** `volume` from 0 to 1. False when the browser keeps silent until somebody touches the page. */
export async function play(tone: Tone, volume: number): Promise<boolean> {
  if (volume <= 0 || typeof AudioContext === 'undefined') return false;
  context ??= new AudioContext();
  if (context.state !== 'running') await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 200))]);
  if (context.state !== 'running') return false;
  const begin = context.currentTime + 0.02;
  for (const [hertz, after] of TUNES[tone]) {
    const wave = context.createOscillator();
    const loud = context.createGain();
    wave.type = 'sine';
    wave.frequency.value = hertz;
    loud.gain.setValueAtTime(0, begin + after);
    loud.gain.linearRampToValueAtTime(volume * 0.25, begin + after + 0.012);
    loud.gain.exponentialRampToValueAtTime(0.0001, begin + after + 0.32);
    wave.connect(loud).connect(context.destination);
    wave.start(begin + after);
    wave.stop(begin + after + 0.34);
  }
  return true;
}
