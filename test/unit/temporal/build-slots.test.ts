import { beforeEach, describe, expect, it } from '@jest/globals';
import { BuildSlots } from '../../../src/temporal/build-slots.js';

describe('BuildSlots', () => {
  const memory = { isShort: false };
  let warnings: string[];
  let slots: BuildSlots;
  beforeEach(() => {
    memory.isShort = false;
    warnings = [];
    slots = new BuildSlots(2, memory, { warn: (_, message) => void warnings.push(message) });
  });

  const reserve = (signal = new AbortController().signal) => slots.reserveSlot({}, signal);

  it('gives a slot away when one is released', async () => {
    await Promise.all([reserve(), reserve()]);
    expect(slots.tryReserveSlot()).toBeNull();
    const third = reserve();
    slots.releaseSlot();
    await third;
    expect(slots.tryReserveSlot()).toBeNull();
  });

  it('gives no further slot while memory is short', async () => {
    memory.isShort = true;
    await reserve();
    expect(slots.tryReserveSlot()).toBeNull();
    expect(slots.tryReserveSlot()).toBeNull();
    expect(warnings).toEqual(['memory is short: no further build']);
    const second = reserve();
    memory.isShort = false;
    await second;
  });

  it('ends a wait with the reason of its signal', async () => {
    await Promise.all([reserve(), reserve()]);
    const controller = new AbortController();
    const third = reserve(controller.signal);
    const reason = new Error('the worker stops');
    controller.abort(reason);
    await expect(third).rejects.toBe(reason);
  });
});
