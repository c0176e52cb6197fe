import type { ResolvedOptions } from '../options.ts';

/** Whether guided tokens come from the conditional stream alone: an ungated γ = 1. */
export function isConditionalAlone({
  guidanceStrength,
  guidanceGate,
}: Pick<ResolvedOptions, 'guidanceStrength' | 'guidanceGate'>): boolean {
  return guidanceStrength === 1 && guidanceGate === 0;
}
