// The router with nothing proven: what a plain cache costs.

export function buildUnproven(): Promise<string> {
  return Promise.reject(new Error('not yet'));
}
