/*
 * Runs single x87 instructions on this machine's own processor in user mode, 32 or 64 bits as it is compiled: loads a state with FRSTOR, executes the
 * instruction, stores the state with FNSAVE. Reads cases from standard input, writes results to standard output; both are
 * arrays of the structures below, little-endian.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define CODE 0x100000
#define DATA 0x120000
#define DATA_BYTES 120

struct test_case { uint8_t state[108]; uint8_t code[16]; uint32_t length, eax, eflags; uint8_t data[DATA_BYTES]; };
struct result { uint8_t state[108]; uint32_t eax, eflags; int32_t signal; uint8_t data[DATA_BYTES]; };

/* Called by name from the assembly below. */
struct test_case now __attribute__((used));
struct result out __attribute__((used));
uintptr_t saved_sp __attribute__((used));
static sigjmp_buf back;

static void caught(int number) { siglongjmp(back, number); }

/* Loads the state, goes to CODE, and comes back by the jump that stands behind the instruction. */
void enter(void);
void leave(void);
#ifdef __x86_64__
__asm__(".globl enter\nenter:\n"
        "  push %rbx\n  push %rbp\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n  mov %rsp, saved_sp\n"
        "  mov now+132, %eax\n  push %rax\n  popfq\n  mov now+128, %eax\n  frstor now\n  jmp 0x100000\n"
        ".globl leave\nleave:\n"
        "  fnsave out\n  mov %eax, out+108\n  pushfq\n  pop %rax\n  mov %eax, out+112\n  mov saved_sp, %rsp\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbp\n  pop %rbx\n  ret\n");
#else
__asm__(".globl enter\nenter:\n"
        "  pushal\n  mov %esp, saved_sp\n"
        "  pushl now+132\n  popfl\n  mov now+128, %eax\n  frstor now\n  jmp 0x100000\n"
        ".globl leave\nleave:\n"
        "  fnsave out\n  mov %eax, out+108\n  mov saved_sp, %esp\n  pushfl\n  popl out+112\n  popal\n  ret\n");
#endif

int main(void) {
  uint8_t *code = mmap((void *)CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint8_t *data = mmap((void *)DATA, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (code == MAP_FAILED || data == MAP_FAILED) { perror("mmap"); return 1; }
  for (int i = 0; i < 5; i++) {
    struct sigaction action = {.sa_handler = caught, .sa_flags = SA_NODEFER};
    sigaction((int[]){SIGTRAP, SIGSEGV, SIGFPE, SIGILL, SIGBUS}[i], &action, 0);
  }
  while (fread(&now, sizeof now, 1, stdin) == 1) {
    memcpy(code, now.code, now.length);
    code[now.length] = 0xe9;
    *(int32_t *)(code + now.length + 1) = (int32_t)((uint32_t)(uintptr_t)leave - (CODE + now.length + 5));
    memcpy(data, now.data, DATA_BYTES);
    memset(&out, 0, sizeof out);
    int number = sigsetjmp(back, 0);
    if (!number) enter();
    __asm__ volatile("fninit");
    out.signal = number;
    memcpy(out.data, data, DATA_BYTES);
    fwrite(&out, sizeof out, 1, stdout);
  }
  return 0;
}
