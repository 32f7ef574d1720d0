/** Returns the ticket of a sign-in link, and removes it from the address and the history. */
export function takeTicket(): string | null {
  const ticket = new URLSearchParams(location.hash.slice(1)).get('sign-in');
  if (ticket !== null) history.replaceState(null, '', location.pathname + location.search);
  return ticket;
}
