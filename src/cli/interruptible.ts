import { exitCodes } from './exit-codes.ts';

/** Runs a command that SIGINT and SIGTERM abort; returns its exit code, or that of the interruption. */
export async function interruptible(command: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated };
  const interruption = new AbortController();
  const onSignal = (name: NodeJS.Signals) => interruption.abort(name);
  for (const name of Object.keys(codes)) process.once(name, onSignal);
  try {
    return await command(interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) return codes[interruption.signal.reason as keyof typeof codes];
    throw error;
  } finally {
    for (const name of Object.keys(codes)) process.off(name, onSignal);
  }
}
