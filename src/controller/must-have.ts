import { TracewiseError } from '../errors.ts';

/** Throws a TracewiseError (ERR_OPTIONS) that names what is missing of a setup, or a signal that is none. */
export function mustHave<Setup extends { readonly signal?: AbortSignal }>(
  setup: Setup | undefined,
  ...names: readonly (keyof Setup & string)[]
): void {
  const missing = names.filter((name) => typeof setup?.[name] !== 'object' || setup[name] === null);
  if (missing.length > 0) {
    const list = missing.map((name) => `\`${name}\``).join(' and ');
    throw new TracewiseError('ERR_OPTIONS', `Expected ${list} beside the options but received none`);
  }
  const { signal } = setup!;
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new TracewiseError(
      'ERR_OPTIONS',
      'Expected an AbortSignal for `signal` but received another value',
    );
}
