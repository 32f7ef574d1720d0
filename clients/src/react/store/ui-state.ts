/** State of the parts: the open modal, the toasts, the drawer. */
export interface UiState {
  /** Id of the download whose modal is open. */
  readonly shown: string | null;
  readonly drawerOpen: boolean;
  /** Ids of downloads with a toast, oldest first. */
  readonly toasts: readonly string[];
  /** Ids of downloads that are being cancelled. */
  readonly cancelling: readonly string[];
  /** Ids of downloads whose archive is being handed to the browser. */
  readonly saving: readonly string[];
  /** Ids of downloads whose end the user wants to be told by a notification. */
  readonly notify: readonly string[];
  /** Since when downloads are without connection, in milliseconds since the epoch. */
  readonly brokenSince: ReadonlyMap<string, number>;
  /** Lists on the page. With one, a toast may disappear: the row stays. */
  readonly lists: number;
  /** Modals on the page. Without one, nothing offers to show a download. */
  readonly modals: number;
}

const INITIAL: UiState = {
  shown: null,
  drawerOpen: false,
  toasts: [],
  cancelling: [],
  saving: [],
  notify: [],
  brokenSince: new Map(),
  lists: 0,
  modals: 0,
};

/** Holds the state of the parts of one provider. */
export class UiStore {
  private state = INITIAL;
  private readonly listeners = new Set<() => void>();

  readonly read = (): UiState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly show = (id: string): void => {
    this.change({ shown: id });
    this.closeToast(id);
  };

  /** Closes the modal. The download goes on. */
  readonly hide = (): void => this.change({ shown: null });

  readonly setDrawerOpen = (drawerOpen: boolean): void => this.change({ drawerOpen });

  readonly openToast = (id: string): void => {
    if (this.state.shown === id || this.state.toasts.includes(id)) return;
    this.change({ toasts: [...this.state.toasts, id] });
  };

  readonly closeToast = (id: string): void => {
    if (this.state.toasts.includes(id)) this.change({ toasts: this.state.toasts.filter((it) => it !== id) });
  };

  /** Adds a download to a list of ids, or removes it. */
  readonly mark = (list: 'cancelling' | 'saving' | 'notify', id: string, isMarked: boolean): void => {
    const others = this.state[list].filter((it) => it !== id);
    this.change({ [list]: isMarked ? [...others, id] : others });
  };

  /** Counts a part that is on the page. Returns a function that removes it. */
  readonly enter = (kind: 'lists' | 'modals'): (() => void) => {
    this.change({ [kind]: this.state[kind] + 1 });
    return () => this.change({ [kind]: this.state[kind] - 1 });
  };

  /** Remembers since when a download is without connection. */
  readonly setBroken = (id: string, isBroken: boolean): void => {
    const { brokenSince } = this.state;
    if (brokenSince.has(id) === isBroken) return;
    const next = new Map(brokenSince);
    if (isBroken) next.set(id, Date.now());
    else next.delete(id);
    this.change({ brokenSince: next });
  };

  private change(changes: Partial<UiState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}
