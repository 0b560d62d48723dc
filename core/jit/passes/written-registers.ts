/** Which general registers operations write. */
import { EAX, EDX } from '../../cpu/state.ts';
import type { Operation, Place } from '../ir.ts';
import { isMemory } from '../lift.ts';

const ALL_REGISTERS = 0xff;

/** As a mask: all of them for what is not looked into. */
export function writtenBy(operation: Operation): number {
  const to = (place: Place) =>
    isMemory(place) ? 0 : 1 << (place.high ? place.register & 3 : place.register);
  switch (operation.op) {
    case 'nop':
      return 0;
    case 'alu':
      return operation.name === 'cmp' || operation.name === 'test' ? 0 : to(operation.to);
    case 'mov':
    case 'lea':
    case 'extend':
    case 'unary':
    case 'shift':
    case 'set':
    case 'conditional-move':
    case 'multiply':
    case 'swap-bytes':
      return to(operation.to);
    case 'wide-multiply':
      return (1 << EAX) | (1 << EDX);
    default:
      return ALL_REGISTERS;
  }
}
