/** The stages of the pipeline, as telemetry names them. */
export const stages = ['cache', 'parse', 'validate', 'plan', 'execute', 'shape'] as const;

export type Stage = (typeof stages)[number];
