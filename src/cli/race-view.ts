import type { RaceEvent } from '../agents/race-event.ts';
import type { ResolvedOptions } from '../options.ts';

/** How a race goes: a line for every agent that comes to its end. */
export class RaceView {
  readonly #out: NodeJS.WritableStream;
  readonly #options = new Map<number, ResolvedOptions>();

  constructor(out: NodeJS.WritableStream) {
    this.#out = out;
  }

  show(event: RaceEvent): void {
    if (event.type === 'race-end')
      this.#out.write(`agent ${event.chosen + 1} of ${event.agents} is the result\n`);
    if (event.type === 'run-start') this.#options.set(event.agent, event.options);
    if (event.type !== 'run-end') return;
    const { guidanceStrength, temperature, seed } = this.#options.get(event.agent)!;
    const passed = event.results.filter(({ outcome }) => outcome === 'passed').length;
    const verdict =
      event.endedBy === 'outrun' ? 'no verdict' : `${passed} of ${event.results.length} tests pass`;
    this.#out.write(
      `agent ${event.agent + 1}: γ ${guidanceStrength}, t ${temperature}, seed ${seed}: ${verdict} (${event.endedBy}; ${event.counters.rows} rows)\n`,
    );
  }
}
