/** Coverage of what a session debugs: of all guests, or of the kernel that runs alone, and of the programs in ring 3 that it names. The embedded host kernel is not the user's. */
import { HOST } from '../../core/protocol/machine-protocol.ts';
import type { CoverageBody } from '../custom-protocol.ts';
import type { SessionContext } from '../session-context.ts';
import { coverageOf, mergeCoverage } from './coverage.ts';
import { executedBy, executedProgram } from './executed.ts';

/** @throws AdapterError without a machine. What was not recorded has not run */
export async function coverageOfSession(context: SessionContext): Promise<CoverageBody> {
  const { request } = context.machine();
  const { spaces } = await request('executed', {});
  const { guests = [], hostImage, userPrograms = [] } = context.plan ?? {};
  const images = [
    ...guests.map(({ image }, n) => ({ image, coroutine: n + 1 })),
    ...(guests.length === 0 ? [{ image: hostImage, coroutine: HOST }] : []),
  ];
  const runs = images.flatMap(({ image, coroutine }) =>
    image ? [coverageOf(image, executedBy(spaces, coroutine))] : [],
  );
  const owners = context.owners();
  const programs = userPrograms.map((image) => {
    const { biases = [] } = owners.find((owner) => owner.image === image) ?? {};
    return coverageOf(image, executedProgram(spaces, image, biases));
  });
  return {
    files: mergeCoverage([...runs, ...programs]).map(({ file, lines, functions, branches }) => ({
      path: context.sources.of(file).path ?? file,
      lines: [...lines],
      functions: [...functions],
      branches: [...branches],
    })),
  };
}
