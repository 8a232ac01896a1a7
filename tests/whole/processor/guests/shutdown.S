# Ways to end: each case is a run of its own, chosen by the command line's last character.
        .include "frame.S"
        .set    SMALL_STACK, 0x60
main:   movb    chosen, %al
        .macro  case letter, label
        cmpb    $\letter, %al
        je      \label
        .endm
        case    'a', no_table
        case    'b', gates_absent
        case    'c', gates_to_data
        case    'k', no_inner_stack
        case    'e', real_short
        case    'f', real_none
        case    'g', stack_beyond
        case    'h', real_stack
        case    'i', table_of_ones
        case    'j', double_then_fine
        finish
no_table:
        k32 "INT3 without a table"; lidt none; int3; end
gates_absent:
        movw    $0, idt + 8 * 13 + 4
        movw    $0, idt + 8 * 8 + 4
        k32 "#GP and #DF without gates"; mov $0x1000, %eax; mov %eax, %ds; end
gates_to_data:
        movw    $DATA32, idt + 8 * 13 + 2
        movw    $DATA32, idt + 8 * 8 + 2
        k32 "#GP and #DF to data"; mov $0x1000, %eax; mov %eax, %ds; end
no_inner_stack:
        movl    $0, tss + 8
        u32 "ring 3 without a stack in ring 0"; ud2; end
real_short:
        to_real short
        .code16
short:  real "a table that ends before vector 8"; lidt short_idtr; int $0x40; stop
        .code32
real_none:
        to_real none_at_all
        .code16
none_at_all:
        real "no table in real mode"; lidt none; ud2; stop
        .code32
stack_beyond:
        descriptor SMALL_STACK, BASE, 0xfff, 0x93, 0x40
        k32 "a stack beyond its limit"; mov $SMALL_STACK, %eax; mov %eax, %ss; mov $0x2000, %esp; push %eax; end
real_stack:
        to_real one
        .code16
one:    real "SP of 1 in real mode"; mov $1, %sp; int $0x40; stop
        .code32
table_of_ones:
        mov     $idt, %edi
        mov     $0x200, %ecx
        mov     $-1, %eax
        rep stosl
        k32 "a table of ones"; ud2; end
double_then_fine:
        movw    $0, idt + 8 * 13 + 4
        k32 "a double fault that is caught"; mov $0x1000, %eax; mov %eax, %ds; end
        movw    $0x8e00, idt + 8 * 13 + 4
        k32 "and the next attempt"; mov $0x1000, %eax; mov %eax, %ds; end
        finish
none:   .word   0
        .long   0
short_idtr:
        .word   8 * 4 - 2
        .long   0
