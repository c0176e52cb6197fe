import type { Slot } from './worker/slot.mjs';

/**
 * Calls `expired` once when what runs in a slot is `graceMs` past its deadline: the program hangs where no
 * deadline is looked at, inside one call of C. Returns what ends the watch.
 */
export function watchSlot(slot: Slot, graceMs: number, expired: () => void): () => void {
  let timer: NodeJS.Timeout;
  const look = () => {
    const { deadline } = slot;
    const left = deadline === 0 ? graceMs : deadline + graceMs - Date.now();
    if (left <= 0) expired();
    else timer = setTimeout(look, Math.max(left, 5));
  };
  timer = setTimeout(look, graceMs);
  return () => clearTimeout(timer);
}
