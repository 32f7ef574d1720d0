import { describe, expect, it } from '@jest/globals';
import { counter, gauge, histogram } from '../../../../src/telemetry/metrics/definition.js';
import { Metrics } from '../../../../src/telemetry/metrics/metrics.js';
import { MetricsText } from '../../../support/metrics-text.js';

const DEFINITIONS = {
  eaten: counter('eaten_total', 'Fruit eaten', { fruit: ['apple', 'pear'] }, { alias: 'fruit_eaten_total' }),
  rotten: counter('rotten_total', 'Fruit thrown away', { fruit: null, why: ['old'] }, { series: [] }),
  hungry: gauge('hungry_people', 'People without fruit', {}),
  weight: histogram('fruit_weight_grams', 'Weight of fruit', { fruit: ['apple'] }, [100, 200]),
};

function register() {
  const metrics = new Metrics();
  return { metrics, fruit: metrics.register(DEFINITIONS) };
}

async function scraped(metrics: Metrics): Promise<MetricsText> {
  return new MetricsText(await metrics.text());
}

describe('Metrics', () => {
  it('starts every counter at 0', async () => {
    const text = await scraped(register().metrics);
    expect(text.sum('eaten_total', { fruit: 'apple' })).toBe(0);
    expect(text.sum('eaten_total', { fruit: 'pear' })).toBe(0);
    expect(text.sum('rotten_total')).toBeNaN();
  });

  it('counts under both names of an alias', async () => {
    const { metrics, fruit } = register();
    fruit.eaten.add({ fruit: 'pear' });
    fruit.eaten.add({ fruit: 'pear' }, 2);
    const text = await scraped(metrics);
    expect(text.sum('eaten_total', { fruit: 'pear' })).toBe(3);
    expect(text.sum('fruit_eaten_total', { fruit: 'pear' })).toBe(3);
  });

  it('counts unknown values as one other value', async () => {
    const { metrics, fruit } = register();
    for (const name of ['brick', 'stone']) fruit.eaten.add({ fruit: name as 'apple' });
    const text = await scraped(metrics);
    expect(text.sum('eaten_total', { fruit: 'other' })).toBe(2);
    expect(text.text).not.toMatch(/brick|stone/);
  });

  it('observes values in buckets', async () => {
    const { metrics, fruit } = register();
    fruit.weight.observe({ fruit: 'apple' }, 150);
    const text = await scraped(metrics);
    expect(text.sum('fruit_weight_grams_bucket', { le: '100' })).toBe(0);
    expect(text.sum('fruit_weight_grams_bucket', { le: '200' })).toBe(1);
    expect(text.sum('fruit_weight_grams_sum')).toBe(150);
  });

  it('refreshes gauges before a scrape', async () => {
    const { metrics, fruit } = register();
    metrics.beforeScrape(async () => fruit.hungry.set({}, 7));
    expect((await scraped(metrics)).sum('hungry_people')).toBe(7);
  });
});
