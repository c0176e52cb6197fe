import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { promptShapes, signalForms } from '../option-names.ts';
import { packageRoot } from '../package-root.ts';
import { exitCodes } from './exit-codes.ts';

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

function count(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return value;
}

function positive(text: string): number {
  const value = number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** One number or several, comma-separated. */
function numbers(text: string): number[] {
  return text.split(',').map(number);
}

function version(): string {
  return JSON.parse(readFileSync(`${packageRoot()}/package.json`, 'utf8')).version;
}

const program = new Command('tracewise')
  .description('Code that runs while it is written: execution-guided generation on your own GPU.')
  .version(version())
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

program
  .command('solve')
  .description('write a program for a task and judge it by its tests')
  .argument(
    '<task>',
    'a JSON task, a Python file with a stub, its docstring and asserts, or - for standard input',
  )
  .option(
    '-m, --model <model>',
    'a GGUF file, a name of `tracewise models list`, hf:owner/repository/file.gguf, or "embedded"',
    'embedded',
  )
  .option(
    '-g, --gamma <numbers>',
    'guidance strength (γ): 0 none, 1 the signal alone, above 1 beyond it; several (0,0.5,1) race: the first to pass wins',
    numbers,
  )
  .option('-s, --candidates <number>', 'continuations tried at a line boundary (s)', number)
  .option('-d, --horizon <lines>', 'lines of a continuation (d)', number)
  .option('-t, --temperature <numbers>', 'temperature of the continuations (t); several race', numbers)
  .option('--at-once <number>', 'how many of a race run at once', count, 1)
  .option('--seed <number>', 'all draws follow from it', number)
  .addOption(new Option('--prompt <shape>', 'how the prompt is put').choices([...promptShapes]))
  .addOption(
    new Option('--begin <what>', 'what is written for the model').choices(['nothing', 'fence', 'header']),
  )
  .addOption(new Option('--signal <form>', 'how traces are written').choices([...signalForms]))
  .option('--faithful', "the paper's way in everything")
  .option('--no-stop-on-pass', 'do not end with a continuation that passes all tests')
  .option('--max-tokens <number>', 'longest answer', number)
  .option('--timeout <seconds>', 'longest run', number)
  .addOption(
    new Option('--gpu <backend>', 'what computes')
      .choices(['auto', 'cuda', 'metal', 'vulkan', 'none'])
      .default('auto'),
  )
  .option('--lib-dir <folder>', "your own build of llama.cpp's libraries, of the pinned version")
  .option('--threads <number>', 'CPU threads', count)
  .option('--context <tokens>', 'cells of the cache that all sequences share', count)
  .option('--json', 'events as JSON lines on standard output, instead of the program')
  .option(
    '--record <file>',
    'keep the events in a file; the same command goes on with a run that was broken off there',
  )
  .option('--quiet', 'no live view')
  .option('--profile', 'say on standard error where the time went')
  .action(async (task: string, options) => {
    const { solveCommand } = await import('./solve-command.ts');
    process.exitCode = await solveCommand(task, options);
  });

program
  .command('replay')
  .description('show a run that --record or --json has kept, and its program')
  .argument('<file>', 'its events as JSON lines, or - for standard input')
  .option('--agent <number>', 'of a race: one agent alone, line by line', count)
  .option('--reading', 'also what the model read: the prompt, and the signal at every line')
  .option('--speed <factor>', 'as fast as it went, times this; at once by default', positive)
  .action(async (file: string, options) => {
    const { replayCommand } = await import('./replay-command.ts');
    process.exitCode = await replayCommand(file, options);
  });

program
  .command('run')
  .description('run a Python file on a call or on tests, confined, and show what it did')
  .argument('<file>', 'a Python program, or - for standard input; asserts and doctests in it are its tests')
  .option('-c, --call <expression>', "a call to run, such as 'f(1)'")
  .addOption(
    new Option(
      '--tests <file>',
      'asserts, pytest or unittest tests, a check(candidate), or a JSON task',
    ).conflicts('call'),
  )
  .addOption(new Option('--trace <form>', 'show every step').choices(['full', 'compact', 'minimal', 'json']))
  .addOption(
    new Option('--backend <name>', 'where it runs').choices(['pyodide', 'cpython']).default('pyodide'),
  )
  .option('--python <path>', 'interpreter of the cpython backend')
  .option('--timeout <seconds>', 'longest run of one test', number)
  .action(async (file: string, options) => {
    const { runCommand } = await import('./run-command.ts');
    process.exitCode = await runCommand(file, options);
  });

const models = program
  .command('models')
  .description('code models of Hugging Face, kept in the cache folder (TRACEWISE_CACHE)');

models
  .command('list')
  .description('recommended models, and what is here')
  .option('--json', 'as JSON')
  .action(async (options) => {
    const { listCommand } = await import('./models-command.ts');
    process.exitCode = await listCommand(options);
  });

models
  .command('pull')
  .description('download a model, or go on with it, and print its path; HF_TOKEN opens gated repositories')
  .argument('<model>', 'a name of the list, or hf:owner/repository/file.gguf, with #revision if not main')
  .option('--sha256 <hash>', 'what the file must be')
  .option('--quiet', 'no progress')
  .action(async (model: string, options) => {
    const { pullCommand } = await import('./models-command.ts');
    process.exitCode = await pullCommand(model, options);
  });

models
  .command('verify')
  .description('read pulled models through and compare their SHA-256: exit code 1 where one is damaged')
  .argument('[models...]', 'all that were pulled, by default')
  .option('--json', 'as JSON')
  .action(async (names: string[], options) => {
    const { verifyCommand } = await import('./models-command.ts');
    process.exitCode = await verifyCommand(names, options);
  });

models
  .command('rm')
  .description('remove pulled models')
  .argument('<models...>')
  .action(async (names: string[]) => {
    const { removeCommand } = await import('./models-command.ts');
    process.exitCode = await removeCommand(names);
  });

program
  .command('build-native')
  .description('compile the native addon with the machine’s C++ compiler')
  .action(async () => {
    const { buildNativeCommand } = await import('./build-native-command.ts');
    process.exitCode = await buildNativeCommand();
  });

/** Commander has printed its own errors; anything else is told in a line, without a stack. */
function fail(error: unknown): void {
  const { exitCode, code, message } = error as { exitCode?: number; code?: string; message?: string };
  if (typeof exitCode === 'number' && code?.startsWith('commander.')) {
    process.exitCode = exitCode === 0 ? 0 : exitCodes.unusable;
    return;
  }
  process.stderr.write(`tracewise: ${message ?? String(error)}\n`);
  process.exitCode = exitCodes.unusable;
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has had enough, as `head` has, is no error.
    if (error.code === 'EPIPE') process.exit(exitCodes.unread);
    const why = error.code ?? error.message;
    if (stream === process.stdout)
      fail(new Error(`Expected to write standard output but received ${why}; send it elsewhere`));
    process.exit(exitCodes.unusable);
  });
}

program.parseAsync().catch(fail);
