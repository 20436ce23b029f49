import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Each layer of src/ and the ones above it, which it does not import. */
const LAYERS = [
  { layer: 'client', above: ['model', 'components', 'widgets', 'plugins'] },
  { layer: 'model', above: ['components', 'widgets', 'plugins'] },
  // Properties in, callbacks out: a component is drawn from plain values, and so it is tested.
  {
    layer: 'components',
    above: ['client', 'model', 'widgets', 'plugins'],
    paths: [{ name: '@jupyterlab/services', message: 'A component makes no requests.' }]
  },
  { layer: 'widgets', above: ['plugins'] }
];

const layers = LAYERS.map(({ layer, above, paths = [] }) => ({
  files: [`src/${layer}.{ts,tsx}`, `src/${layer}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths,
        patterns: [
          {
            regex: `^\\.{1,2}/(\\.\\./)*(${above.join('|')})(/|$)`,
            message: `${layer} is below it.`
          }
        ]
      }
    ]
  }
}));

/** The rules of Jupyter's plugin where it wants them, its warnings as errors. */
const strictJupyter = jupyter.configs.recommended.map(({ rules, ...config }) => ({
  ...config,
  ...(rules && {
    rules: Object.fromEntries(
      Object.entries(rules).map(([name, level]) => [name, level === 'off' ? 'off' : 'error'])
    )
  })
}));

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '.venv/',
      '.cache/',
      'build/',
      'dist/',
      'lib/',
      'docs/',
      'jupyter_envs/',
      'src/generated/'
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...strictJupyter,
  {
    files: ['**/*.{js,mjs,ts,tsx}'],
    extends: [js.configs.recommended],
    rules: { curly: 'error', eqeqeq: 'error', 'no-console': 'error', 'prefer-const': 'error' }
  },
  {
    // Settings of tools, which node reads.
    files: ['*.js', '*.mjs'],
    languageOptions: { globals: { __dirname: 'readonly', module: 'writable', require: 'readonly' } }
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'react-hooks': reactHooks },
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A signal is given the method and what it is a method of.
      '@typescript-eslint/unbound-method': 'off',
      // Lumino's way to put types beside the class they belong to.
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }]
    }
  },
  ...layers
);
