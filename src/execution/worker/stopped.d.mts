/** See `stopped.mjs`. */
export declare class Stopped {
  constructor(reason: string, detail: string);
  readonly reason: string;
  readonly detail: string;
}
