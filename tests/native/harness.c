/*
 * Runs single instructions on this machine's own processor in user mode: in the flat 32-bit segments, or, with the
 * argument "16", in 16-bit segments of a local descriptor table, based at the code and at the data. Reads cases from standard input, writes
 * results to standard output; both are arrays of the structures below, little-endian, a result with the data's changes behind it.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <asm/ldt.h>
#include "data.h"

#define CODE 0x100000

struct regs { uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi, eflags; };
struct test_case { struct regs regs; uint8_t code[23]; uint8_t length; uint32_t seed; };
struct result { struct regs regs; uint32_t eip; int32_t signal; };

static struct result out;
static sigjmp_buf back;
/* Called by name from the assembly below. */
struct regs now __attribute__((used));
uint32_t saved_esp __attribute__((used));

static void caught(int number, siginfo_t *info, void *context) {
  const greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  (void)info;
  out.regs = (struct regs){g[REG_EAX], g[REG_ECX], g[REG_EDX], g[REG_EBX], g[REG_ESP], g[REG_EBP], g[REG_ESI], g[REG_EDI], g[REG_EFL]};
  out.eip = g[REG_EIP];
  out.signal = number;
  siglongjmp(back, 1);
}

/* Loads every register from `now` and goes to CODE; only a signal comes back. */
void enter(void);
__asm__(".globl enter\nenter:\n"
        "  mov now+4, %ecx\n  mov now+8, %edx\n  mov now+12, %ebx\n  mov now+20, %ebp\n  mov now+24, %esi\n  mov now+28, %edi\n"
        "  pushl now+32\n  popfl\n  mov now, %eax\n  mov now+16, %esp\n  jmp 0x100000\n");

/* The same by way of 16-bit segments: descriptors 0 (code) and 1 (data) of the LDT, ring 3. */
void enter16(void);
uint16_t far16[3] __attribute__((used)) = {0, 0, 0x07};
__asm__(".globl enter16\nenter16:\n"
        "  mov now+4, %ecx\n  mov now+8, %edx\n  mov now+12, %ebx\n  mov now+20, %ebp\n  mov now+24, %esi\n  mov now+28, %edi\n"
        "  pushl now+32\n  popfl\n  mov now, %eax\n  mov now+16, %esp\n"
        "  mov %cs:far16_scratch, %ss\n  mov %cs:far16_scratch, %ds\n  mov %cs:far16_scratch, %es\n  ljmp *%cs:far16\n"
        ".data\nfar16_scratch: .short 0x0f\n.text\n");

static int add_segment(int entry, uint32_t base, uint32_t bytes, int contents) {
  struct user_desc d = {.entry_number = entry, .base_addr = base, .limit = bytes - 1, .seg_32bit = 0, .contents = contents, .useable = 1};
  return syscall(SYS_modify_ldt, 1, &d, sizeof d);
}

int main(int argc, char **argv) {
  int narrow = argc > 1 && !strcmp(argv[1], "16");
  uint16_t flat;
  __asm__ volatile("mov %%ds, %0" : "=r"(flat));
  uint8_t *code = mmap((void *)CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint8_t *data = mmap((void *)DATA, DATA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (code == MAP_FAILED || data == MAP_FAILED) { perror("mmap"); return 1; }
  if (narrow && (add_segment(0, CODE, 4096, MODIFY_LDT_CONTENTS_CODE) || add_segment(1, DATA, DATA_BYTES, MODIFY_LDT_CONTENTS_DATA))) { perror("modify_ldt"); return 1; }
  static uint8_t stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int i = 0; i < 5; i++) sigaction((int[]){SIGTRAP, SIGSEGV, SIGFPE, SIGILL, SIGBUS}[i], &action, 0);
  struct test_case test;
  while (fread(&test, sizeof test, 1, stdin) == 1) {
    memset(code, 0xcc, 64);
    memcpy(code, test.code, test.length);
    fill(data, test.seed);
    now = test.regs;
    if (!sigsetjmp(back, 0)) (narrow ? enter16 : enter)();
    __asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%ss; cld" ::"r"(flat) : "cc");
    fwrite(&out, sizeof out, 1, stdout);
    write_changed(data);
  }
  return 0;
}
