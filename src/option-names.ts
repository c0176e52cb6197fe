/** How the prompt is put; see `src/prompt`. `auto`: chat where the model has a template, few-shot otherwise. */
export const promptShapes = ['auto', 'few-shot', 'step-by-step', 'chat', 'embedded'] as const;
export type PromptShape = (typeof promptShapes)[number];

/** How traces are written; see `src/signal`. */
export const signalForms = ['full', 'minimal', 'compact', 'final'] as const;
export type SignalForm = (typeof signalForms)[number];
