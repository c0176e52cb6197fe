import { TracewiseError } from '../errors.ts';

/**
 * Where models come from: Hugging Face, or the mirror of HF_ENDPOINT (or llama.cpp's MODEL_ENDPOINT), without a slash
 * at its end. Throws a TracewiseError (ERR_OPTIONS), which does not show the value: it may hold a secret.
 */
export function hubEndpoint(): string {
  const name = process.env.MODEL_ENDPOINT ? 'MODEL_ENDPOINT' : 'HF_ENDPOINT';
  const endpoint = process.env[name] || 'https://huggingface.co';
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw wrong(name, 'an address such as https://huggingface.co', 'what is neither http nor https');
  if (url.username || url.password || url.search || url.hash)
    throw wrong(name, 'an address alone', 'credentials, a query or a fragment besides; leave them out');
  return url.href.replace(/\/+$/, '');
}

/** HF_TOKEN; undefined where there is none. Throws as `hubEndpoint` does. */
export function hubToken(): string | undefined {
  const token = process.env.HF_TOKEN?.trim() || undefined;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw wrong('HF_TOKEN', 'one token of ASCII signs', 'spaces, line ends or other signs in it');
  return token;
}

function wrong(name: string, expected: string, found: string): TracewiseError {
  return new TracewiseError('ERR_OPTIONS', `Expected ${expected} in ${name} but found ${found}`, {
    details: { variable: name },
  });
}
