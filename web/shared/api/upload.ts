// Sends one file with progress. `fetch` cannot tell how much of a body has left, so this is the one place that uses XMLHttpRequest.
import { Problem } from './client';
import type { FileInfo, ProblemDocument } from './types';

export interface Upload { done: Promise<FileInfo>; cancel: () => void }

export function upload(base: string, file: File, progress: (part: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<FileInfo>((resolve, reject) => {
    request.open('POST', `${base}/files?${new URLSearchParams({ name: file.name || 'file' })}`);
    request.setRequestHeader('content-type', file.type || 'application/octet-stream');
    request.setRequestHeader('accept', 'application/json');
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total); };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as FileInfo);
      else reject(refused(request));
    };
    request.onerror = () => reject(new Problem(0, 'offline'));
    request.onabort = () => reject(new Problem(0, 'cancelled'));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

function refused(request: XMLHttpRequest): Problem {
  try {
    const document = JSON.parse(request.responseText) as ProblemDocument;
    return new Problem(request.status, document.code, document);
  } catch {
    return new Problem(request.status, request.status === 413 ? 'too_large' : 'bad_request');
  }
}
