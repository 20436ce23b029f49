import { rows } from '../../../src/model';
import type { Environment, Operation } from '../../../src/types';
import { environment, foreign, operation } from '../support/records';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3600 * 1000;

/** An operation of some hours ago; the higher the number, the newer. */
function made(number: number, change: Partial<Operation> = {}, hoursAgo = 1): Operation {
  const updated = new Date(NOW - hoursAgo * HOUR).toISOString();
  return operation({ id: `018f000${number}`, updated, ...change });
}

/** The rows in short: "name: what works on it; what went wrong". */
function told(
  environments: Environment[],
  operations: Operation[],
  dismissed: string[] = []
): string[] {
  return rows(environments, operations, new Set(dismissed), NOW).map(
    ({ name, environment: found, operation: running, failed }) =>
      [
        name,
        found ? 'is there' : 'is not there',
        running && `${running.verb} ${running.state}`,
        failed && `${failed.verb} ${failed.state}`
      ]
        .filter(Boolean)
        .join(', ')
  );
}

const science = environment({ name: 'science' });
const myEnv = environment({ name: 'My Env', slug: 'My-Env', generation: 2 });

const TABLE: [string, Environment[], Operation[], string[]][] = [
  ['nothing', [], [], []],
  ['an environment', [science], [], ['science, is there']],
  ['one of another tool', [foreign('old')], [], ['old, is there']],
  [
    'a create that goes on, before there is an environment',
    [],
    [made(1)],
    ['science, is not there, create running']
  ],
  [
    'a create that waits',
    [],
    [made(1, { state: 'queued' })],
    ['science, is not there, create queued']
  ],
  [
    'a create that goes on, once there is the environment',
    [science],
    [made(1)],
    ['science, is there, create running']
  ],
  [
    'a create by the name as written',
    [myEnv],
    [made(1, { name: 'My Env' })],
    ['My Env, is there, create running']
  ],
  [
    'an update by the slug',
    [myEnv],
    [made(1, { name: 'My-Env', verb: 'update' })],
    ['My Env, is there, update running']
  ],
  ['a create that went well', [science], [made(1, { state: 'succeeded' })], ['science, is there']],
  ['a remove that went well', [], [made(1, { verb: 'remove', state: 'succeeded' })], []],
  [
    'a create that failed',
    [],
    [made(1, { state: 'failed' })],
    ['science, is not there, create failed']
  ],
  [
    'an update that failed',
    [science],
    [made(2, { verb: 'update', state: 'failed' }), made(1, { state: 'succeeded' })],
    ['science, is there, update failed']
  ],
  [
    'only the newest of two failures',
    [science],
    [made(2, { verb: 'remove', state: 'failed' }), made(1, { verb: 'update', state: 'failed' })],
    ['science, is there, remove failed']
  ],
  [
    'no failure that something newer went well after',
    [science],
    [made(2, { verb: 'update', state: 'succeeded' }), made(1, { verb: 'update', state: 'failed' })],
    ['science, is there']
  ],
  [
    'no failure while something newer goes on',
    [science],
    [made(2, { verb: 'update' }), made(1, { verb: 'update', state: 'failed' })],
    ['science, is there, update running']
  ],
  [
    'a create that was interrupted',
    [],
    [made(1, { state: 'interrupted' })],
    ['science, is not there, create interrupted']
  ],
  ['no create that was cancelled', [], [made(1, { state: 'cancelled' })], []],
  [
    'no failure before something was cancelled',
    [science],
    [made(2, { verb: 'update', state: 'cancelled' }), made(1, { verb: 'update', state: 'failed' })],
    ['science, is there']
  ],
  [
    'no plan and no clean',
    [science],
    [made(2, { verb: 'plan' }), made(1, { verb: 'clean', name: '', state: 'failed' })],
    ['science, is there']
  ],
  [
    'a failure that a newer plan does not hide',
    [science],
    [made(2, { verb: 'plan', state: 'succeeded' }), made(1, { verb: 'update', state: 'failed' })],
    ['science, is there, update failed']
  ],
  ['a failure of yesterday', [], [made(1, { state: 'failed' }, 25)], []],
  [
    'one that goes on for more than a day',
    [],
    [made(1, {}, 25)],
    ['science, is not there, create running']
  ],
  [
    'operations on several environments',
    [science, myEnv],
    [
      made(3, { name: 'other' }),
      made(2, { name: 'My-Env', verb: 'update', state: 'failed' }),
      made(1, { verb: 'remove' })
    ],
    [
      'My Env, is there, update failed',
      'other, is not there, create running',
      'science, is there, remove running'
    ]
  ],
  [
    'names in the order of people, not of bytes',
    ['b', 'a', 'C', 'é', 'f', 'D'].map(name => environment({ name })),
    [made(1, { name: 'e' })],
    ['a', 'b', 'C', 'D', 'e', 'é', 'f'].map(name =>
      name === 'e' ? 'e, is not there, create running' : `${name}, is there`
    )
  ]
];

describe('the rows', () => {
  it.each(TABLE)('show %s', (_, environments, operations, wanted) => {
    expect(told(environments, operations)).toEqual(wanted);
  });

  it('show no failure that somebody has seen', () => {
    const [newer, older] = [
      made(2, { verb: 'update', state: 'failed' }),
      made(1, { verb: 'update', state: 'failed' })
    ];
    expect(told([science], [newer, older], [newer.id])).toEqual(['science, is there']);
    expect(told([], [made(1, { state: 'interrupted' })], [made(1).id])).toEqual([]);
  });

  it('show what goes on even if its id was dismissed before it was resumed', () => {
    expect(told([], [made(1)], [made(1).id])).toEqual(['science, is not there, create running']);
  });

  it('keep their key while a create turns into its environment', () => {
    const keys = (environments: Environment[], operations: Operation[]): string[] =>
      rows(environments, operations, new Set(), NOW).map(row => row.key);
    expect(keys([], [made(1)])).toEqual(keys([science], [made(1)]));
    expect(keys([science], [made(1, { state: 'succeeded' })])).toEqual(['science']);
  });

  it('leave what they were given as it was', () => {
    const environments = Object.freeze([myEnv, science]) as Environment[];
    const operations = Object.freeze([made(2), made(1)]) as Operation[];
    expect(rows(environments, operations, new Set(), NOW)).toHaveLength(2);
  });
});

describe('a probe', () => {
  const update = operation({ id: '1', verb: 'update' });
  const probing = operation({ id: '2', verb: 'probe' });

  it('is shown while it goes on, and hides no change that goes on beside it', () => {
    const [alone] = rows([environment()], [probing], new Set(), Date.now());
    expect(alone?.operation).toBe(probing);
    const [both] = rows([environment()], [probing, update], new Set(), Date.now());
    expect(both?.operation).toBe(update);
  });

  it('that is over hides no failure of a change', () => {
    const failed: Operation = { ...update, state: 'failed' };
    const over: Operation = { ...probing, state: 'succeeded' };
    const [row] = rows([environment()], [over, failed], new Set(), Date.now());
    expect(row).toMatchObject({ operation: null, failed });
  });
});
