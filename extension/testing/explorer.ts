/**
 * The Test Explorer: kernels that print their tests' results. A kernel is an item; its tests are known after its first run. A run is
 * one boot of the kernel; with coverage the machine records what it executes.
 */
import * as vscode from 'vscode';
import type { CoverageBody } from '../../debug-adapter/custom-protocol.ts';
import type { TestResult } from '../../debug-adapter/tap/tap.ts';
import { createAdapterHost, type Surroundings } from '../adapter/host.ts';
import { locationOf, uriOf } from '../adapter/files.ts';
import { findLinks } from '../console/find-links.ts';
import { FoundFiles } from './found-files.ts';
import { runTests, type TestsRun } from './run-tests.ts';
import { DEBUG_TYPE } from '../contributes/names.ts';

const t = vscode.l10n.t;

/** Kernels of tests by their names. */
const PATTERN = '**/*{test,tests,Test,Tests}*.elf';
const EXCLUDED = '**/{node_modules,.git}/**';
const MOST_KERNELS = 200;

/** Statements, functions and branches of one file, for the Test Coverage view. */
class KernelFileCoverage extends vscode.FileCoverage {
  constructor(
    uri: vscode.Uri,
    readonly details: vscode.FileCoverageDetail[],
  ) {
    const { statementCoverage, branchCoverage, declarationCoverage } = vscode.FileCoverage.fromDetails(
      uri,
      details,
    );
    super(uri, statementCoverage, branchCoverage, declarationCoverage);
  }
}

const lineStart = (line: number): vscode.Position => new vscode.Position(line - 1, 0);

function fileCoverage({
  path,
  lines,
  functions,
  branches,
}: CoverageBody['files'][number]): KernelFileCoverage {
  const ofLine = (line: number) =>
    branches
      .filter((branch) => branch.line === line)
      .flatMap(({ taken, passed }) => [
        new vscode.BranchCoverage(taken, lineStart(line), t('jump')),
        new vscode.BranchCoverage(passed, lineStart(line), t('no jump')),
      ]);
  return new KernelFileCoverage(uriOf(path), [
    ...lines.map(({ line, count }) => new vscode.StatementCoverage(count, lineStart(line), ofLine(line))),
    ...functions.map(({ name, line, count }) => new vscode.DeclarationCoverage(name, count, lineStart(line))),
  ]);
}

/** Where a failed test says that it failed: the first `file.c:42` among its lines. */
async function placeOf({ diagnostics }: TestResult): Promise<vscode.Location | undefined> {
  for (const { target } of diagnostics.flatMap(findLinks)) {
    if (target.kind !== 'file') continue;
    const [uri] = await vscode.workspace.findFiles(
      `**/${target.path.replace(/^(\.\.?\/)+/, '')}`,
      EXCLUDED,
      1,
    );
    if (uri) return new vscode.Location(uri, lineStart(target.line));
  }
  return undefined;
}

