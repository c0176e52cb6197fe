/** See `slot.mjs`. */
export declare class Slot {
  constructor(memory: SharedArrayBuffer);
  static allocate(traceBytes: number): Slot;
  readonly memory: SharedArrayBuffer;
  readonly trace: Uint8Array;
  begin(index: number, deadline: number): void;
  end(): void;
  readonly deadline: number;
  readonly index: number;
  set traceLength(length: number);
  readonly traceLines: string;
}
