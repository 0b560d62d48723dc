// For the browser: what @vscode/debugadapter uses of Node's path, for POSIX paths.
export const sep = '/';
export const basename = (path) => path.split('/').pop();
export const dirname = (path) => path.split('/').slice(0, -1).join('/');
export const join = (...parts) => parts.join('/');
export const isAbsolute = (path) => path.startsWith('/');
export const normalize = (path) => path;