export class KernelTests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('colinux.kernelTests', t('Kernel tests'));
  private readonly kernels = new FoundFiles<vscode.Uri>({
    ids: () => [...this.controller.items].map(([id]) => id),
    add: (uri) => this.add(uri),
    remove: (id) => this.controller.items.delete(id),
  });
  private readonly watcher = vscode.workspace.createFileSystemWatcher(PATTERN);

  constructor(private readonly surroundings: Surroundings) {
    const { Run, Debug, Coverage } = vscode.TestRunProfileKind;
    const { controller } = this;
    controller.resolveHandler = (item) => (item ? Promise.resolve() : this.find());
    controller.refreshHandler = () => this.find();
    controller.createRunProfile(t('Run'), Run, (request, token) => this.run(request, token, false), true);
    controller.createRunProfile(t('Debug'), Debug, (request) => this.debug(request), true);
    const covered = controller.createRunProfile(t('Run with Coverage'), Coverage, (request, token) =>
      this.run(request, token, true),
    );
    covered.loadDetailedCoverage = (_run, file) =>
      Promise.resolve(file instanceof KernelFileCoverage ? file.details : []);
    this.watcher.onDidCreate((uri) => this.kernels.created(uri));
    this.watcher.onDidDelete((uri) => this.kernels.deleted(uri));
  }

  private find(): Promise<void> {
    return this.kernels.find(() => vscode.workspace.findFiles(PATTERN, EXCLUDED, MOST_KERNELS));
  }

  private add(uri: vscode.Uri): void {
    const id = uri.toString();
    if (this.controller.items.get(id)) return;
    const item = this.controller.createTestItem(id, vscode.workspace.asRelativePath(uri), uri);
    this.controller.items.add(item);
  }

  /** The kernels that a request is about: a test cannot run without its kernel. */
  private kernelsOf({ include, exclude = [] }: vscode.TestRunRequest): vscode.TestItem[] {
    const rootOf = (item: vscode.TestItem): vscode.TestItem => (item.parent ? rootOf(item.parent) : item);
    const all: vscode.TestItem[] = [];
    this.controller.items.forEach((item) => all.push(item));
    const wanted = new Set((include ?? all).map(rootOf));
    return [...wanted].filter((item) => !exclude.includes(item));
  }

  private async run(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
    coverage: boolean,
  ): Promise<void> {
    const run = this.controller.createTestRun(request);
    for (const kernel of this.kernelsOf(request)) {
      if (token.isCancellationRequested) break;
      run.started(kernel);
      if (coverage)
        run.appendOutput(
          `${t('The machine records every instruction for coverage, so that it is many times slower than in a plain run.')}\r\n`,
          undefined,
          kernel,
        );
      try {
        this.tell(run, kernel, await this.boot(kernel, run, token, coverage));
        await this.tellTests(run, kernel);
      } catch (error) {
        run.errored(kernel, new vscode.TestMessage(error instanceof Error ? error.message : String(error)));
      }
    }
    run.end();
  }

  /** Results of the last run of each kernel. */
  private readonly results = new WeakMap<vscode.TestItem, TestsRun>();

  private async boot(
    kernel: vscode.TestItem,
    run: vscode.TestRun,
    token: vscode.CancellationToken,
    coverage: boolean,
  ): Promise<TestsRun> {
    const uri = kernel.uri;
    if (!uri) throw new Error(t('The kernel is not there any more.'));
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const host = createAdapterHost(this.surroundings, folder);
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const launch = { kernel: locationOf(uri), coverage };
    return runTests(
      await this.surroundings.adapter.createSession(host),
      launch,
      { output: (text) => run.appendOutput(text.replace(/\r?\n/g, '\r\n'), undefined, kernel) },
      abort.signal,
    );
  }

  /** What the run says of the kernel as a whole. */
  private tell(run: vscode.TestRun, kernel: vscode.TestItem, result: TestsRun): void {
    this.results.set(kernel, result);
    const { report, status, coverage } = result;
    for (const file of coverage?.files ?? []) if (file.lines.length > 0) run.addCoverage(fileCoverage(file));
    if (report.tests.length === 0)
      run.errored(
        kernel,
        new vscode.TestMessage(
          t('The kernel printed no results: TAP or KTAP is expected on COM1 or its console.'),
        ),
      );
    else if (report.bailedOut !== undefined)
      run.failed(kernel, new vscode.TestMessage(t('The tests gave up: {0}', report.bailedOut)));
    else if (!report.complete)
      run.failed(kernel, new vscode.TestMessage(t('The kernel ended before all of its tests.')));
    else if (status !== 0)
      run.failed(kernel, new vscode.TestMessage(t('The machine ended with status {0}.', status)));
    else run.passed(kernel);
  }

  private async tellTests(run: vscode.TestRun, kernel: vscode.TestItem): Promise<void> {
    await this.tellEach(run, kernel, this.results.get(kernel)?.report.tests ?? []);
  }

  /** Makes the items of tests what was there in this run. */
  private async tellEach(
    run: vscode.TestRun,
    parent: vscode.TestItem,
    tests: readonly TestResult[],
  ): Promise<void> {
    const items = tests.map((test, n) => {
      const id = `${parent.id} ${String(n)} ${test.name}`;
      return (
        parent.children.get(id) ??
        this.controller.createTestItem(id, test.name || t('test {0}', n + 1), parent.uri)
      );
    });
    parent.children.replace(items);
    for (const [n, test] of tests.entries()) {
      const item = items[n];
      if (!item) continue;
      await this.tellEach(run, item, test.subtests);
      if (test.status === 'passed') run.passed(item);
      else if (test.status === 'failed') {
        const message = new vscode.TestMessage(
          [test.reason, ...test.diagnostics].filter(Boolean).join('\n') || t('not ok'),
        );
        const place = await placeOf(test);
        if (place) message.location = place;
        run.failed(item, message);
      } else run.skipped(item);
    }
  }

  private async debug(request: vscode.TestRunRequest): Promise<void> {
    const [kernel] = this.kernelsOf(request);
    if (!kernel?.uri) return;
    await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(kernel.uri), {
      type: DEBUG_TYPE,
      request: 'launch',
      name: kernel.label,
      kernel: locationOf(kernel.uri),
    });
  }

  dispose(): void {
    this.watcher.dispose();
    this.controller.dispose();
  }
}
