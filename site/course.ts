// The course at one glance: its parts, its lessons in reading order, what each asks, and its labs. The home page draws
// its map from here; a lesson that has no folder under lessons/ yet is drawn as planned.

/** Where a lesson's machine is watched: the hardware itself, the monitor (ring −1), the kernel, user code. */
export type Ring = "hw" | "vmm" | "r0" | "r3";

export interface CourseLesson {
  number: number;
  title: string;
  /** The question that the lesson's machine will answer; may hold `code`. */
  question: string;
  plays: Ring[];
  /** The names of all its labs, planned ones included. */
  labs: string[];
}

export interface Part {
  title: string;
  /** Numbers of its first and last lesson. */
  from: number;
  to: number;
  /** What the reader owns after it. */
  says: string;
}

export const parts: Part[] = [
  { title: "The machine", from: 0, to: 4, says: "What a PC is made of, how it wakes, and how to build for it." },
  { title: "The kernel", from: 5, to: 12, says: "What stands between the hardware and a program." },
  { title: "The monitor", from: 13, to: 21, says: "How one machine becomes several, read at the source." },
  { title: "Beyond", from: 22, to: 23, says: "Machines as files, and a project of your own." },
];

export const lessons: CourseLesson[] = [
  {
    number: 0,
    title: "The machine in this page",
    question: "What is running when nothing is installed?",
    plays: ["hw", "r0"],
    labs: ["Tour"],
  },
  {
    number: 1,
    title: "What is in a PC",
    question: "Who answers when the CPU puts `0x3F8` on the bus?",
    plays: ["hw"],
    labs: ["Bus detective"],
  },
  {
    number: 2,
    title: "Boot: from the reset vector to your first instruction",
    question: "Why does a 64-bit CPU wake up in 16-bit mode at F000:FFF0?",
    plays: ["hw", "r0"],
    labs: ["Write a boot sector", "Load a second stage from disk", "Boot over the network"],
  },
  {
    number: 3,
    title: "Modes and privilege",
    question: "What exactly changes when CR0.PE becomes 1?",
    plays: ["hw", "r0", "r3"],
    labs: ["Real to protected", "Protected to long", "Ring 3 and back"],
  },
  {
    number: 4,
    title: "Tools of a kernel developer",
    question: "How does a C line become a byte at 0x100000?",
    plays: ["r0"],
    labs: ["Link script", "Fix a broken image", "Debug over serial", "Find a bug with history"],
  },
  {
    number: 5,
    title: "Exceptions and interrupts",
    question: "Who saves the registers?",
    plays: ["hw", "r0", "r3"],
    labs: ["IDT and handlers", "Survive a page fault", "PIC remap", "Timer tick"],
  },
  {
    number: 6,
    title: "Address translation",
    question: "What does one load cost when nothing is cached?",
    plays: ["hw", "r0", "r3"],
    labs: ["Build page tables", "Find a stale TLB entry", "Large pages", "NX"],
  },
  {
    number: 7,
    title: "Virtual memory",
    question: "How can a process own memory that isn’t there?",
    plays: ["r0", "r3"],
    labs: ["Demand paging", "Copy-on-write"],
  },
  {
    number: 8,
    title: "I/O models",
    question: "Why is polling sometimes faster?",
    plays: ["hw", "r0"],
    labs: ["One disk read, four ways"],
  },
  {
    number: 9,
    title: "Devices and drivers",
    question: "What is a driver, in bytes?",
    plays: ["hw", "r0"],
    labs: ["UART", "PIT", "Keyboard", "IDE disk", "PCI enumeration", "NIC"],
  },
  {
    number: 10,
    title: "Kernel threads",
    question: "Where is a thread when it isn’t running?",
    plays: ["r0"],
    labs: ["Context switch", "Round-robin scheduler", "Sleep and wakeup"],
  },
  {
    number: 11,
    title: "Synchronization",
    question: "Why does `x++` lose updates?",
    plays: ["r0"],
    labs: ["Spin lock", "Ticket lock", "Interrupt-safe lock", "Store-buffer litmus tests"],
  },
  {
    number: 12,
    title: "Multicore",
    question: "How does the second CPU start?",
    plays: ["hw", "r0"],
    labs: ["AP start-up", "IPI", "TLB shootdown"],
  },
  {
    number: 13,
    title: "Trap and emulate",
    question: "When can a computer pretend to be itself?",
    plays: ["vmm", "r0", "r3"],
    labs: ["De-privilege a kernel"],
  },
  {
    number: 14,
    title: "AMD SVM and Intel VT-x",
    question: "What is in the 4 KiB that make a machine?",
    plays: ["hw", "vmm", "r0"],
    labs: ["First VMRUN", "Intercept CPUID, I/O, MSR and HLT", "Inject an event", "Read it in a VMCS"],
  },
  {
    number: 15,
    title: "A VMM, read in full",
    question: "What happens between #VMEXIT and the next VMRUN?",
    plays: ["vmm", "r0"],
    labs: ["Add an exit handler", "Add a hypercall"],
  },
  {
    number: 16,
    title: "Virtualizing machine modes",
    question: "How does a guest boot in real mode under a VMM?",
    plays: ["vmm", "r0"],
    labs: ["CR0 intercepts", "A real-mode guest under paging"],
  },
  {
    number: 17,
    title: "Shadow paging",
    question: "Who owns CR3?",
    plays: ["vmm", "r0", "r3"],
    labs: ["Shadow page fault", "CR3 switch", "Write-protect guest tables", "A and D bits"],
  },
  {
    number: 18,
    title: "Nested paging",
    question: "Why can one load touch memory 24 times?",
    plays: ["hw", "vmm", "r0"],
    labs: ["Build nested tables", "Large pages", "Measure against shadow paging"],
  },
  {
    number: 19,
    title: "Virtual devices and interrupts",
    question: "How real does a fake UART have to be?",
    plays: ["vmm", "r0"],
    labs: ["Virtual UART", "Virtual PIC with injection", "Virtual PIT and time", "Virtual disk"],
  },
  {
    number: 20,
    title: "Paravirtualization",
    question: "What if the guest knew?",
    plays: ["vmm", "r0"],
    labs: ["Hypercall console", "Virtio ring", "Paravirtual clock", "Exits before and after"],
  },
  {
    number: 21,
    title: "Multicore VMMs",
    question: "What if the lock holder isn’t running?",
    plays: ["vmm", "r0", "r3"],
    labs: ["vCPU scheduler", "IPIs between vCPUs", "Gang scheduling, measured"],
  },
  {
    number: 22,
    title: "Checkpoint and migration",
    question: "Can a running machine be a file?",
    plays: ["vmm", "r0"],
    labs: ["Save and restore", "Pre-copy migration"],
  },
  {
    number: 23,
    title: "The project",
    question: "Extend the VMM",
    plays: ["vmm", "r0", "r3"],
    labs: ["Workspace, reports, paper, presentation"],
  },
];

/** The part that lesson `number` belongs to. */
export function partOf(number: number): Part {
  return parts.find((part) => number >= part.from && number <= part.to) ?? parts[parts.length - 1];
}
