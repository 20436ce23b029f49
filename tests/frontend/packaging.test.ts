import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import plugins from '../../src/index';

const ROOT = join(__dirname, '..', '..');

function read(...parts: string[]): string {
  return readFileSync(join(ROOT, ...parts), 'utf-8');
}

interface IPackage {
  name: string;
  version: string;
  jupyterlab: { outputDir: string; schemaDir: string };
  dependencies: Record<string, string>;
  resolutions: Record<string, string>;
}

const manifest = JSON.parse(read('package.json')) as IPackage;

describe('package.json', () => {
  it('has the version of the Python package', () => {
    const version = /__version__ = "(.+)"/.exec(read('jupyter_envs', '_version.py'))?.[1];
    expect(manifest.version).toBe(version);
  });

  it('puts the extension where the wheel takes it from', () => {
    const { name, jupyterlab } = manifest;
    expect(read('pyproject.toml')).toContain(`artifacts = ["/${jupyterlab.outputDir}"]`);
    expect(read('hatch_build.py')).toContain(`"share/jupyter/labextensions/${name}"`);
    expect(read('hatch_build.py')).toContain(`"${jupyterlab.outputDir}": LABEXTENSION`);
  });
});

describe('the settings', () => {
  it('belong to a plugin each', () => {
    const files = readdirSync(join(ROOT, manifest.jupyterlab.schemaDir));
    const ids = files.map(file => `${manifest.name}:${file.replace(/\.json$/, '')}`);
    expect(plugins.map(plugin => plugin.id)).toEqual(expect.arrayContaining(ids));
  });
});

describe('yarn.lock', () => {
  const lock = read('yarn.lock');

  it('names no registry', () => {
    expect(lock).not.toMatch(/https?:\/\//);
    expect(read('.yarnrc.yml')).not.toMatch(/registry/i);
    expect(existsSync(join(ROOT, '.npmrc'))).toBe(false);
  });

  it('has one version of each JupyterLab package, all of one release', () => {
    const locked = [...lock.matchAll(/^ {2}resolution: "(@jupyterlab\/[^@]+)@npm:(.+)"$/gm)];
    const versions = locked.map(([, name, version]) => [name, version] as const);
    expect(new Set(versions.map(([name]) => name)).size).toBe(versions.length);
    expect(Object.entries(manifest.resolutions)).toEqual(expect.arrayContaining(versions));
    const patches = versions.map(([, version]) => version?.split('.')[2]);
    expect(new Set(patches)).toEqual(new Set(['4']));
  });
});
