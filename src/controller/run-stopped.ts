import type { EndReason } from '../events.ts';

/** Thrown inside a run to end it in order, at whatever depth; never leaves the controller. */
export class RunStopped extends Error {
  readonly endedBy: EndReason;
  /** Of `candidate-passed`: the program that passed. */
  readonly program: string | undefined;

  constructor(endedBy: EndReason, program?: string) {
    super(endedBy);
    this.endedBy = endedBy;
    this.program = program;
  }
}
