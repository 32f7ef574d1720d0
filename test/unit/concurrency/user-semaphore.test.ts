import { describe, expect, it } from '@jest/globals';
import { UserSemaphore } from '../../../src/concurrency/user-semaphore.js';

describe('UserSemaphore', () => {
  /** Work that runs until the test ends it. */
  function controlledWork() {
    let end!: () => void;
    const done = new Promise<void>((resolve) => (end = resolve));
    return { work: () => done, end };
  }

  it('rejects work beyond the limit of a user', async () => {
    const semaphore = new UserSemaphore(2);
    const { work, end } = controlledWork();
    const running = [semaphore.run('ada', work), semaphore.run('ada', work)];
    await expect(semaphore.run('ada', work)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: 'Limit reached: 2 requests of this kind are running. Wait until one finishes.',
    });
    await expect(semaphore.run('grace', async () => 'other user')).resolves.toBe('other user');
    end();
    await Promise.all(running);
  });

  it('frees the slot after success', async () => {
    const semaphore = new UserSemaphore(1);
    await semaphore.run('ada', async () => {});
    await expect(semaphore.run('ada', async () => 'again')).resolves.toBe('again');
  });

  it('frees the slot after an error', async () => {
    const semaphore = new UserSemaphore(1);
    const failing = semaphore.run('ada', () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    await expect(semaphore.run('ada', async () => 'again')).resolves.toBe('again');
  });
});
