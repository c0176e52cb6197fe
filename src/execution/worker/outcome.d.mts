/** See `outcome.mjs`. */
export interface RawOutcome {
  readonly outcome: string;
  readonly exception?: { readonly type: string; readonly message: string; readonly line?: number };
  readonly detail?: string;
}
export declare function readReply(text: string): Record<string, unknown>;
export declare function outcomeOfProgram(
  reply: object,
  outOfMemory: boolean,
  withTest?: boolean,
): RawOutcome | undefined;
export declare function outcomeOfStop(
  stop: { reason: string; detail: string },
  outOfMemory: boolean,
): RawOutcome;
export declare function badTest(text: string): { type: string; message: string };
