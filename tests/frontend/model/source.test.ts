import { sourcePath } from '../../../src/model';
import { environment, info, sourceInfo } from '../support/records';

function pathOf(file: string | null, root: string | null): string | null {
  return sourcePath({ info: info({ root_dir: root }) }, { source: sourceInfo({ file }) });
}

describe('the file of an environment', () => {
  it.each([
    ['/home/ada/environment.yml', '/home/ada', 'environment.yml'],
    ['/home/ada/work/a b/é.yml', '/home/ada', 'work/a b/é.yml'],
    ['/home/ada/work/environment.yml', '/home/ada/', 'work/environment.yml'],
    ['/srv/environment.yml', '/', 'srv/environment.yml']
  ])('%s is found below %s', (file, root, wanted) => {
    expect(pathOf(file, root)).toBe(wanted);
  });

  it.each([
    ['outside', '/srv/environment.yml', '/home/ada'],
    ['in a folder of a longer name', '/home/adam/environment.yml', '/home/ada'],
    ['the folder itself', '/home/ada', '/home/ada'],
    ['elsewhere', '/home/ada/environment.yml', null],
    ['none', null, '/home/ada']
  ])('is out of reach where it is %s', (_, file, root) => {
    expect(pathOf(file, root)).toBeNull();
  });

  it('is out of reach while nothing is known', () => {
    expect(sourcePath({ info: null }, environment())).toBeNull();
    expect(sourcePath({ info: info() }, environment({ source: null }))).toBeNull();
  });
});
