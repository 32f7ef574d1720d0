import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const TRUECOLOR = 2;

/** Red, green and blue, from 0 to 255. */
type Color = [number, number, number];

/** Creates a PNG (ISO/IEC 15948) of the given size in pixels, with 8 bits per channel. */
export function png(width: number, height: number, colorAt: (x: number, y: number) => Color): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, TRUECOLOR, 0, 0, 0], 8);

  // Each row starts with its filter type; 0 means none.
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: width }, (__, x) => colorAt(x, y)).flat()]),
  );
  const pixels = deflateSync(Buffer.concat(rows));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND')]);
}

/** Draws a sunset over the sea. */
export function sunsetPng(): Buffer {
  const [width, height, horizon, sunX, radius] = [480, 300, 190, 330, 46];
  return png(width, height, (x, y) => {
    const light = Math.max(0, 1 - Math.hypot(x - sunX, y - horizon) / width);
    if (y < horizon && Math.hypot(x - sunX, y - horizon) < radius) return [255, 236, 179];
    if (y < horizon) return [blend(58, 255, light), blend(42, 150, light), blend(104, 90, light)];
    const wave = Math.abs(x - sunX) < radius * (1 - (y - horizon) / height) && y % 7 < 3 ? 0.55 : 0;
    return [blend(18, 255, wave), blend(44, 200, wave), blend(78, 140, wave)];
  });
}

function blend(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
