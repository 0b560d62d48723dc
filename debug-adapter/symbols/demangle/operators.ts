/** Operators and types of the language by the letters that stand for them. Source: Itanium C++ ABI, 5.1.3 and 5.1.5. */

/** How many operands each takes. */
export const OPERATORS: ReadonlyMap<string, readonly [text: string, operands: number]> = new Map(
  [
    ...([
      ['aN', '&=', 2],
      ['aS', '=', 2],
      ['aa', '&&', 2],
      ['ad', '&', 1],
      ['an', '&', 2],
    ] as const),
    ...([
      ['at', 'alignof ', 1],
      ['aw', 'co_await ', 1],
      ['az', 'alignof ', 1],
      ['cl', '()', 2],
    ] as const),
    ...([
      ['cm', ',', 2],
      ['co', '~', 1],
      ['dV', '/=', 2],
      ['dX', '[...]=', 3],
      ['da', 'delete[] ', 1],
    ] as const),
    ...([
      ['de', '*', 1],
      ['di', '=', 2],
      ['dl', 'delete ', 1],
      ['ds', '.*', 2],
      ['dt', '.', 2],
    ] as const),
    ...([
      ['dv', '/', 2],
      ['dx', ']=', 2],
      ['eO', '^=', 2],
      ['eo', '^', 2],
      ['eq', '==', 2],
    ] as const),
    ...([
      ['ge', '>=', 2],
      ['gs', '::', 1],
      ['gt', '>', 2],
      ['ix', '[]', 2],
      ['lS', '<<=', 2],
    ] as const),
    ...([
      ['le', '<=', 2],
      ['li', 'operator"" ', 1],
      ['ls', '<<', 2],
      ['lt', '<', 2],
      ['mI', '-=', 2],
    ] as const),
    ...([
      ['mL', '*=', 2],
      ['mi', '-', 2],
      ['ml', '*', 2],
      ['mm', '--', 1],
      ['na', 'new[]', 3],
    ] as const),
    ...([
      ['ne', '!=', 2],
      ['ng', '-', 1],
      ['nt', '!', 1],
      ['nw', 'new', 3],
      ['nx', 'noexcept', 1],
    ] as const),
    ...([
      ['oR', '|=', 2],
      ['oo', '||', 2],
      ['or', '|', 2],
      ['pL', '+=', 2],
      ['pl', '+', 2],
    ] as const),
    ...([
      ['pm', '->*', 2],
      ['pp', '++', 1],
      ['ps', '+', 1],
      ['pt', '->', 2],
      ['qu', '?', 3],
    ] as const),
    ...([
      ['rM', '%=', 2],
      ['rS', '>>=', 2],
      ['rm', '%', 2],
      ['rs', '>>', 2],
      ['ss', '<=>', 2],
    ] as const),
    ...([
      ['st', 'sizeof ', 1],
      ['sz', 'sizeof ', 1],
    ] as const),
  ].map(([code, text, operands]) => [code, [text, operands]]),
);

export const CASTS: ReadonlyMap<string, string> = new Map([
  ['cc', 'const_cast'],
  ['dc', 'dynamic_cast'],
  ['rc', 'reinterpret_cast'],
  ['sc', 'static_cast'],
]);

export const TYPES: ReadonlyMap<string, string> = new Map(
  (
    'v void,w wchar_t,b bool,c char,a signed char,h unsigned char,s short,t unsigned short,i int,j unsigned int,l long,m unsigned long,' +
    'x long long,y unsigned long long,n __int128,o unsigned __int128,f float,d double,e long double,g __float128,z ...,' +
    'Dd decimal64,De decimal128,Df decimal32,Dh half,Di char32_t,Ds char16_t,Du char8_t,Da auto,Dc decltype(auto),Dn decltype(nullptr)'
  )
    .split(',')
    .map((text) => [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' ') + 1)]),
);

/** What stands behind a number of a type. */
export const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['i', ''],
  ['j', 'u'],
  ['l', 'l'],
  ['m', 'ul'],
  ['x', 'll'],
  ['y', 'ull'],
]);
