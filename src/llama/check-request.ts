import { leastEpsilon, leastTemperature } from '../options.ts';
import type { ChoiceRequest } from '../token-model.ts';

/** Checks a request's numbers. Throws a TypeError or RangeError that names the wrong one. */
export function checkRequest(request: ChoiceRequest): void {
  if (request?.kind !== 'sample' && request?.kind !== 'guided') {
    throw new TypeError(
      `Expected 'sample' or 'guided' for \`kind\` but received ${String((request as ChoiceRequest)?.kind)}`,
    );
  }
  const { temperature, uniform, topCount } = request;
  inRange('temperature', temperature, leastTemperature, 1e6, { orZero: true });
  if (temperature > 0) inRange('uniform', uniform, 0, 1 - Number.EPSILON / 2);
  if (topCount !== undefined) integer('topCount', topCount);
  if (request.kind === 'sample') {
    if (request.topK !== undefined) integer('topK', request.topK);
    if (request.topP !== undefined) inRange('topP', request.topP, 0, 1);
    if (request.minP !== undefined) inRange('minP', request.minP, 0, 1);
    return;
  }
  inRange('guidanceStrength', request.guidanceStrength, 0, 1e6);
  inRange('epsilon', request.epsilon, leastEpsilon, 1, { orZero: true });
  inRange('plausibility', request.plausibility, 0, 1);
  inRange('guidanceGate', request.guidanceGate ?? 0, 0, 1);
}

/** Checks the draws of a draft's picks. Throws a TypeError or RangeError. */
export function checkUniforms(uniforms: readonly number[], count: number): void {
  if (uniforms.length !== count) {
    throw new RangeError(`Expected ${count} draws for \`uniforms\` but received ${uniforms.length}`);
  }
  for (const uniform of uniforms) inRange('uniforms', uniform, 0, 1 - Number.EPSILON / 2);
}

function inRange(name: string, value: unknown, min: number, max: number, { orZero = false } = {}): void {
  if (typeof value !== 'number') {
    throw new TypeError(`Expected a number for \`${name}\` but received ${String(value)}`);
  }
  if ((value >= min && value <= max) || (orZero && value === 0)) return;
  throw new RangeError(
    `Expected ${orZero ? '0 or ' : ''}a number in [${min}, ${max}] for \`${name}\` but received ${value}`,
  );
}

function integer(name: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fffffff) return;
  throw new RangeError(`Expected a non-negative integer for \`${name}\` but received ${String(value)}`);
}
