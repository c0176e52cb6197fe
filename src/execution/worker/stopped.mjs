/** Thrown through the interpreter's frames. No Python handler sees it; the memory image makes it harmless. */
export class Stopped {
  /**
   * @param {'timed-out' | 'denied' | 'exit' | 'crash' | 'stack-overflow' | 'too-large' | 'output' | 'harness'} reason
   * @param {string} detail
   */
  constructor(reason, detail) {
    this.reason = reason;
    this.detail = detail;
  }
}
