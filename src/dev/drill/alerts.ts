interface Answer {
  data: { result: { metric: { alertname: string } }[] };
}

/**
 * Returns the names of the alerts that fired, in order; null where no Prometheus runs.
 * @param prometheus its address.
 * @param since begin of the time that is looked at.
 */
export async function alertsSince(prometheus: string | undefined, since: Date): Promise<string[] | null> {
  if (prometheus === undefined) return null;
  const seconds = Math.ceil((Date.now() - since.getTime()) / 1_000);
  const query = `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${seconds}s]))`;
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
  if (!response.ok) throw new Error(`Prometheus answered ${response.status}: ${await response.text()}`);
  const { data } = (await response.json()) as Answer;
  return data.result.map(({ metric }) => metric.alertname).toSorted();
}
