import { Notification } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';
import { waitFor } from '@testing-library/dom';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { stampsPlugin } from '../../../src/plugins/stamps';
import { FakeApp } from '../support/app';
import { DIGEST, digestView } from '../support/past';
import { environment } from '../support/records';
import { nothingMore } from '../support/time';

interface Opened {
  context: { ready: Promise<void>; path: string; model: { getMetadata: () => unknown } };
}

let lab: FakeApp;
let model: EnvironmentsModel;
const added = new Signal<object, Opened>({});

beforeEach(async () => {
  lab = await new FakeApp().ready();
  lab.commands.add(CommandIds.recreate);
  lab.server.locks = [digestView()];
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  const tracker = { widgetAdded: added, forEach: () => undefined };
  await stampsPlugin.activate(lab.app, model, tracker, null);
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Notification.dismiss();
});

function open(metadata: unknown, path = 'work/model.ipynb'): void {
  const context = { ready: Promise.resolve(), path, model: { getMetadata: () => metadata } };
  added.emit({ context });
}

const told = (): string[] => Notification.manager.notifications.map(one => one.message);

describe('a notebook whose packages are not here', () => {
  it('is offered them, from their lock', async () => {
    await model.refresh();
    open({ lock_digest: DIGEST });
    await waitFor(() => expect(told()).toHaveLength(1));
    expect(told()[0]).toMatch(/^model.ipynb ran on packages that no environment here has now/);
    Notification.manager.notifications[0]?.options.actions?.[0]?.callback(new MouseEvent('click'));
    expect(lab.commands.executed).toEqual([
      { id: CommandIds.recreate, args: { digest: DIGEST, name: 'science' } }
    ]);
  });

  it('is asked about once the list has come, and once', async () => {
    open({ lock_digest: DIGEST });
    open({ lock_digest: DIGEST }, 'copy.ipynb');
    await nothingMore();
    expect(lab.server.asked).toEqual([]);
    await model.refresh();
    await waitFor(() => expect(told()).toHaveLength(1));
    await nothingMore();
    expect(lab.server.count(`GET locks/${DIGEST}/uses`)).toBe(1);
  });
});

describe('nothing is said', () => {
  it.each([[undefined], [null], ['text'], [{}], [{ lock_digest: 7 }], [{ lock_digest: '../x' }]])(
    'of a notebook without a digest: %j',
    async metadata => {
      await model.refresh();
      lab.server.asked.length = 0;
      open(metadata);
      await nothingMore();
      expect([told(), lab.server.asked]).toEqual([[], []]);
    }
  );

  it('where an environment has these packages', async () => {
    lab.server.environments = [environment({ lock_digest: DIGEST })];
    await model.refresh();
    lab.server.asked.length = 0;
    open({ lock_digest: DIGEST });
    await nothingMore();
    expect([told(), lab.server.asked]).toEqual([[], []]);
  });

  it.each([
    ['an earlier generation has them', [digestView({ here: [place()] })]],
    ['the lock is not kept here', [digestView({ kept: false })]],
    ['nobody knows it', []]
  ])('where %s', async (_, locks) => {
    lab.server.locks = locks;
    await model.refresh();
    open({ lock_digest: DIGEST });
    await waitFor(() => expect(lab.server.count(`GET locks/${DIGEST}/uses`)).toBe(1));
    await nothingMore();
    expect(told()).toEqual([]);
  });

  it('until they are gone', async () => {
    lab.server.environments = [environment({ lock_digest: DIGEST })];
    await model.refresh();
    open({ lock_digest: DIGEST });
    await nothingMore();
    expect(told()).toEqual([]);
    lab.server.environments = [];
    await model.refresh();
    open({ lock_digest: DIGEST }, 'other.ipynb');
    await waitFor(() => expect(told()).toHaveLength(1));
  });

  it('where the server does not answer', async () => {
    await model.refresh();
    lab.server.isAway = true;
    open({ lock_digest: DIGEST });
    await nothingMore();
    expect(told()).toEqual([]);
  });
});

function place(): { environment: string; generation: number; current: boolean } {
  return { environment: 'science', generation: 1, current: false };
}
