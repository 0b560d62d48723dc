// For the browser: modules of Node that @vscode/debugadapter imports and an inline adapter never uses.
export {};
