/** A tree of the debug side bar that follows the selected machine. What it shows is fetched when it is looked at. */
import * as vscode from 'vscode';
import type { MachineSelection } from './selection.ts';

const t = vscode.l10n.t;

export interface TreeNode {
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly icon?: vscode.ThemeIcon;
  readonly children?: readonly TreeNode[];
  /** Unfolded at first. */
  readonly open?: boolean;
  readonly command?: vscode.Command;
}

/** What a tree shows of a session. */
export type FetchTree = (session: vscode.DebugSession) => Promise<readonly TreeNode[]>;

export class MachineTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<TreeNode>;
  private readonly subscription: vscode.Disposable;

  constructor(
    id: string,
    private readonly selection: MachineSelection,
    private readonly fetch: FetchTree,
  ) {
    this.view = vscode.window.createTreeView(id, { treeDataProvider: this, showCollapseAll: true });
    this.subscription = selection.onDidChange(() => this.view.visible && this.refresh());
    this.view.onDidChangeVisibility(({ visible }) => visible && this.refresh());
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  getTreeItem({ label, description, tooltip, icon, children, open, command }: TreeNode): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(label, children ? (open ? Expanded : Collapsed) : None);
    if (description !== undefined) item.description = description;
    if (tooltip !== undefined) item.tooltip = tooltip;
    if (icon) item.iconPath = icon;
    if (command) item.command = command;
    return item;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node) return [...(node.children ?? [])];
    const { session } = this.selection;
    this.view.message = '';
    if (!session) return [];
    try {
      return [...(await this.fetch(session))];
    } catch (error) {
      this.view.message = error instanceof Error ? error.message : t('The machine does not answer.');
      return [];
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}
