/** The values of settings. */

import * as vscode from 'vscode';
import { checkedSetting, SECTION, type Settings } from './contributes/settings.ts';

/** @param scope the folder or file that it is about */
export function setting<K extends keyof Settings>(
  key: K,
  scope: vscode.ConfigurationScope | undefined,
): Settings[K] {
  return checkedSetting(key, vscode.workspace.getConfiguration(SECTION, scope).get(key));
}
