/** Moves an element out of sight, and leaves it to screen readers. Set here, because pages may lack the style sheet. */
const HIDDEN: Partial<CSSStyleDeclaration> = {
  position: 'absolute',
  inlineSize: '1px',
  blockSize: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
};

/** Screen readers miss a text that comes together with its region. */
const SETTLED_MS = 100;

/** Speaks to screen readers. */
export interface Announcer {
  /** @param isUrgent interrupts what is being read. */
  say(text: string, isUrgent?: boolean): void;
  /** Takes away what was said. */
  remove(): void;
}

/** Creates live regions on first use. They move into the open modal dialog: everything else is inert then. */
export function createAnnouncer(): Announcer {
  const regions = new Map<string, HTMLElement>();

  function region(role: string): HTMLElement {
    let element = regions.get(role);
    if (!element) {
      element = document.createElement('div');
      element.setAttribute('role', role);
      Object.assign(element.style, HIDDEN);
      regions.set(role, element);
    }
    const parent = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
    if (element.parentElement !== parent) parent.append(element);
    return element;
  }

  return {
    say(text, isUrgent = false) {
      const element = region(isUrgent ? 'alert' : 'status');
      setTimeout(() => (element.textContent = text), SETTLED_MS);
    },
    remove() {
      for (const element of regions.values()) element.remove();
      regions.clear();
    },
  };
}
