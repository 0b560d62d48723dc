/** Requests of a debugger that neither run the machine nor end its run: memory, registers, what stops it, records, tables. */
import { PROTECTED } from '../cpu/state.ts';
import { recentBranches } from '../debug/branches.ts';
import { mappingsOf } from '../debug/mappings.ts';
import { leftTask, openEntries } from '../debug/open-entries.ts';
import { walkPages } from '../debug/page-walk.ts';
import { packed, recorded } from '../debug/records.ts';
import { reverseMap } from '../debug/reverse-map.ts';
import type { Machine } from '../machine/machine.ts';
import type { Handlers } from './handlers.ts';
import { RequestError } from './request-error.ts';
import { physicalPieces, resolveSpace } from './spaces.ts';
import { say } from '../sentences/say.ts';

/** @param booted the machine. @param stoppedMachine the same if it stands. Both throw a RequestError when there is none */
export const createLooks = (booted: () => Machine, stoppedMachine: () => Machine) =>
  ({
    readMemory({ space, address, length }) {
      const m = booted();
      return { bytes: m.inspector.read(resolveSpace(m, space), address, length) };
    },
    writeMemory({ space, address, bytes }) {
      const m = stoppedMachine();
      const written = m.inspector.write(resolveSpace(m, space), address, bytes);
      m.debug.watchpoints.forget();
      return { written };
    },
    writeRegister({ name, value }) {
      const refusal = stoppedMachine().writeRegister(name, value);
      if (refusal !== undefined) throw new RequestError('register-refused', refusal);
      return {};
    },
    readMsr({ index }) {
      const value = booted().cpu.debugger.readMsr(index);
      return { bytes: value && new Uint8Array(Int32Array.from(value).buffer) };
    },
    setBreakpoints({ breakpoints: specs }) {
      booted().debug.breakpoints.replace(specs);
      return {};
    },
    setCatchpoints({ catchpoints }) {
      booted().debug.catchpoints.replace(catchpoints);
      return {};
    },
    setWatchpoints({ watchpoints }) {
      const m = booted();
      const found = watchpoints.map((spec) => ({ id: spec.id, pieces: physicalPieces(m, spec) }));
      m.debug.watchpoints.replace(found.flatMap(({ pieces }) => pieces));
      return { watched: found.filter(({ pieces }) => pieces.length > 0).map(({ id }) => id) };
    },
    switches: (range) => ({ switches: packed(booted().passages, range), count: booted().passages.count() }),
    transitions: (range) => {
      const { transitions } = booted().debug;
      return { transitions: packed(transitions, range), count: transitions.count() };
    },
    spaceLoads: (range) => {
      const { spaceLoads } = booted().debug;
      return { loads: recorded(spaceLoads, range), count: spaceLoads.count() };
    },
    openEntries({ coroutine }) {
      const m = booted();
      const space = resolveSpace(m, { kind: 'coroutine', coroutine });
      const isCurrent = coroutine === m.passages.current();
      const left = isCurrent ? leftTask(m, space) : undefined;
      const isReal = isCurrent && m.cpu.views.state[PROTECTED] === 0;
      return { entries: openEntries(m.debug.transitions, m.inspector, space, coroutine, left, isReal) };
    },
    branches: ({ most }) => ({ branches: recentBranches(booted().cpu.views, most) }),
    pageWalk({ space, cr3, address, access }) {
      const m = booted();
      return walkPages(m.memory, resolveSpace(m, space, cr3), address, access);
    },
    mappings({ space, cr3 }) {
      const m = booted();
      return mappingsOf(m.memory, resolveSpace(m, space, cr3));
    },
    reverseMap: ({ physical }) => ({ mappings: reverseMap(booted(), physical) }),
    devices: () => ({ devices: booted().deviceStates() }),
    traffic: (range) => {
      const { traffic } = booted();
      return { traffic: recorded(traffic, range), count: traffic.count(), waiting: traffic.waiting() };
    },
    capture: () => booted().traffic.capture(),
    recordExecution({ on }) {
      const { execution } = booted().debug;
      if (on) execution.start();
      else execution.stop();
      return {};
    },
    executed: () => booted().debug.execution.read(),
    startProfile() {
      booted().debug.profiler.start();
      return {};
    },
    stopProfile() {
      const { profiler } = booted().debug;
      if (!profiler.isOn())
        throw new RequestError('no-profile', say`No profile is being taken: send "startProfile" first.`);
      return profiler.stop();
    },
    hash: () => ({ hash: stoppedMachine().hash() }),
  }) satisfies Partial<Handlers>;
