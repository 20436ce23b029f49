import { ReadableStream } from 'node:stream/web';

import { EnvsClient, EnvsError, Unreachable } from '../../../src/client';
import { type Answering, connection, json, noNetwork, proxyPage } from '../support/network';
import { driftReport, info, problem } from '../support/records';
import { pass, settle } from '../support/time';

function clientOf(answering: Answering, baseUrl?: string): EnvsClient {
  return new EnvsClient(connection(answering, baseUrl));
}

/** What a promise rejects with. */
async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    value => {
      throw new Error(`not rejected but ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason
  );
}

describe('a request', () => {
  it.each([
    ['http://jupyter.test/', 'http://jupyter.test/jupyter-envs/api/environments'],
    ['http://jupyter.test/user/ada/', 'http://jupyter.test/user/ada/jupyter-envs/api/environments'],
    [
      'https://hub.test/user/a%40b/named',
      'https://hub.test/user/a%40b/named/jupyter-envs/api/environments'
    ]
  ])('goes to our API below %s', async (baseUrl, address) => {
    const urls: URL[] = [];
    const client = clientOf(({ url }) => {
      urls.push(url);
      return json({ environments: [] });
    }, baseUrl);
    await client.environments();
    expect(urls.map(url => url.origin + url.pathname)).toEqual([address]);
  });

  it('carries what the page is logged in with', async () => {
    document.cookie = '_xsrf=the-cookie';
    const client = clientOf(({ headers }) => json({ command: String(headers.get('X-XSRFToken')) }));
    expect(await client.activation('science')).toBe('the-cookie');
    const other = clientOf(({ headers }) => json({ command: headers.get('Authorization') }));
    expect(await other.activation('science')).toBe('token the-token');
  });

  it('gives the body of the answer', async () => {
    expect(await clientOf(() => json(info())).info()).toEqual(info());
  });

  it('gives nothing where the answer has no body', async () => {
    const client = clientOf(() => new Response(null, { status: 204 }));
    await expect(client.cancel('018f')).resolves.toBeUndefined();
  });
});

describe('a request that is refused', () => {
  it('rejects with what the server says', async () => {
    const said = problem();
    const reason = await reasonOf(clientOf(() => json(said, 507)).info());
    expect(reason).toBeInstanceOf(EnvsError);
    expect(reason).toMatchObject({ problem: said, status: 507, message: said.message });
  });

  it.each<[string, Answering]>([
    ['there is no network', noNetwork],
    ['a proxy answers', () => proxyPage()],
    ['a proxy answers as if all were well', () => proxyPage(200, 'OK')],
    ['another server answers', () => json({ message: 'Not Found', reason: null }, 404)],
    ['the answer is no object', () => json(null, 500)],
    ['the answer breaks off', () => new Response(broken())],
    ['the refusal breaks off', () => new Response(broken(), { status: 500 })]
  ])('rejects with Unreachable where %s', async (_, answering) => {
    expect(await reasonOf(clientOf(answering).info())).toBeInstanceOf(Unreachable);
  });

  it('rejects with Unreachable where a file breaks off', async () => {
    const client = clientOf(() => new Response(broken()));
    expect(await reasonOf(client.exported('science', 'yaml'))).toBeInstanceOf(Unreachable);
  });

  it('says what the proxy said', async () => {
    const reason = await reasonOf(clientOf(() => proxyPage(503, 'Service Unavailable')).info());
    expect(reason).toMatchObject({ message: '503 Service Unavailable' });
  });
});

describe('a request that nobody answers', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const never = new Promise<Response>(() => undefined);

  it.each<[string, Answering]>([
    ['no answer comes', () => never],
    ['the answer stops in the middle', () => new Response(stuck())]
  ])('is given up where %s', async (_, answering) => {
    const reason = reasonOf(clientOf(answering).info());
    await pass(29_000);
    const yet = Promise.resolve('still waiting');
    expect(await Promise.race([reason, yet])).toBe('still waiting');
    await pass(2_000);
    expect(await reason).toBeInstanceOf(Unreachable);
    expect(await reason).toMatchObject({ message: 'No answer within 30 s' });
  });

  it('is taken back', async () => {
    const signals: AbortSignal[] = [];
    const client = clientOf(({ signal }) => {
      signals.push(signal);
      return never;
    });
    const reason = reasonOf(client.exported('science', 'yaml'));
    await pass(31_000);
    expect(await reason).toBeInstanceOf(Unreachable);
    expect(signals.map(signal => signal.aborted)).toEqual([true]);
  });

  it('is waited for where every file is looked at', async () => {
    let answer: (response: Response) => void = () => undefined;
    const client = clientOf(() => new Promise(resolve => (answer = resolve)));
    const report = client.drift('science', 'content');
    await pass(120_000);
    answer(json(driftReport()));
    await pass(100);
    expect(await report).toEqual(driftReport());
  });

  it('leaves no clock running', async () => {
    const done = clientOf(() => json(info())).info();
    await settle();
    await done;
    expect(jest.getTimerCount()).toBe(0);
  });
});

/** The beginning of an answer, and nothing more. */
function stuck(): BodyInit {
  return new ReadableStream({
    start: controller => controller.enqueue(Buffer.from('{"version": '))
  }) as BodyInit;
}

/** The beginning of an answer. */
function broken(): BodyInit {
  let begun = false;
  return new ReadableStream({
    pull: controller => {
      if (begun) {
        controller.error(new TypeError('network error'));
      } else {
        controller.enqueue(Buffer.from('{"version": '));
        begun = true;
      }
    }
  }) as BodyInit;
}
