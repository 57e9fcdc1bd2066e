// Which panes are shown, and how the keyboard gets into them. The panes name their own elements.
class Panes {
  /** Put away where it has its own column. */
  contextHidden = $state(false);
  /** Laid over the conversation where it has none. */
  contextOver = $state(false);
  list: HTMLElement | null = null;
  thread: HTMLElement | null = null;
  context: HTMLElement | null = null;
}
export const panes = new Panes();

/** What the keys ask of the parts that can do it; a part takes the request and clears it. */
export type Want = 'assign' | 'team' | 'status' | 'tags' | 'priority' | 'snooze' | 'block' | 'forward' | 'filter';
class Wants {
  /** Of the conversation's header, or of the bar over a selection. */
  where = $state<'thread' | 'bulk' | 'list' | null>(null);
  what = $state<Want | null>(null);
  ask(where: 'thread' | 'bulk' | 'list', what: Want): void { this.where = where; this.what = what; }
  is(where: 'thread' | 'bulk' | 'list', what: Want): boolean { return this.where === where && this.what === what; }
  done(): void { this.where = this.what = null; }
}
export const wants = new Wants();
