/*
 * Runs single instructions on this machine's own processor in user mode and 64-bit code. Reads cases from standard input,
 * writes results to standard output; both are arrays of the structures below, little-endian, a result with the data's changes behind it.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include "data.h"

#define CODE 0x100000
#define NEXT 0xcc /* INT3 */

struct test_case { uint64_t general[16], rflags, fs, gs; uint8_t code[19]; uint8_t length; uint32_t seed; };
struct result { uint64_t general[16], rflags, rip, vector, error, cr2, fs, gs; };

static struct result out;
static sigjmp_buf back;
static uint64_t own_fs;
/* Called by name from the assembly below. */
struct test_case now __attribute__((used));

/* Without the C library, which may not be called while FS is another's. */
static inline long prctl_raw(long code, uint64_t address) {
  long answer = SYS_arch_prctl;
  __asm__ volatile("syscall" : "+a"(answer) : "D"(code), "S"(address) : "rcx", "r11", "memory");
  return answer;
}

static void caught(int number, siginfo_t *info, void *context) {
  static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  const greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  (void)number; (void)info;
  /* POPF may have asked for alignment checks, which Linux leaves on. */
  __asm__ volatile("pushfq; andl $~0x40000, (%%rsp); popfq" ::: "cc", "memory");
  prctl_raw(ARCH_GET_FS, (uint64_t)&out.fs);
  prctl_raw(ARCH_GET_GS, (uint64_t)&out.gs);
  prctl_raw(ARCH_SET_FS, own_fs);
  for (int i = 0; i < 16; i++) out.general[i] = g[order[i]];
  out.rflags = g[REG_EFL];
  out.rip = g[REG_RIP];
  out.vector = g[REG_TRAPNO];
  out.error = g[REG_ERR];
  out.cr2 = g[REG_CR2];
  siglongjmp(back, 1);
}

/* Loads every register from `now` and goes to CODE; only a signal comes back. */
void enter(void);
__asm__(".globl enter\nenter:\n"
        "  mov now+8, %rcx\n  mov now+16, %rdx\n  mov now+24, %rbx\n  mov now+40, %rbp\n  mov now+48, %rsi\n  mov now+56, %rdi\n"
        "  mov now+64, %r8\n  mov now+72, %r9\n  mov now+80, %r10\n  mov now+88, %r11\n"
        "  mov now+96, %r12\n  mov now+104, %r13\n  mov now+112, %r14\n  mov now+120, %r15\n"
        "  pushq now+128\n  popfq\n  mov now, %rax\n  mov now+32, %rsp\n  jmp 0x100000\n");

int main(void) {
  uint8_t *code = mmap((void *)CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint8_t *data = mmap((void *)DATA, DATA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (code == MAP_FAILED || data == MAP_FAILED) { perror("mmap"); return 1; }
  static uint8_t stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int i = 0; i < 5; i++) sigaction((int[]){SIGTRAP, SIGSEGV, SIGFPE, SIGILL, SIGBUS}[i], &action, 0);
  prctl_raw(ARCH_GET_FS, (uint64_t)&own_fs);
  while (fread(&now, sizeof now, 1, stdin) == 1) {
    memset(code, NEXT, 64);
    memcpy(code, now.code, now.length);
    fill(data, now.seed);
    if (!sigsetjmp(back, 0)) {
      prctl_raw(ARCH_SET_GS, now.gs);
      prctl_raw(ARCH_SET_FS, now.fs);
      enter();
    }
    __asm__ volatile("cld" ::: "cc");
    fwrite(&out, sizeof out, 1, stdout);
    write_changed(data);
  }
  return 0;
}
