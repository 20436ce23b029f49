import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Problem } from '../types';

const PREFIX = 'jupyter-envs/api';

/** A connection that hangs, as in a tunnel that broke, says nothing for ever: then the server is
 * away. Its slowest usual answer takes a second or two. */
const PATIENCE_MS = 30_000;
/** What looks at every file takes as long as the disk does. */
export const LONG_MS = 900_000;

/** The server has answered that it does not do it; `problem` says why. */
export class EnvsError extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number
  ) {
    super(problem.message);
    this.name = 'EnvsError';
  }
}

/** There was no answer, or none of ours: the server is away, or a proxy spoke in its place. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.name = 'Unreachable';
  }
}

/** One request to our API; the answer's body, or null where it has none. */
export function request<T>(
  settings: ServerConnection.ISettings,
  method: string,
  path: string,
  body?: unknown,
  patience = PATIENCE_MS
): Promise<T> {
  return inTime(patience, async signal => {
    const response = await send(settings, method, path, body, signal);
    return received(async () => {
      const text = await response.text();
      return (text === '' ? null : JSON.parse(text)) as T;
    });
  });
}

/** A file, and the name that the server gives it. */
export function requestFile(
  settings: ServerConnection.ISettings,
  path: string
): Promise<{ data: Blob; name: string }> {
  return inTime(PATIENCE_MS, async signal => {
    const response = await send(settings, 'GET', path, undefined, signal);
    const named = /filename="([^"]*)"/.exec(response.headers.get('Content-Disposition') ?? '');
    const data = await received(() => response.blob());
    return { data, name: decodeURIComponent(named?.[1] ?? '') };
  });
}

/** The answer, its body included, or that it did not come in time. */
async function inTime<T>(patience: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const given = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Unreachable(`No answer within ${patience / 1000} s`));
      given.abort();
    }, patience);
  });
  try {
    return await Promise.race([ask(given.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function send(
  settings: ServerConnection.ISettings,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal
): Promise<Response> {
  const url = URLExt.join(settings.baseUrl, PREFIX, path);
  const init =
    body === undefined ? { method, signal } : { method, signal, body: JSON.stringify(body) };
  // It adds the token and the XSRF header, which a bare fetch lacks.
  const response = await received(() => ServerConnection.makeRequest(url, init, settings));
  if (response.ok) {
    return response;
  }
  const answer = parse(await received(() => response.text()));
  throw isProblem(answer)
    ? new EnvsError(answer, response.status)
    : new Unreachable(`${response.status} ${response.statusText}`);
}

/** What comes over the network: it may not come, break off, or be a page of a proxy's. */
async function received<T>(receive: () => Promise<T>): Promise<T> {
  try {
    return await receive();
  } catch (error) {
    throw new Unreachable(error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // a proxy's page, say
  }
}

function isProblem(answer: unknown): answer is Problem {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'params' in answer;
}
