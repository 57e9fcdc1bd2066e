// Files that are dropped on or pasted into an element.
export function onFiles(element: HTMLElement, take: (files: File[]) => void, over: (yes: boolean) => void): () => void {
  let depth = 0;
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  const enter = (event: DragEvent) => { if (hasFiles(event)) { depth += 1; over(true); event.preventDefault(); } };
  const move = (event: DragEvent) => { if (hasFiles(event)) event.preventDefault(); };
  const leave = (event: DragEvent) => { if (hasFiles(event)) { depth = Math.max(0, depth - 1); over(depth > 0); } };
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    over(false);
    take([...(event.dataTransfer?.files ?? [])]);
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // A copied table brings a picture of itself beside its text: the text is what was meant.
    if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return;
    event.preventDefault();
    take(files);
  };
  element.addEventListener('dragenter', enter);
  element.addEventListener('dragover', move);
  element.addEventListener('dragleave', leave);
  element.addEventListener('drop', drop);
  element.addEventListener('paste', paste);
  return () => {
    element.removeEventListener('dragenter', enter);
    element.removeEventListener('dragover', move);
    element.removeEventListener('dragleave', leave);
    element.removeEventListener('drop', drop);
    element.removeEventListener('paste', paste);
  };
}
