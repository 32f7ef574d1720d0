import { combineAll, crc32 } from '../format/crc32.js';
import type { PlanOutline } from '../plan/plan.js';
import type { Limits } from '../limits.js';
import type { Buffers, PartSink, SentPart, SideObjects } from '../ports.js';
import { PartNumberRange, PartWriter } from '../segment/part-writer.js';
import { Gate, Tasks } from '../segment/tasks.js';
import type { ArchiveLayout, HeadPart } from './archive-layout.js';
import { localHeader } from './archive-tail.js';
import { readKept } from './side-bytes.js';

export interface SendIo {
  plan: Pick<PlanOutline, 'partSize' | 'tail'>;
  sink: PartSink;
  side: SideObjects;
  buffers: Buffers;
  signal: AbortSignal;
}

type Send = (number: number, buffers: readonly Uint8Array[], sum: number, position?: number) => Promise<void>;

/** Heads in memory at once, of up to three smallest parts each. */
const PARALLEL_HEADS = 4;

/**
 * Sends the parts that no segment could: heads, small segments, and the tail of the archive.
 * @returns them, in no order.
 */
export async function sendArchive(
  layout: ArchiveLayout,
  tail: Iterable<Uint8Array>,
  io: SendIo,
  limits: Limits,
): Promise<SentPart[]> {
  const tasks = new Tasks(io.signal);
  const sent: SentPart[] = [];
  const send: Send = async (number, buffers, sum, position) => {
    sent.push(await io.sink.sendPart(number, buffers, sum, io.signal, position));
  };
  const start = layout.size - layout.fragments.reduce((sum, { size }) => sum + size, 0);
  const numbers = new PartNumberRange(io.plan.tail, limits.maxParts - io.plan.tail + 1);
  const writer = new PartWriter(
    {
      limits,
      partSize: io.plan.partSize,
      buffers: io.buffers,
      tasks,
      send: (part) => send(part.number, part.buffers, part.crc32, start + part.position),
    },
    numbers,
  );
  try {
    const gate = new Gate(PARALLEL_HEADS);
    for (const head of layout.heads) {
      await gate.enter(tasks);
      tasks.start(async () => {
        await sendHead(head, io, send);
        gate.leave();
      });
    }
    for (const fragment of layout.fragments) await writer.write(await readKept(io.side, fragment, io.signal));
    for (const bytes of tail) await writer.write(bytes);
    const rest = writer.flush();
    if (rest) writer.sendLast(rest);
    await tasks.finish();
    return sent;
  } catch (error) {
    await tasks.end(error);
    throw tasks.signal.reason;
  } finally {
    writer.dispose();
  }
}

async function sendHead(
  { number, before, entry, kept }: HeadPart,
  { side, signal }: SendIo,
  send: Send,
): Promise<void> {
  const header = localHeader(entry);
  const bytes = [
    ...(before ? [await readKept(side, before, signal)] : []),
    header,
    await readKept(side, kept, signal),
  ];
  const headerSum = { crc32: crc32(header), size: header.length };
  const sum = combineAll([...(before ? [before] : []), headerSum, kept]);
  await send(number, bytes, sum.crc32);
}
