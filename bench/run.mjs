// npm run bench -- NAME [--quick] [--json] [--key=value …]: the last line of stdout is one JSON object,
// {"name": …, "figures": {"key": number, …}}.
import { existsSync, readdirSync } from 'node:fs';
import { register } from 'tsx/esm/api';

const [name, ...flags] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

if (!name || !existsSync(`${import.meta.dirname}/${name}.ts`)) {
  console.error(`Expected the name of a benchmark (${names.join(', ')}) but received ${name ?? 'none'}`);
  process.exit(2);
}
const options = Object.fromEntries(
  flags.map((flag) => {
    const [key, value = 'true'] = flag.replace(/^--/, '').split('=');
    return [key, value];
  }),
);
if (options.json) console.log = () => {};

register();
const { main } = await import(`./${name}.ts`);
const { figures } = await main({ ...options, quick: options.quick === 'true' });
process.stdout.write(`${JSON.stringify({ name, figures })}\n`);
