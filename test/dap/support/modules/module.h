/* What kernel and modules know of each other. */
typedef unsigned int u32;

extern volatile u32 kernel_total;
void kernel_add(u32 n);
