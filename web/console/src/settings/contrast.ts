// What a brand colour becomes in the widget: readable ink on it, and a lighter twin for the dark. The server does the same for
// visitors; here it feeds the preview and the hint. Ratios after WCAG 2.

type Rgb = [number, number, number];

export const isColour = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

function read(hex: string): Rgb {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}
function write(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(Math.min(255, Math.max(0, part))).toString(16).padStart(2, '0')).join('')}`;
}

export function luminance(hex: string): number {
  const [r, g, b] = read(hex).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function ratio(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Moves a colour towards black or white until it stands out enough from the ground. */
export function repair(colour: string, ground: string, wanted = 4.5): string {
  if (ratio(colour, ground) >= wanted) return colour.toLowerCase();
  const goal: Rgb = luminance(ground) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  const from = read(colour);
  for (let step = 1; step <= 50; step += 1) {
    const mixed = write(from.map((part, i) => part + ((goal[i] ?? 0) - part) * (step / 50)) as Rgb);
    if (ratio(mixed, ground) >= wanted) return mixed;
  }
  return write(goal);
}

export interface Shades { light: string; lightInk: string; dark: string; darkInk: string; repaired: boolean; asked: number }

const LIGHT = '#ffffff';
const DARK = '#14171a';

export function shades(brand: string): Shades {
  const asked = ratio(brand, LIGHT);
  const light = repair(brand, LIGHT);
  const dark = repair(brand, DARK);
  const ink = (ground: string) => (ratio(LIGHT, ground) >= ratio(DARK, ground) ? LIGHT : DARK);
  return { light, lightInk: ink(light), dark, darkInk: ink(dark), repaired: asked < 4.5, asked };
}
