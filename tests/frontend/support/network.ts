import { ServerConnection } from '@jupyterlab/services';

/** A request as it leaves the page. */
export interface Asked {
  method: string;
  url: URL;
  headers: Headers;
  /** The body's JSON, or null. */
  body: unknown;
  /** How the page takes it back. */
  signal: AbortSignal;
}

export type Answering = (asked: Asked) => Response | Promise<Response>;

export const BASE_URL = 'http://jupyter.test/user/ada/';

/** Settings of a real connection whose network is a function. */
export function connection(answering: Answering, baseUrl = BASE_URL): ServerConnection.ISettings {
  return ServerConnection.makeSettings({
    baseUrl,
    token: 'the-token',
    fetch: async given => {
      const request = new Request(given);
      const text = await request.text();
      return answering({
        method: request.method,
        url: new URL(request.url),
        headers: request.headers,
        signal: request.signal,
        body: text === '' ? null : (JSON.parse(text) as unknown)
      });
    }
  });
}

/** An answer of JSON. */
export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' }
  });
}

/** What a proxy says where nobody is behind it. */
export function proxyPage(status = 502, statusText = 'Bad Gateway'): Response {
  return new Response(`<html><h1>${status} ${statusText}</h1></html>`, {
    status,
    statusText,
    headers: { 'Content-Type': 'text/html' }
  });
}

/** What fetch does where nobody answers. */
export function noNetwork(): never {
  throw new TypeError('Failed to fetch');
}
