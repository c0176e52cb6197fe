import { describe, expect, it } from 'vitest';
import { modelCatalogue } from '../../src/models/catalogue.ts';
import { hubName, parseModelSource, partsOf } from '../../src/models/model-source.ts';

describe('a model by its name', () => {
  it.each([
    ['embedded', { kind: 'embedded' }],
    ['models/mini.gguf', { kind: 'file', path: 'models/mini.gguf' }],
    ['./embedded', { kind: 'file', path: './embedded' }],
    ['C:\\models\\mini.gguf', { kind: 'file', path: 'C:\\models\\mini.gguf' }],
    [
      'hf:some-one/a.repo/deep/in it/m-Q4_K (1).gguf#v1.0',
      {
        kind: 'hub',
        name: 'hf:some-one/a.repo/deep/in it/m-Q4_K (1).gguf#v1.0',
        repository: 'some-one/a.repo',
        revision: 'v1.0',
        file: 'deep/in it/m-Q4_K (1).gguf',
      },
    ],
  ])('%s', (text, source) => {
    expect(parseModelSource(text)).toEqual(source);
  });

  it('of the catalogue, under both of its names', () => {
    for (const known of modelCatalogue) {
      expect(parseModelSource(known.id)).toMatchObject({ kind: 'hub', name: hubName(known), known });
      expect(parseModelSource(hubName(known))).toEqual(parseModelSource(known.id));
      expect(parseModelSource(`${hubName(known)}#main`)).toEqual(parseModelSource(known.id));
    }
  });

  it('of another revision than main is not what the catalogue knows', () => {
    expect(parseModelSource(`${hubName(modelCatalogue[0]!)}#old`)).not.toHaveProperty('known');
  });

  it.each([
    ['hf:owner/repository', 'hf:owner/repository/file.gguf'],
    ['hf:owner/repository:Q4_K_M', 'hf:owner/repository/file.gguf'],
    ['hf:owner/repository/model.safetensors', 'hf:owner/repository/file.gguf'],
    ['hf:owner/../x.gguf', 'no file here may have'],
    ['hf:../owner/x.gguf', 'no file here may have'],
    ['hf:owner/repository/../../../x.gguf', 'no file here may have'],
    ['hf:owner/repository//x.gguf', 'no file here may have'],
    ['hf:owner/repository/a\\b.gguf', 'no file here may have'],
    ['hf:owner/repository/x-00002-of-00003.gguf', 'x-00001-of-00003.gguf'],
    ['hf:owner/repository/x-00000-of-00000.gguf', 'one part of several'],
    ['https://example.org/x.gguf', 'hf:owner/repository/file.gguf'],
  ])('%s is refused', (text, why) => {
    expect(() => parseModelSource(text)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(why) }),
    );
  });

  it('has parts where it is split', () => {
    expect(partsOf('a/b-00001-of-00002.gguf')).toEqual([
      'a/b-00001-of-00002.gguf',
      'a/b-00002-of-00002.gguf',
    ]);
    expect(partsOf('b-00001-of-00002.GGUF')).toEqual(['b-00001-of-00002.GGUF', 'b-00002-of-00002.GGUF']);
    expect(partsOf('a/b.gguf')).toEqual(['a/b.gguf']);
  });
});

describe('the catalogue', () => {
  it('has every model once, as a GGUF file with a hash that can be one', () => {
    expect(new Set(modelCatalogue.map(({ id }) => id)).size).toBe(modelCatalogue.length);
    for (const { sha256, bytes, licence } of modelCatalogue) {
      expect(sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
      expect(bytes ?? 1).toBeGreaterThan(0);
      expect(licence).not.toBe('');
    }
  });
});
