// What a file is, in words. Pure.
import type { FileInfo } from '$shared/api/types';
import { locale } from '../i18n.svelte';

/** Pictures that every browser draws and that cannot carry a script. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);
export const isPicture = (file: Pick<FileInfo, 'media_type'>): boolean => PICTURES.has(file.media_type);

export function sizeOf(bytes: number): string {
  const [value, unit] = bytes < 1024 ** 2 ? [bytes / 1024, 'kilobyte'] : [bytes / 1024 ** 2, 'megabyte'];
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: value < 10 ? 1 : 0 }).format(Math.max(value, 0.1));
}
