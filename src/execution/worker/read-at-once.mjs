// A thread may be ended at any moment, and a file that it opens asynchronously then stays open for as long as the process
// lives: one for every few threads that are ended while they load Pyodide. What is read at once is closed at once.
import { promises, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

promises.readFile = async (path, options) => readFileSync(path, options);
syncBuiltinESMExports();
