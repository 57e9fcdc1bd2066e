// A file in a bubble: pictures small, from a blob fetched with the token, and whole when they are opened; everything else as a download.
// What a scanner found harmful is only named.
import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FileInfo } from '$shared/api/types';
import { download, Trouble } from './api';
import { Icon } from './Icon';
import type { Attached } from './outbox';
import { size, t } from './words';

export function File({ file, local }: { file?: FileInfo; local?: Attached }) {
  const name = (file ?? local)!.name;
  // Only what a browser paints without running it.
  const [broken, setBroken] = useState(false);
  const [harmful, setHarmful] = useState(file?.scan === 'infected');
  const picture = !broken && /^image\/(png|jpeg|gif|webp|avif)$/.test(file?.media_type ?? local!.blob.type);
  const [url, setUrl] = useState('');
  const failed = (error: unknown): void => {
    if (error instanceof Trouble && error.code === 'infected') setHarmful(true);
    else if (error instanceof Trouble && error.code === 'not_found') setBroken(true);
  };
  useEffect(() => {
    let made = '';
    if (picture && !harmful) (local ? Promise.resolve(local.blob) : download(file!.id, true)).then((blob) => setUrl((made = URL.createObjectURL(blob)))).catch(failed);
    return () => URL.revokeObjectURL(made);
  }, [file?.id]);

  async function save(): Promise<void> {
    const link = document.createElement('a');
    const here = URL.createObjectURL(local?.blob ?? (await download(file!.id)));
    link.href = here;
    if (picture) link.target = '_blank';
    else link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(here), 60_000);
  }
  if (harmful) return <div class="file"><Icon name="file" /><span><b>{name}</b>{t('harmful')}</span></div>;
  const act = (): void => void save().catch(failed);
  return picture
    ? <button type="button" class="shot" aria-label={t('photo', { name })} onClick={act}>
        <img src={url || undefined} alt="" width={file?.width ?? 200} height={file?.height ?? 150} onError={() => setBroken(true)} />
      </button>
    : <button type="button" class="file" aria-label={t('download', { name })} onClick={act}>
        <Icon name="file" /><span><b>{name}</b>{size(file?.size ?? local!.blob.size)}</span>
      </button>;
}
