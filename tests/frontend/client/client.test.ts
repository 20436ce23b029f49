import { EnvsClient } from '../../../src/client';
import { type Asked, connection, json } from '../support/network';
import { check, environment, operation } from '../support/records';

/** A client, and what it has asked for. */
function asking(answer: unknown, status = 200): { client: EnvsClient; asked: Asked[] } {
  const asked: Asked[] = [];
  const settings = connection(one => {
    asked.push(one);
    return json(answer, status);
  });
  return { client: new EnvsClient(settings), asked };
}

const API = '/user/ada/jupyter-envs/api';

type Verb = [string, (client: EnvsClient) => Promise<unknown>, string, string, unknown];

const spec = { kind: 'spec', text: 'name: science' } as const;
const file = { kind: 'file', path: 'work/environment.yml' } as const;

const VERBS: Verb[] = [
  ['create', c => c.create(file, null), 'POST', 'environments', { source: file, name: null }],
  ['update', c => c.update('science', null), 'PUT', 'environments/science', { source: null }],
  ['remove', c => c.remove('science', true), 'DELETE', 'environments/science', null],
  ['rollback', c => c.rollback('a', 2), 'POST', 'environments/a/rollback', { generation: 2 }],
  ['clone', c => c.clone('a', 'b'), 'POST', 'environments/a/clone', { name: 'b' }],
  ['resume', c => c.resume('018f'), 'POST', 'operations/018f/resume', {}]
];

describe('a verb', () => {
  it.each(VERBS)('%s gives the operation that it began', async (_, verb, method, path, body) => {
    const { client, asked } = asking(operation(), 202);
    expect(await verb(client)).toEqual(operation());
    expect(asked).toMatchObject([{ method, body }]);
    expect(asked[0]?.url.pathname).toBe(`${API}/${path}`);
  });

  it('remove says whether what runs may be hurt', async () => {
    const { client, asked } = asking(operation(), 202);
    await client.remove('science', false);
    await client.remove('science', true);
    expect(asked.map(({ url }) => url.searchParams.get('force'))).toEqual(['false', 'true']);
  });

  it('check asks about a text', async () => {
    const { client, asked } = asking(check());
    expect(await client.check(spec)).toEqual(check());
    expect(asked).toMatchObject([{ method: 'POST', body: { source: spec } }]);
  });

  it('cancel ends the operation', async () => {
    const { client, asked } = asking(null);
    await client.cancel('018f');
    expect(asked).toMatchObject([{ method: 'DELETE', body: null }]);
    expect(asked[0]?.url.pathname).toBe(`${API}/operations/018f`);
  });
});

describe('a question', () => {
  it.each<[string, (client: EnvsClient) => Promise<unknown>, unknown, unknown]>([
    ['environments', c => c.environments(), { environments: [environment()] }, [environment()]],
    ['environment', c => c.environment('science'), environment(), environment()],
    ['packages', c => c.packages('science'), { packages: [] }, []],
    ['processes', c => c.processes('science'), { processes: [] }, []],
    ['activation', c => c.activation('science'), { command: 'conda …' }, 'conda …'],
    ['operations', c => c.operations(5), { operations: [] }, []],
    ['operation', c => c.operation('018f'), operation(), operation()]
  ])('%s gives what the answer is about', async (_, ask, answer, wanted) => {
    const { client, asked } = asking(answer);
    expect(await ask(client)).toEqual(wanted);
    expect(asked).toMatchObject([{ method: 'GET' }]);
  });

  it('bounds its list', async () => {
    const { client, asked } = asking({ operations: [] });
    await client.operations(7);
    expect(asked[0]?.url.searchParams.get('limit')).toBe('7');
  });

  it('goes on after the events that are known', async () => {
    const { client, asked } = asking({ events: [], operation: operation() });
    await client.events('018f', 12);
    expect(asked[0]?.url.pathname).toBe(`${API}/operations/018f/events`);
    expect(asked[0]?.url.searchParams.get('after')).toBe('12');
  });
});

describe('a name', () => {
  it.each([
    ['a/b', 'a%2Fb'],
    ['é', '%C3%A9'],
    ['100%', '100%25'],
    ['my env', 'my%20env'],
    ['what?#', 'what%3F%23']
  ])('%s stays one part of the address', async (name, part) => {
    const { client, asked } = asking({ packages: [] });
    await client.packages(name);
    const path = asked[0]?.url.pathname ?? '';
    expect(path).toBe(`${API}/environments/${part}/packages`);
    expect(decodeURIComponent(path.split('/').at(-2) ?? '')).toBe(name);
  });
});

describe('an export', () => {
  function exporting(headers: Record<string, string>): EnvsClient {
    return new EnvsClient(connection(() => new Response('name: science\n', { headers })));
  }

  it.each([
    ['science.yml', 'attachment; filename="science.yml"'],
    ['ünïcode 100%.yml', 'attachment; filename="%C3%BCn%C3%AFcode%20100%25.yml"'],
    ['', 'attachment']
  ])('is a file called "%s"', async (name, disposition) => {
    const client = exporting({ 'Content-Disposition': disposition });
    const file = await client.exported('science', 'yaml');
    expect(file.name).toBe(name);
    expect(await file.data.text()).toBe('name: science\n');
  });

  it('is of the format that was asked for', async () => {
    const { client, asked } = asking('');
    await client.exported('science', 'a&b');
    expect(asked[0]?.url.pathname).toBe(`${API}/environments/science/export`);
    expect(asked[0]?.url.searchParams.get('format')).toBe('a&b');
  });
});

describe('the past', () => {
  const QUESTIONS: [string, (client: EnvsClient) => Promise<unknown>, object, unknown][] = [
    [
      'ledger?environment=a+b&limit=5',
      c => c.ledger({ environment: 'a b', limit: 5 }),
      { events: [1] },
      [1]
    ],
    ['ledger/audit', c => c.audit({ notebook: '', digest: undefined }), { at: 'x' }, { at: 'x' }],
    [
      'ledger/audit?at=2026-11-18T15%3A00%3A00%2B01%3A00&notebook=a%2Fb.ipynb',
      c => c.audit({ at: '2026-11-18T15:00:00+01:00', notebook: 'a/b.ipynb' }),
      { at: 'x' },
      { at: 'x' }
    ],
    ['ledger/faults', c => c.faults(), { faults: [1] }, [1]],
    ['diff?a=a%401&b=a%402', c => c.diff('a@1', 'a@2'), { kept: 1 }, { kept: 1 }],
    ['locks/ab%2F/uses', c => c.uses('ab/'), { digests: [1] }, [1]]
  ];

  it.each(QUESTIONS)('is asked for by %s', async (path, question, answered, wanted) => {
    const { client, asked } = asking(answered);
    expect(await question(client)).toEqual(wanted);
    const { pathname, search } = asked[0]?.url ?? new URL('http://nobody');
    // The last parameter keeps the browser from answering by itself.
    expect(`${pathname}${search}`.replace(/[?&]\d+$/, '')).toBe(`${API}/${path}`);
  });

  it('has locks, as files', async () => {
    const { client, asked } = asking({ version: 1 });
    expect(await (await client.lock('abcdef')).data.text()).toBe('{"version":1}');
    expect(asked[0]?.url.pathname).toBe(`${API}/locks/abcdef`);
  });
});
