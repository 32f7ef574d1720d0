import { once } from 'node:events';
import { expect } from '@jest/globals';
import { WebSocket } from 'ws';
import { ApiDocument } from './api-document.js';

/** Checks real responses against the OpenAPI document and records the checked operations. */
export class HeldAnswers {
  private readonly checked = new Set<string>();

  private constructor(readonly document: ApiDocument) {}

  static async of(baseUrl: string): Promise<HeldAnswers> {
    return new HeldAnswers(await ApiDocument.fetch(baseUrl));
  }

  /** The checked operations, as `get /v1/download/{jobId}`. */
  get operations(): string[] {
    return [...this.checked].toSorted();
  }

  /**
   * Checks a response and returns it.
   * @param wanted the expected status or error code.
   */
  async assertDocumented(
    operation: string,
    wanted: number | string,
    answer: Promise<Response>,
  ): Promise<Response> {
    const response = await answer;
    const status = typeof wanted === 'number' ? wanted : response.status;
    expect([operation, response.status]).toEqual([operation, status]);
    if (typeof wanted === 'string') expect(await response.clone().json()).toMatchObject({ code: wanted });
    expect(await this.document.faultsOf(operation, response)).toEqual([]);
    this.checked.add(operation);
    return response;
  }

  /** Reads an event stream to its end and returns the id of its last event. */
  async assertEvents(operation: string, answer: Promise<Response>): Promise<string> {
    const response = await this.assertDocumented(operation, 200, answer);
    const events = [...(await response.text()).matchAll(/^id: (.*)\ndata: (.*)$/gm)];
    this.assertMessages(events.map(([, , data]) => data!));
    return events.at(-1)![1]!;
  }

  /** Checks the messages of a WebSocket until it closes. */
  async assertSocket(operation: string, url: string): Promise<void> {
    const socket = new WebSocket(url);
    const messages: string[] = [];
    socket.on('message', (data: Buffer) => messages.push(data.toString()));
    await once(socket, 'close');
    this.assertMessages(messages);
    this.checked.add(operation);
  }

  private assertMessages(messages: readonly string[]): void {
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.flatMap((text) => this.document.faultsOfMessage(JSON.parse(text)))).toEqual([]);
  }
}
