import plugins from '../../src/index';
import { environmentsIcon } from '../../src/icons';

describe('the plugins', () => {
  it('have ids of their own below the name of the extension', () => {
    const ids = plugins.map(plugin => plugin.id);
    expect(ids).toContain('jupyter_envs:panel');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter(id => !id.startsWith('jupyter_envs:'))).toEqual([]);
  });

  it('say what they are for', () => {
    expect(plugins.filter(plugin => !plugin.description)).toEqual([]);
  });
});

describe('the icon', () => {
  it('takes its colour from the theme', () => {
    const { firstElementChild: svg } = environmentsIcon.element();
    expect(svg?.querySelector('.jp-icon3.jp-icon-selectable')).not.toBeNull();
  });
});
