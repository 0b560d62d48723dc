/** Names of the threads that run the bundle of the machine worker, by which it knows what it is to be. */

/** Any other name is a machine's as well. */
export const MACHINE_NAME = 'coLinux machine';
export const COMPILER_NAME = 'coLinux compiler';
