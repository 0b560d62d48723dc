// The import directions of docs/architecture.md are errors here: an arrow drawn there is the only way
// an import may point. `core` additionally may use no host time, no randomness and no platform API.
import tseslint from 'typescript-eslint';

const rooms = ['core', 'platform', 'config-language', 'debug-adapter', 'extension', 'cli', 'test', 'tools'];

/** Forbids imports from `room` into every room that is not listed in `allowed`. */
function direction(room, allowed, more = []) {
  const forbidden = rooms.filter((other) => other !== room && !allowed.includes(other));
  return {
    files: [`${room}/**/*.ts`],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${forbidden.join('|')})(/|$)`,
              message: `${room} may not import ${forbidden.join(', ')} (docs/architecture.md).`,
            },
            ...more,
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'out/**',
      'node_modules/**',
      '.vscode-host/**',
      '.vscode-web/**',
      '**/build/**',
      'core/**/assembly/**',
      'core/**/generated.ts',
    ],
  },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    rules: {
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['*.config.js', '*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['debug-adapter/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.name='verbatim'] > :matches(Literal, TemplateLiteral)",
          message: 'A sentence of our own is translated: say`…` (core/sentences/say.ts).',
        },
      ],
    },
  },
  direction('core', [], [{ regex: '^[^.]', message: 'core imports nothing outside core.' }]),
  {
    files: ['core/**/*.ts'],
    ignores: ['core/worker/**', '**/*.test.ts', 'core/testing/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'Date',
          'performance',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'queueMicrotask',
          'crypto',
        ].map((name) => ({
          name,
          message: 'core has no host time and no host scheduling (docs/architecture.md).',
        })),
        ...['process', 'Buffer', 'self', 'postMessage', 'fetch', 'console', 'require'].map((name) => ({
          name,
          message: 'core uses no platform API.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'core is deterministic.' },
      ],
    },
  },
  direction(
    'debug-adapter',
    ['core'],
    [
      {
        regex: '^(\\.\\./)+core/(?!protocol/|abi/|coop/|outside/|sentences/|time/clock)',
        message:
          'the adapter speaks the machine protocol only: import core/protocol, core/abi, core/coop, core/outside, core/sentences or the clock.',
      },
      { regex: '^vscode$', message: 'the adapter knows no VS Code.' },
    ],
  ),
  direction(
    'platform',
    ['core'],
    [
      {
        regex:
          '^(\\.\\./)+core/(?!net/|ninep/|time/|images/|outside/|sentences/|protocol/device-protocol|devices/virtio/block-backend)',
        message:
          'a platform fills the interfaces of core/net, core/ninep and core/outside: it knows nothing of the machine.',
      },
    ],
  ),
  direction(
    'config-language',
    ['core'],
    [
      {
        regex: '^(\\.\\./)+core/(?!coop/|sentences/)',
        message:
          'the language service knows the configuration language and the plan of a machine only: core/coop, core/sentences.',
      },
      { regex: '^vscode$', message: 'the language service knows no VS Code.' },
    ],
  ),
  direction('extension', ['debug-adapter', 'config-language', 'platform']),
  direction('cli', ['core', 'platform', 'debug-adapter']),
);
