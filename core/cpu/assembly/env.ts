/** What the modules of the processor import, each what it uses: the compiler takes the name of this file for that of the imports' module. */

/** `Mmu.refill`: walks the page tables as the access would. @returns the entry, with the right if it can be used */
export declare function refill(linear: u32, size: u32, right: i32): i32;

/** `Mmu.refillFetch`: looks up a page that the TLB does not know for an instruction fetch. @returns the entry, or 0 */
export declare function refillFetch(linear: u32, user: bool): i32;

/** `Fetch.tells`: code of a page is about to run that nobody has been told of. @returns whether it may */
export declare function tell(linear: u32, physical: u32): bool;
