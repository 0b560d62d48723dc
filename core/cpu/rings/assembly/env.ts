/** What the module imports: the compiler takes the name of this file for that of the imports' module. */

/** `Mmu.refill`: walks the page tables as the access would. @returns the entry, with the right if it can be used */
export declare function refill(linear: u32, size: u32, right: i32): i32;
