/** State of the parts: the open modal, the toasts, the drawer. */
export interface UiState {
  /** Id of the download whose modal is open. */
  readonly shown: string | null;
  readonly drawerOpen: boolean;
  /** Ids of downloads with a toast, oldest first. */
  readonly toasts: readonly string[];
  /** Ids of the downloads that go on instead of others, without their lost files. */
  readonly replaced: ReadonlyMap<string, string>;
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
  replaced: new Map(),
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

  readonly setNotify = (id: string, isOn: boolean): void => {
    const others = this.state.notify.filter((it) => it !== id);
    this.change({ notify: isOn ? [...others, id] : others });
  };

  /** Lets a download go on as another one: buttons that started the first follow the second. */
  readonly replace = (id: string, next: string): void => {
    const { shown, replaced } = this.state;
    const moved = [...replaced].map(([from, to]) => [from, to === id ? next : to] as const);
    this.change({ replaced: new Map([...moved, [id, next]]) });
    if (shown === id) this.show(next);
    else this.openToast(next);
  };

  /** Returns the id of the download that goes on instead, or the same id. */
  readonly present = (id: string): string => this.state.replaced.get(id) ?? id;

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
