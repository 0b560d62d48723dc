/** What `colinux --help` prints. */
export const USAGE = `Usage: colinux run IMAGE [options]     boot a kernel and wait for its end
       colinux test IMAGE… [--junit FILE] [--lcov FILE] [--shard I/N] [options of run]
                                       run kernels that print TAP or KTAP
       colinux profile IMAGE [--output FILE] [--symbols FILE] [options of run]
                                       where the instructions went, as a .cpuprofile; the symbols of IMAGE may
                                       be in another file, as those of a bzImage are in its vmlinux
       colinux daemon [@FILE] [WORDS] [options] [-- another guest]…
                                       run guests by their configurations
       colinux new guest DIR           write a small guest kernel to start from
       colinux image info FILE         what a disk image is, and its partitions
       colinux image convert FILE TARGET [options]
       colinux gdb IMAGE [--port N] [options of run]
                                       boot a kernel stopped, for a gdb that attaches
       colinux jit-dump IMAGE ADDRESS  what the processor makes of the code at an address of a kernel
       colinux dap [--port N]          debug adapter on stdin and stdout, or on a TCP port
       colinux --help | --version

IMAGE is a multiboot kernel (ELF or flat), a Linux bzImage, or a cooperative guest kernel (ELF with a coLinux
note), which is started under the embedded host kernel.

Options of run:
  --memory MIB            RAM in MiB, 1 to 1024 (default 128)
  --module "FILE ARGS"    a multiboot module; may be given again
  --initrd FILE           the initial RAM disk of a Linux bzImage
  --append TEXT           the kernel's (or the guest's) command line
  --serial stdio|FILE     where COM1 goes (default: output to stdout, input from stdin if it is a
                          terminal or a pipe; stdio: input from whatever stdin is; FILE: no input)
  --debugcon stdio|FILE   where the bytes of port E9h go (default: nowhere)
  --max-instructions N    stop after exactly N instructions
  --stats FILE            write instructions, seconds, mips, exit status and state hash as JSON
  --host FILE             another host kernel for a cooperative guest
  --disk FILE[,ro|,cow]   a virtio disk; may be given again. ro: read-only, cow: what is written stays in
                          memory and is gone at the end
  --net loopback          a virtio network card whose cable brings back what is sent
  --net slirp[,REDIRECTIONS][,host-loopback][,restrict][,mac=ADDRESS][,capture=FILE]
                          a card in a network of its own, with DHCP, names and a way out. REDIRECTIONS as
                          tcp:2222:22/udp:53:53 let this computer call the guest; host-loopback lets the
                          guest reach services on 127.0.0.1 by 10.0.2.2; restrict closes the way out
  --net socket,connect=HOST:PORT|listen=HOST:PORT[,mac=ADDRESS][,capture=FILE]
                          a card with a cable to another machine or to QEMU
  --net tap,NAME[,…]      a card on a TAP interface of Linux, by the program tap-helper
  --net pcap-bridge|ndis-bridge[,NAME][,nopromisc][,…]
                          a card on an Ethernet of this computer, by libpcap or Npcap and the npm package cap
  --share TAG=FOLDER[,ro] a virtio-9p device: the guest mounts the folder by the tag
                          --net and --share may be given again, too
  --rng SEED              a virtio entropy device whose bytes are a function of the seed
  --rtc SECONDS           wall clock at boot, seconds since 1970 (default: now)
  --bios FILE             start a flat ROM of 64, 128 or 256 KiB at the reset vector, instead of IMAGE
  --post                  report what is written to the ports 80h, 84h and 190h
  --cpu MODEL             i386, i486, i586, i686 or max, which has everything (default)
  --pace real|fast        whether a halted CPU waits for real time to pass (default: real when a
                          terminal is the input or a network is attached, else fast)

Options of test:
  --junit FILE            the results as JUnit XML
  --lcov FILE             what of the kernels' sources was executed, as an LCOV tracefile
  --shard I/N             only each Nth of the images, from the Ith on
  Exit status: 0 all have passed, 1 something has not, 2 wrong options.

Options of daemon (WORDS are key=value of the configuration language, the rest is the kernel's):
  -t none|cocon           the (first) guest's console on this terminal or not (default: if it is one and
                          there is one guest)
  -d                      the same as -t none
  -k                      without the messages of the guest's kernel
  -p FILE                 write the process's number to FILE
  --capture ethN=FILE     write what passes on a network unit of the guest into a .pcapng file
  -v LEVEL                0 to 15: with the messages of the host, too
  --dap PORT              let debuggers attach to the running machine on 127.0.0.1, PORT (0: any free one)
  SIGTERM shuts the guests down. Exit status: 0 a good end, 3 a guest for another version of the ABI,
  14 no host kernel, 255 anything else.

Options of image (raw images and qcow2 are understood, DOS and GPT partition tables):
  --partition N|all       the partition to take out of the disk, or the whole disk
  --force                 replace TARGET
  --any-backing           follow a backing file out of the image's own folder

Exit status: 2 v + 1 for a byte v that the guest writes to port F4h, as QEMU's isa-debug-exit; and
  0  --max-instructions was reached     8  halted for ever
  2  wrong options or a bad image      10  the reader of the output is gone
  4  triple fault                      70  a fault of colinux itself
  6  the guest reset the machine      130  interrupted by SIGINT
`;
