/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Where the next page begins; null on the last page. A short or empty page may have one. */
  nextCursor: string | null;
}

/** A list: `await` it for one page, or iterate with `for await` over all items. */
export interface Paged<T> extends PromiseLike<Page<T>>, AsyncIterable<T> {}

/**
 * Makes a list from a function that reads one page.
 * @param first where the list begins; undefined for the first page.
 */
export function paged<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  first: string | undefined,
): Paged<T> {
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- `await` reads one page
    then: (resolve, reject) => read(first).then(resolve, reject),
    async *[Symbol.asyncIterator]() {
      for (let cursor = first; ;) {
        const { items, nextCursor } = await read(cursor);
        yield* items;
        // A page that names itself as the next one would have no end.
        if (!nextCursor || nextCursor === cursor) return;
        cursor = nextCursor;
      }
    },
  };
}
