/** What the module imports: the compiler takes the name of this file for that of the imports' module. */

/** `Mmu.refillFetch`: looks up a page that the TLB does not know for an instruction fetch. @returns the entry, or 0 */
export declare function refillFetch(linear: u32, user: bool): i32;
