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

/** The state of the parts of one provider. */
export interface UiStore {
  read: () => UiState;
  subscribe: (listener: () => void) => () => void;
  show: (id: string) => void;
  /** Closes the modal. The download goes on. */
  hide: () => void;
  setDrawerOpen: (drawerOpen: boolean) => void;
  openToast: (id: string) => void;
  closeToast: (id: string) => void;
  setNotify: (id: string, isOn: boolean) => void;
  /** Lets a download go on as another one: buttons that started the first follow the second. */
  replace: (id: string, next: string) => void;
  /** Returns the id of the download that goes on instead, or the same id. */
  present: (id: string) => string;
  /** Counts a part that is on the page. Returns a function that removes it. */
  enter: (kind: 'lists' | 'modals') => () => void;
  /** Remembers since when a download is without connection. */
  setBroken: (id: string, isBroken: boolean) => void;
}

/** Creates the state. A closure, because names of private fields would cost a page bytes. */
export function createUiStore(): UiStore {
  let state = INITIAL;
  const listeners = new Set<() => void>();

  function change(changes: Partial<UiState>): void {
    state = { ...state, ...changes };
    for (const listener of listeners) listener();
  }

  function show(id: string): void {
    change({ shown: id });
    closeToast(id);
  }

  function openToast(id: string): void {
    if (state.shown === id || state.toasts.includes(id)) return;
    change({ toasts: [...state.toasts, id] });
  }

  function closeToast(id: string): void {
    if (state.toasts.includes(id)) change({ toasts: state.toasts.filter((it) => it !== id) });
  }

  return {
    read: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    show,
    hide: () => change({ shown: null }),
    setDrawerOpen: (drawerOpen) => change({ drawerOpen }),
    openToast,
    closeToast,
    setNotify(id, isOn) {
      const others = state.notify.filter((it) => it !== id);
      change({ notify: isOn ? [...others, id] : others });
    },
    replace(id, next) {
      const { shown, replaced } = state;
      const moved = [...replaced].map(([from, to]) => [from, to === id ? next : to] as const);
      change({ replaced: new Map([...moved, [id, next]]) });
      if (shown === id) show(next);
      else openToast(next);
    },
    present: (id) => state.replaced.get(id) ?? id,
    enter(kind) {
      change({ [kind]: state[kind] + 1 });
      return () => change({ [kind]: state[kind] - 1 });
    },
    setBroken(id, isBroken) {
      const { brokenSince } = state;
      if (brokenSince.has(id) === isBroken) return;
      const next = new Map(brokenSince);
      if (isBroken) next.set(id, Date.now());
      else next.delete(id);
      change({ brokenSince: next });
    },
  };
}
