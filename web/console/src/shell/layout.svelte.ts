// How much room there is, in the steps that the layout knows. The style sheets use the same widths.
function fits(query: string): () => boolean {
  const media = matchMedia(query);
  let yes = $state(media.matches);
  media.addEventListener('change', () => { yes = media.matches; });
  return () => yes;
}

/** Views, list, conversation and context side by side. */
export const wide = fits('(min-width: 1380px)');
/** The context has its own column; below, it is laid over the conversation. */
export const docked = fits('(min-width: 1173px)');
/** List and conversation side by side; below, one of them. */
export const paired = fits('(min-width: 901px)');
/** One pane and a bar at the bottom. */
export const phone = fits('(max-width: 640px)');
