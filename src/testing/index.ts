export { endPiece, type NextPieces, ScriptedModel, type ScriptedModelOptions } from './scripted-model.ts';
export { ScriptedRunner, type ScriptedRunnerOptions } from './scripted-runner.ts';
