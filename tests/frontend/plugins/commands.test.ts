import { CommandIds } from '../../../src/commandIds';
import { EnvsClient } from '../../../src/client';
import plugins from '../../../src/index';
import { EnvironmentsModel } from '../../../src/model';
import { IEnvironments } from '../../../src/tokens';
import { FakeApp } from '../support/app';

interface Described {
  properties: Record<string, object>;
  required?: string[];
}

describe('the commands', () => {
  let lab: FakeApp;
  let model: EnvironmentsModel;

  beforeAll(async () => {
    lab = await new FakeApp().ready();
    model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
    for (const { activate, requires = [], optional = [], provides } of plugins) {
      if (provides !== IEnvironments) {
        const services = [...requires, ...optional].map(token =>
          token === IEnvironments ? model : null
        );
        await activate(lab.app, ...services);
      }
    }
  });

  afterAll(async () => {
    model.dispose();
    await lab.dispose();
  });

  it('are all there, where JupyterLab has nothing but itself', () => {
    expect(lab.commands.registry.listCommands().sort()).toEqual(Object.values(CommandIds).sort());
  });

  it.each(Object.values(CommandIds))('say what %s does, and what it takes', async id => {
    const { registry } = lab.commands;
    expect(registry.label(id)).not.toBe('');
    const { args } = await registry.describedBy(id);
    const { properties, required = [] } = args as unknown as Described;
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(required));
  });
});
