import { type Server, createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PortUnavailable, assertPortFree } from '../../../../src/dev/processes/ports.js';
import { freePort, listen } from '../../../support/dev.js';

describe('assertPortFree', () => {
  let server: Server | undefined;

  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  async function occupyPort(): Promise<number> {
    server = createServer();
    return listen(server);
  }

  test('accepts a free port repeatedly', async () => {
    const port = await freePort();
    await assertPortFree(port, 'PORT');
    await assertPortFree(port, 'PORT');
  });

  test('names the used port and its setting', async () => {
    const port = await occupyPort();
    const failure = assertPortFree(port, 'TEMPORAL_UI_PORT');
    await expect(failure).rejects.toBeInstanceOf(PortUnavailable);
    await expect(failure).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      port,
      setting: 'TEMPORAL_UI_PORT',
    });
    await expect(failure).rejects.toThrow(
      `Port ${port} is already in use: stop the program that uses it, or set TEMPORAL_UI_PORT to another port.`,
    );
  });

  test('rejects 0.0.0.0 if loopback is in use', async () => {
    const port = await occupyPort();
    await expect(assertPortFree(port, 'PORT', '0.0.0.0')).rejects.toThrow('already in use');
  });

  test('rejects an address of another machine', async () => {
    const port = await freePort();
    await expect(assertPortFree(port, 'PORT', '203.0.113.1')).rejects.toThrow(
      `Port ${port} of 203.0.113.1 cannot be used`,
    );
  });

  test('accepts port 0', async () => {
    await assertPortFree(0, 'PORT');
  });
});
