import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Problem } from '../types';

const PREFIX = 'jupyter-envs/api';

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
export async function request<T>(
  settings: ServerConnection.ISettings,
  method: string,
  path: string,
  body?: unknown
): Promise<T> {
  const response = await send(settings, method, path, body);
  return received(async () => {
    const text = await response.text();
    return (text === '' ? null : JSON.parse(text)) as T;
  });
}

/** A file, and the name that the server gives it. */
export async function requestFile(
  settings: ServerConnection.ISettings,
  path: string
): Promise<{ data: Blob; name: string }> {
  const response = await send(settings, 'GET', path);
  const named = /filename="([^"]*)"/.exec(response.headers.get('Content-Disposition') ?? '');
  const data = await received(() => response.blob());
  return { data, name: decodeURIComponent(named?.[1] ?? '') };
}

async function send(
  settings: ServerConnection.ISettings,
  method: string,
  path: string,
  body?: unknown
): Promise<Response> {
  const url = URLExt.join(settings.baseUrl, PREFIX, path);
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
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
