// What the scanner for malware said of a file, in words. Pure.
import type { FileInfo } from '$shared/api/types';
import type { PlainKey } from '../i18n.svelte';

type Looked = Pick<FileInfo, 'scan' | 'scan_note'>;

/** Nothing where the scanner found it harmless. */
export function scanWords({ scan, scan_note: note }: Looked): PlainKey | null {
  if (scan === 'clean') return null;
  if (scan === 'failed') return note === 'too_large' ? 'scan.large' : 'scan.failed';
  return `scan.${scan}`;
}

export const isHarmful = ({ scan }: Pick<FileInfo, 'scan'>): boolean => scan === 'infected';
