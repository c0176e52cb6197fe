/** What a decode takes with so many rows, in ms; ascending in rows, from one row on. */
export type DecodeCosts = readonly { readonly rows: number; readonly ms: number }[];

/** Between two measured numbers of rows on a straight line; beyond the last on the line through 0 and it. */
export function decodeMs(costs: DecodeCosts, rows: number): number {
  const next = costs.findIndex((cost) => cost.rows >= rows);
  if (next === -1) {
    const { rows: most, ms } = costs.at(-1)!;
    return (ms * rows) / most;
  }
  const [before, after] = [costs[Math.max(0, next - 1)]!, costs[next]!];
  if (after.rows === before.rows) return after.ms;
  return before.ms + ((after.ms - before.ms) * (rows - before.rows)) / (after.rows - before.rows);
}

/**
 * Measured times without those that only something else on the machine explains: more rows never take less, and four
 * rows or more never longer, a row, than fewer do. Not so two against one, for which there are other kernels.
 */
export function undisturbed(measured: DecodeCosts): DecodeCosts {
  const costs = measured.map((cost) => ({ ...cost }));
  for (let i = costs.length - 2; i >= 0; i--) costs[i]!.ms = Math.min(costs[i]!.ms, costs[i + 1]!.ms);
  for (let i = 1; i < costs.length; i++) {
    const [before, cost] = [costs[i - 1]!, costs[i]!];
    if (before.rows > 1) cost.ms = Math.min(cost.ms, (before.ms * cost.rows) / before.rows);
  }
  return costs;
}

/** A clear gain: measured times waver. */
const gain = 0.9;
const mostSeparateRows = 8;

/** Up to how many single rows are sooner decoded one by one, as with Q8_0 weights on a CPU; 0: none. */
export function separateRows(costs: DecodeCosts): number {
  const one = decodeMs(costs, 1);
  let most = 0;
  for (let rows = 2; rows <= mostSeparateRows && rows * one < gain * decodeMs(costs, rows); rows++)
    most = rows;
  return most;
}
