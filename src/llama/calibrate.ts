import { TracewiseError } from '../errors.ts';
import type { NativeContext } from './addon.ts';
import { type DecodeCosts, undisturbed } from './decode-costs.ts';

const rowCounts = [1, 2, 4, 8, 16, 32];
const rounds = 3;
/** Further sizes are measured once each when so much time has gone. */
const patienceMs = 300;
/** And none after so much: a large model on a CPU shall not load for seconds more. */
const mostMs = 800;

/**
 * Measures what decodes of a few sizes take, on an empty cache, the best of three rounds each while that is quick.
 * Whether two rows are sooner decoded together or one by one depends on the model's number format and the device: on a
 * CPU two rows of Q4_0 take 1.7 to 2 times as long as one, of Q8_0 4 times, eight rows 4 and 6 times.
 */
export async function calibrate(context: NativeContext, maxRows: number): Promise<DecodeCosts> {
  const costs: { rows: number; ms: number }[] = [];
  const startedMs = performance.now();
  // The first decode finds cold weights.
  await timed(context, 1);
  for (const rows of rowCounts) {
    const elapsedMs = () => performance.now() - startedMs;
    if (rows > maxRows || (costs.length > 2 && elapsedMs() > mostMs)) break;
    let ms = Infinity;
    for (let round = 0; round < rounds && (round === 0 || elapsedMs() < patienceMs); round++)
      ms = Math.min(ms, await timed(context, rows));
    costs.push({ rows, ms });
  }
  return undisturbed(costs);
}

/** One decode of the rows of one sequence, all with logits. */
async function timed(context: NativeContext, rows: number): Promise<number> {
  const step = {
    tokens: new Int32Array(rows),
    positions: Int32Array.from({ length: rows }, (_, i) => i),
    sequences: new Int32Array(rows),
    outputs: new Int8Array(rows).fill(1),
    decodeSizes: Int32Array.of(rows),
    choices: [],
    copies: new Int32Array(0),
  };
  const startedMs = performance.now();
  const { status, code, log } = await context.step(step);
  const elapsedMs = performance.now() - startedMs;
  if (status !== 'done') {
    throw new TracewiseError(
      'ERR_DECODE',
      `Expected the model to evaluate ${rows} rows but llama_decode returned ${code}${log && `: ${log}`}`,
    );
  }
  context.removeCells(0, 0);
  return elapsedMs;
}
