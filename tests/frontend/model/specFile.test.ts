import { isSpec, mayBeSpec } from '../../../src/model/specFile';

const SPEC = 'channels:\n  - conda-forge\ndependencies:\n  - python\n';
const LOCK = `version: 1\nmetadata:\n  channels: []\npackage: []\n${SPEC}`;

describe('a file', () => {
  it.each([
    ['environment.yml', '', true],
    ['work/environment-gpu.YAML', '', true],
    ['work/env.yml', SPEC, true],
    ['work/env.yml', 'name: x\ndependencies:\n  - name: a chart\n', false],
    ['work/conda-lock.yml', LOCK, false],
    ['environment.lock.yml', LOCK, false],
    ['environment.py', SPEC, false],
    ['environment.yml', 'x'.repeat(1_000_001), false]
  ])('%s with %j is an environment.yml: %s', (path, text, wanted) => {
    expect(isSpec(path, text)).toBe(wanted);
  });

  it('of another kind is not looked into', () => {
    expect(mayBeSpec('notebook.ipynb')).toBe(false);
    expect(mayBeSpec('mkdocs.yml')).toBe(true);
  });
});
