/** Paths of a launch configuration in their last form: absolute, or URIs where the folder is not on this disk. */

import * as vscode from 'vscode';
import { isAbsolutePath, isUri, locateDevice, splitModule } from '../adapter/locations.ts';
import { DEVICE_LISTS, PATH_LISTS, PATH_OPTIONS } from './options.ts';

type Options = Readonly<Record<string, unknown>>;

/** The same options with every path in its last form. @param home the folder that paths are relative to */
export function locateOptions<T extends Options>(options: T, home: vscode.Uri | undefined): T {
  const located: Record<string, unknown> = { ...options };
  for (const option of PATH_OPTIONS) {
    const value = options[option];
    if (typeof value === 'string') located[option] = locate(value, home);
  }
  for (const option of PATH_LISTS) {
    const value = options[option];
    if (Array.isArray(value)) located[option] = value.map((path) => locate(String(path), home));
  }
  if (Array.isArray(options.modules)) {
    located.modules = options.modules.map((module) => {
      const { file, rest } = splitModule(String(module));
      return locate(file, home) + rest;
    });
  }
  if (options.devices) located.devices = locateDevices(options.devices as Options, home);
  return located as T;
}

/** The option `devices` with its paths in their last form. */
function locateDevices(devices: Options, home: vscode.Uri | undefined) {
  const located = { ...devices };
  for (const kind of DEVICE_LISTS) {
    const texts = devices[kind];
    if (Array.isArray(texts))
      located[kind] = texts.map((text) => locateDevice(kind, String(text), (path) => locate(path, home)));
  }
  return located;
}

/** An absolute path or URI of `location`. */
export function locate(location: string, home: vscode.Uri | undefined): string {
  if (isUri(location) || !home) return location;
  if (home.scheme === 'file') {
    return isAbsolutePath(location) ? location : vscode.Uri.joinPath(home, location).fsPath;
  }
  const uri = isAbsolutePath(location) ? home.with({ path: location }) : vscode.Uri.joinPath(home, location);
  return uri.toString();
}
