/** Requests that bring something into the machine from outside, whether it runs or not: through its input log. */
import type { Machine } from '../machine/machine.ts';
import type { Handlers } from './handlers.ts';

/** Gives the machine what comes in, and wakes it. */
type Deliver = (give: (machine: Machine) => void) => Record<string, never>;

export const createInputs = (deliver: Deliver) =>
  ({
    input({ port, bytes }) {
      return deliver((m) => {
        m.receive(port, bytes);
      });
    },
    nmi: () =>
      deliver((m) => {
        m.nmi();
      }),
    completeBlock({ disk, id, outcome }) {
      return deliver(({ outside }) => {
        outside.completeBlock(disk, id, outcome);
      });
    },
    networkFrame({ network, bytes }) {
      return deliver(({ outside }) => {
        outside.frame(network, bytes);
      });
    },
    networkLink({ network, up }) {
      return deliver(({ outside }) => {
        outside.link(network, up);
      });
    },
    consoleInput({ port, bytes }) {
      return deliver(({ outside }) => {
        outside.consoleInput(port, bytes);
      });
    },
    consoleSize({ columns, rows }) {
      return deliver(({ outside }) => {
        outside.consoleSize(columns, rows);
      });
    },
    completeShare({ share, id, bytes }) {
      return deliver(({ outside }) => {
        outside.completeShare(share, id, bytes);
      });
    },
  }) satisfies Partial<Handlers>;
