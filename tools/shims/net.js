// For the browser: @vscode/debugadapter imports net for its server mode only.
export function createServer() {
  throw new Error('There are no TCP servers in a browser.');
}
