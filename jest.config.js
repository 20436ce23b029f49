// A zone whose clocks are changed; the workers that run the tests inherit it.
require('node:process').env.TZ = 'Europe/Berlin';

const jestJupyterLab = require('@jupyterlab/testing/lib/jest-config');

const base = jestJupyterLab(__dirname);

// These ship ES modules only, so jest has to translate them.
const esModules = [
  '@codemirror',
  '@marijn',
  '@microsoft',
  '@jupyter/(react-components|web-components|ydoc)',
  '@jupyterlab',
  '@lumino',
  'color',
  'exenv-es6',
  'lib0',
  'marked',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

module.exports = {
  ...base,
  roots: ['<rootDir>/src', '<rootDir>/tests/frontend'],
  testRegex: '\\.test\\.tsx?$',
  // The built extension has a package.json of the same name.
  modulePathIgnorePatterns: ['<rootDir>/jupyter_envs/labextension'],
  transformIgnorePatterns: [`/node_modules/(?!${esModules}).+`],
  cacheDirectory: '<rootDir>/.cache/jest',
  // Without jest-junit, which leaves a file behind.
  reporters: ['default'],
  setupFiles: [...base.setupFiles, '<rootDir>/tests/frontend/setup.ts'],
  setupFilesAfterEnv: ['<rootDir>/tests/frontend/quiet.ts'],
  transform: {
    ...base.transform,
    // `jlpm check:types` has checked them.
    '^.+\\.tsx?$': ['ts-jest', { tsconfig: 'tsconfig.test.json', diagnostics: false }]
  }
};
