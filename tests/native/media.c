/*
 * Runs single MMX and SSE instructions on this machine's own processor in user mode, 32-bit or 64-bit as it is compiled.
 * Reads cases from standard input, writes results to standard output; both are arrays of the structures below,
 * little-endian.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include "data.h"

#define CODE 0x100000

/* The image of FXSAVE, as far as this test sets it. */
struct media {
  uint16_t control, status; uint8_t tags, zero; uint16_t opcode; uint64_t ip, dp; uint32_t mxcsr, mask;
  uint8_t stack[8][16]; uint8_t xmm[16][16]; uint8_t rest[96];
} __attribute__((aligned(16)));
struct test_case { uint64_t regs[8]; uint64_t flags; uint8_t code[23]; uint8_t length; uint32_t seed; uint32_t operand_at; uint8_t operand[16]; struct media media; };
struct result { uint64_t regs[8]; uint64_t flags; uint64_t ip; uint32_t signal; uint32_t code; struct media media; };

static struct result out;
static sigjmp_buf back;
/* Called by name from the assembly below. */
struct media media_now __attribute__((used));
uint64_t now[9] __attribute__((used));

static void caught(int number, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  const greg_t *g = u->uc_mcontext.gregs;
#ifdef __x86_64__
  static const int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI};
  out.ip = g[REG_RIP];
  const void *image = u->uc_mcontext.fpregs;
#else
  static const int order[] = {REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI};
  out.ip = (uint32_t)g[REG_EIP];
  /* The image of FNSAVE and four bytes more stand before that of FXSAVE. */
  const void *image = (const char *)u->uc_mcontext.fpregs + 112;
#endif
  for (int i = 0; i < 8; i++) out.regs[i] = sizeof(long) == 8 ? (uint64_t)g[order[i]] : (uint32_t)g[order[i]];
  out.flags = (uint32_t)g[REG_EFL];
  out.signal = number;
  out.code = info->si_code;
  memcpy(&out.media, image, sizeof out.media);
  siglongjmp(back, 1);
}

/* Loads every register from `now` and `media_now` and goes to CODE; only a signal comes back. */
void enter(void);
#ifdef __x86_64__
__asm__(".globl enter\nenter:\n"
        "  fxrstor64 media_now\n  mov now+8, %rcx\n  mov now+16, %rdx\n  mov now+24, %rbx\n  mov now+40, %rbp\n"
        "  mov now+48, %rsi\n  mov now+56, %rdi\n  pushq now+64\n  popfq\n  mov now, %rax\n  mov now+32, %rsp\n  jmp 0x100000\n");
#else
__asm__(".globl enter\nenter:\n"
        "  fxrstor media_now\n  mov now+8, %ecx\n  mov now+16, %edx\n  mov now+24, %ebx\n  mov now+40, %ebp\n"
        "  mov now+48, %esi\n  mov now+56, %edi\n  pushl now+64\n  popfl\n  mov now, %eax\n  mov now+32, %esp\n  jmp 0x100000\n");
#endif

int main(void) {
  uint8_t *code = mmap((void *)CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint8_t *data = mmap((void *)DATA, DATA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (code == MAP_FAILED || data == MAP_FAILED) { perror("mmap"); return 1; }
  static uint8_t stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int i = 0; i < 5; i++) sigaction((int[]){SIGTRAP, SIGSEGV, SIGFPE, SIGILL, SIGBUS}[i], &action, 0);
  static struct test_case test;
  while (fread(&test, sizeof test, 1, stdin) == 1) {
    memset(code, 0xcc, 64);
    memcpy(code, test.code, test.length);
    fill(data, test.seed);
    memcpy(data + test.operand_at, test.operand, 16);
    memcpy(now, test.regs, sizeof test.regs);
    now[8] = test.flags;
    media_now = test.media;
    if (!sigsetjmp(back, 0)) enter();
    __asm__ volatile("cld; fninit" ::: "cc");
    fwrite(&out, sizeof out, 1, stdout);
    write_changed(data);
  }
  return 0;
}
