// For the browser: what @vscode/debugadapter uses of Node's url.
export const URL = globalThis.URL;
export const fileURLToPath = (url) => decodeURIComponent(new globalThis.URL(url).pathname);
export const pathToFileURL = (path) => new globalThis.URL(`file://${encodeURI(path)}`);
