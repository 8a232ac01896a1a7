# Hardware task switching: every way in and back, what is saved and loaded, and whose fault it is when something is wrong.
# Faults of the new task are taken by tasks of their own, as the new task may have no stack.
        .include "frame.S"
        .set    TASK_B, 0x60                    # 32 bits
        .set    TASK_C, 0x68                    # 16 bits
        .set    SHORT_TSS, 0x70
        .set    ABSENT_TSS, 0x78
        .set    GATE_B, 0x80
        .set    GATE_C, 0x88
        .set    GATE_ABSENT, 0x90
        .set    GATE_DATA, 0x98
        .set    GATE_BUSY, 0xa0
        .set    USER_B, 0xa8                    # TASK_B's TSS with DPL 3
        .set    LDT, 0xb0
        .set    ABSENT_LDT, 0xb8
        .set    READ_ONLY, 0xc0
        .set    ABSENT, 0xc8
        .set    TASK_10, 0xd0                   # handlers of #TS, #NP, #SS, #GP
        .set    TASK_11, 0xd8
        .set    TASK_12, 0xe0
        .set    TASK_13, 0xe8
        .set    GATE_LDT, 0xf0
        .set    CONFORMING, 0xf8
        .set    ABSENT_CODE, 0x58
        .set    tss_b, 0xc100
        .set    tss_c, 0xc180
        .set    tss_10, 0xc200
        .set    tss_11, 0xc280
        .set    tss_12, 0xc300
        .set    tss_13, 0xc380
        .set    STACK_B, 0xb800
        .set    STACK_C, 0xb600
        .set    STACK_H, 0xb400
main:   call    reset_tasks
        call    page_tables
        jmp     attempts
# Two sets of page tables of the first 4 MiB: in the second one, page 150h is page 151h, and 160h is missing in both.
        .set    PD1, 0x200000
        .set    PD2, 0x202000
page_tables:
        mov     $FLAT, %eax
        mov     %eax, %es
        mov     $PD1, %edi
        call    1f
        mov     $PD2, %edi
        call    1f
        movl    $0x151003, %es:PD2 + 0x1000 + 0x150 * 4
        movl    $0x11111111, %es:0x150000
        movl    $0x22222222, %es:0x151000
        mov     $DATA32, %eax
        mov     %eax, %es
        ret
1:      lea     0x1003(%edi), %eax
        stosl
        xor     %eax, %eax
        mov     $1023, %ecx
        rep stosl
        mov     $3, %eax
        mov     $1024, %ecx
2:      stosl
        add     $0x1000, %eax
        loop    2b
        movl    $0, %es:-0x1000 + 0x160 * 4(%edi)
        ret
        .macro  paged
        mov     $PD1, %eax
        mov     %eax, %cr3
        mov     %cr0, %eax
        or      $0x80000000, %eax
        mov     %eax, %cr0
        xor     %eax, %eax
        .endm

        .macro  task_gate where, selector, access
        movw    $0, \where
        movw    $\selector, \where + 2
        movw    $((\access) << 8), \where + 4
        movw    $0, \where + 6
        .endm
# All descriptors and TSSs as they were at first, the first task current.
reset_tasks:
        cld
        mov     %cr0, %eax
        and     $0x7fffffff, %eax
        mov     %eax, %cr0
        descriptor TSS, BASE + tss, 0x87, 0x89, 0
        descriptor TASK_B, BASE + tss_b, 0x67, 0x89, 0
        descriptor USER_B, BASE + tss_b, 0x67, 0xe9, 0
        descriptor TASK_C, BASE + tss_c, 0x2b, 0x81, 0
        descriptor SHORT_TSS, BASE + tss_b, 0x66, 0x89, 0
        descriptor ABSENT_TSS, BASE + tss_b, 0x67, 0x09, 0
        descriptor LDT, BASE + ldt, 15, 0x82, 0
        descriptor ABSENT_LDT, BASE + ldt, 15, 0x02, 0
        descriptor READ_ONLY, BASE, 0xfffff, 0x91, 0xc0
        descriptor ABSENT, BASE, 0xfffff, 0x13, 0xc0
        descriptor ABSENT_CODE, BASE, 0xfffff, 0x1b, 0xc0
        descriptor CONFORMING, BASE, 0xfffff, 0x9f, 0xc0
        descriptor TASK_10, BASE + tss_10, 0x67, 0x89, 0
        descriptor TASK_11, BASE + tss_11, 0x67, 0x89, 0
        descriptor TASK_12, BASE + tss_12, 0x67, 0x89, 0
        descriptor TASK_13, BASE + tss_13, 0x67, 0x89, 0
        task_gate gdt + GATE_B, TASK_B, 0xe5
        task_gate gdt + GATE_C, TASK_C, 0x85
        task_gate gdt + GATE_ABSENT, TASK_B, 0x65
        task_gate gdt + GATE_DATA, DATA32, 0x85
        task_gate gdt + GATE_BUSY, TSS, 0x85
        task_gate gdt + GATE_LDT, TASK_B + 4, 0x85
        task_gate idt + 8 * 0x40, TASK_B, 0xe5
        task_gate idt + 8 * 0x41, TASK_C, 0xe5
        task_gate idt + 8 * 0x42, TASK_B, 0x85
        task_gate idt + 8 * 0x43, DATA32, 0x85
        task_gate idt + 8 * 0x44, TSS, 0x85
        task_gate idt + 8 * 0x45, TASK_B, 0x65
        task_gate idt + 8 * 0x46, ABSENT_TSS, 0x85
        task_gate idt + 8 * 0x47, 0x1000, 0x85
        task_gate idt + 8 * 0x48, SHORT_TSS, 0x85
        movw    $stubs + 16 * 6, idt + 8 * 6
        .macro  ordinary n
        movl    $(CODE32 << 16) + stubs + 16 * \n, idt + 8 * \n
        movl    $0x8e00, idt + 8 * \n + 4
        .endm
        ordinary 6
        ordinary 10
        ordinary 11
        ordinary 12
        ordinary 13
        mov     $tss_b, %edi
        mov     $in_b, %eax
        mov     $STACK_B, %ebx
        call    fill32
        .macro  handler n
        mov     $tss_\n, %edi
        mov     $in_\n, %eax
        mov     $STACK_H, %ebx
        call    fill32
        .endm
        handler 10
        handler 11
        handler 12
        handler 13
        mov     $tss_c, %edi
        xor     %eax, %eax
        mov     $22, %ecx
        rep stosw
        movw    $in_c, tss_c + 14
        movw    $2, tss_c + 16
        movw    $0xc0c0, tss_c + 18
        movw    $0xc1c1, tss_c + 20
        movw    $STACK_C, tss_c + 26
        movw    $0xc7c7, tss_c + 32
        movw    $DATA16, tss_c + 34
        movw    $CODE16, tss_c + 36
        movw    $DATA16, tss_c + 38
        movw    $DATA16, tss_c + 40
        movw    $TSS, %ax
        ltr     %ax
        movl    $INNER, tss + 4
        movl    $DATA32, tss + 8
        xor     %eax, %eax
        lldt    %ax
        clts
        pushl   $2
        popf
        ret
# A 32-bit TSS at EDI, its EIP EAX and its stack EBX.
fill32: push    %eax
        push    %edi
        xor     %eax, %eax
        mov     $26, %ecx
        rep stosl
        pop     %edi
        pop     32(%edi)
        movl    $2, 36(%edi)
        movl    $0xb0b0b0b0, 40(%edi)
        movl    $0xb1b1b1b1, 44(%edi)
        movl    $0xb2b2b2b2, 48(%edi)
        movl    $0xb3b3b3b3, 52(%edi)
        mov     %ebx, 56(%edi)
        movl    $0xb5b5b5b5, 60(%edi)
        movl    $0xb6b6b6b6, 64(%edi)
        movl    $0xb7b7b7b7, 68(%edi)
        movl    $DATA32, 72(%edi)
        movl    $CODE32, 76(%edi)
        movl    $DATA32, 80(%edi)
        movl    $DATA32, 84(%edi)
        movw    $0x68, 102(%edi)
        movl    $INNER, 4(%edi)
        movl    $DATA32, 8(%edi)
        ret
# An attempt whose exceptions have tasks.
        .macro  tasks_for_faults
        task_gate idt + 8 * 10, TASK_10, 0x85
        task_gate idt + 8 * 11, TASK_11, 0x85
        task_gate idt + 8 * 12, TASK_12, 0x85
        task_gate idt + 8 * 13, TASK_13, 0x85
        .endm
        .macro  t32 name:req
        call    reset_tasks
        k32     "\name"
        .endm
# The same with something wrong in TASK_B: One or two of its fields make it so. The offset is behind TASK_B's beginning.
        .macro  wrong name:req, value=0, field=0, value2=0, field2=0
        call    reset_tasks
        tasks_for_faults
        movl    $\value, tss_b + \field
        movl    $\value2, tss_b + \field2
        k32     "\name"; movl $in_b, origin; ljmp $TASK_B, $0; end
        .endm

attempts:
        t32 "JMP to a task"; ljmp $TASK_B, $0x1234; end
        t32 "JMP, what the old TSS has"; movl $look_saved, tss_b + 32; ljmp $TASK_B, $0; end
        t32 "JMP, the busy bits"; movl $look_busy, tss_b + 32; ljmp $TASK_B, $0; end
        t32 "JMP by a task gate"; ljmp $GATE_B, $0; end
        t32 "JMP to a task of 16 bits"; ljmp $TASK_C, $0; end
        t32 "JMP sets TS, keeps NT"; movl $look_control, tss_b + 32; ljmp $TASK_B, $0; end
        t32 "JMP loads NT as it is"; movl $0x4002, tss_b + 36; ljmp $TASK_B, $0; end
        t32 "CALL to a task"; lcall $TASK_B, $0; end
        t32 "CALL, the busy bits and the link"; movl $look_busy, tss_b + 32; lcall $TASK_B, $0; end
        t32 "CALL and IRET"; movl $return, tss_b + 32; lcall $TASK_B, $0; smsw %bx; and $15, %ebx; end
        t32 "CALL and IRET, the busy bits"; movl $return, tss_b + 32; lcall $TASK_B, $0; mov gdt + TSS + 4, %eax; mov gdt + TASK_B + 4, %ebx; mov tss_b + 36, %ecx; mov tss_b, %edx; end
        t32 "CALL and IRET, where the other stands"; movl $return, tss_b + 32; lcall $TASK_B, $0; mov tss_b + 32, %eax; sub $return, %eax; lcall $TASK_B, $0; mov %edx, %ecx; end
        t32 "CALL by a task gate and IRET"; movl $return, tss_b + 32; lcall $GATE_B, $0; end
        t32 "CALL to a task of 16 bits and IRET"; movw $return16, tss_c + 14; lcall $TASK_C, $0; end
        t32 "CALL of a CALL"; movl $call_c, tss_b + 32; movw $return16, tss_c + 14; lcall $TASK_B, $0; end
        t32 "INT by a task gate"; int $0x40; end
        t32 "INT by a task gate and IRET"; movl $return, tss_b + 32; int $0x40; end
        t32 "INT to a task of 16 bits and IRET"; movw $return16, tss_c + 14; int $0x41; end
        t32 "INT, the busy bits and the link"; movl $look_busy, tss_b + 32; int $0x40; end
        call    reset_tasks
        task_gate idt + 8 * 6, TASK_B, 0x85
        k32 "#UD by a task gate"; movl $look_saved, tss_b + 32; ud2; end
        call    reset_tasks
        task_gate idt + 8 * 13, TASK_B, 0x85
        k32 "#GP by a task gate pushes its code"; movl $pop_code, tss_b + 32; mov $0x1234, %eax; mov %eax, %ds; end
        call    reset_tasks
        task_gate idt + 8 * 13, TASK_C, 0x85
        k32 "#GP to a task of 16 bits"; movw $pop_code16, tss_c + 14; mov $0x1234, %eax; mov %eax, %ds; end
        call    reset_tasks
        u32 "INT from ring 3 and IRET"; movl $return, tss_b + 32; int $0x40; end
        call    reset_tasks
        u32 "JMP from ring 3"; ljmp $USER_B + 3, $0; end
        call    reset_tasks
        u32 "JMP from ring 3 without the right"; ljmp $TASK_B + 3, $0; end
        call    reset_tasks
        u32 "JMP with too high an RPL"; ljmp $TASK_B + 1, $0; end
        call    reset_tasks
        u32 "CALL by a gate from ring 3"; movl $return, tss_b + 32; lcall $GATE_B + 3, $0; end
        call    reset_tasks
        u32 "CALL by a gate without the right"; lcall $GATE_C + 3, $0; end
        call    reset_tasks
        u32 "INT without the right"; int $0x42; end
        t32 "a task of ring 3"; movl $UDATA32, tss_b + 72; movl $UCODE32, tss_b + 76; movl $UDATA32, tss_b + 80; movl $UDATA32, tss_b + 84; ljmp $TASK_B, $0; end
        t32 "a task in conforming code"; movl $CONFORMING, tss_b + 76; ljmp $TASK_B, $0; end
        t32 "null data segments"; movl $0, tss_b + 72; movl $3, tss_b + 88; ljmp $TASK_B, $0; end
        t32 "a task with an LDT"; movl $LDT, tss_b + 96; movl $0xc, tss_b + 88; movl $look_ldt, tss_b + 32; ljmp $TASK_B, $0; end
        t32 "EFLAGS are loaded"; movl $0x240cd7, tss_b + 36; ljmp $TASK_B, $0; end
        t32 "DR7, the local bits go"; movl $look_dr7, tss_b + 32; mov $0x733, %eax; mov %eax, %dr7; ljmp $TASK_B, $0; end
        xor     %eax, %eax
        mov     %eax, %dr7
        t32 "IRET to a task that is not busy"; movw $TASK_B, tss; pushl $0x4002; popf; iret; end
        t32 "IRET to data"; movw $DATA32, tss; pushl $0x4002; popf; iret; end
        t32 "IRET to a task beyond the table"; movw $0x1000, tss; pushl $0x4002; popf; iret; end
        t32 "IRET to null"; movw $0, tss; pushl $0x4002; popf; iret; end
        t32 "IRET to a selector of the LDT"; movw $TASK_B + 4, tss; pushl $0x4002; popf; iret; end
        t32 "IRET to an absent task"; movb $0x0b, gdt + ABSENT_TSS + 5; movw $ABSENT_TSS, tss; pushl $0x4002; popf; iret; end
        t32 "IRET to a busy task"; movb $0x8b, gdt + TASK_B + 5; movw $TASK_B, tss; pushl $0x4002; popf; iret; end

        t32 "JMP to a busy task"; ljmp $TSS, $0; end
        t32 "CALL to a busy task"; lcall $TSS, $0; end
        t32 "JMP to an absent task"; ljmp $ABSENT_TSS, $0; end
        t32 "JMP to a short TSS"; ljmp $SHORT_TSS, $0; end
        t32 "JMP by an absent gate"; ljmp $GATE_ABSENT, $0; end
        t32 "JMP by a gate to data"; ljmp $GATE_DATA, $0; end
        t32 "JMP by a gate to a busy task"; ljmp $GATE_BUSY, $0; end
        t32 "JMP by a gate to the LDT"; ljmp $GATE_LDT, $0; end
        t32 "JMP to a busy and absent task"; movb $0x0b, gdt + ABSENT_TSS + 5; ljmp $ABSENT_TSS, $0; end
        t32 "INT by a gate to data"; int $0x43; end
        t32 "INT by a gate to a busy task"; int $0x44; end
        t32 "INT by an absent task gate"; int $0x45; end
        t32 "INT by a gate to an absent task"; int $0x46; end
        t32 "INT by a gate to beyond the table"; int $0x47; end
        t32 "INT by a gate to a short TSS"; int $0x48; end

        wrong "nothing wrong"
        wrong "LDT that is data", DATA32, 96
        wrong "LDT that is absent", ABSENT_LDT, 96
        wrong "LDT of a local selector", LDT + 4, 96
        wrong "LDT beyond the table", 0x1000, 96
        wrong "CS null", 0, 76
        wrong "CS is data", DATA32, 76
        wrong "CS beyond the table", 0x1000, 76
        wrong "CS of ring 3 with RPL 0", UCODE32 - 3, 76
        wrong "CS absent", ABSENT_CODE, 76
        wrong "SS null", 0, 80
        wrong "SS is code", CODE32, 80
        wrong "SS read-only", READ_ONLY, 80
        wrong "SS absent", ABSENT, 80
        wrong "SS of ring 3", UDATA32 - 3, 80
        wrong "SS with RPL 3", DATA32 + 3, 80
        wrong "SS beyond the table", 0x1000, 80
        wrong "DS absent", ABSENT, 84
        wrong "DS beyond the table", 0x1000, 84
        wrong "DS is a TSS", TSS, 84
        wrong "ES with RPL 3", DATA32 + 3, 72
        wrong "FS absent", ABSENT, 88
        wrong "GS beyond the table", 0x1000, 92
        wrong "SS and CS are wrong", DATA32, 76, 0, 80
        wrong "DS and ES are wrong", 0x1000, 84, 0x1008, 72
        wrong "EIP beyond the limit", CODE16, 76, 0x10000, 32

        # Virtual-8086 mode: its HLT is #GP, which a task takes.
        .macro  virtual name:req, ip
        call    reset_tasks
        tasks_for_faults
        movl    $\ip, tss_b + 32
        movl    $0x23002, tss_b + 36
        movl    $0x1010, tss_b + 72
        movl    $BASE >> 4, tss_b + 76
        movl    $BASE >> 4, tss_b + 80
        movl    $0x1013, tss_b + 84
        movl    $0x8000, tss_b + 88
        movl    $0xffff, tss_b + 92
        movw    $return16, tss_c + 14
        k32     "\name"; movl $\ip, origin; ljmp $TASK_B, $0; end
        .endm
        virtual "a task of virtual-8086 mode", halt86
        virtual "a task of virtual-8086 mode, and INT by a task gate", int86
        virtual "a task of virtual-8086 mode beyond 64 KiB", 0x10000

        t32 "CR3 is loaded"; movl $look_page, tss_b + 32; movl $PD2, tss_b + 28; movl $FLAT, tss_b + 92; paged; ljmp $TASK_B, $0; end
        t32 "CR3 is loaded back"; movl $return, tss_b + 32; movl $PD2, tss_b + 28; movl $PD1, tss + 28; mov $FLAT, %eax; mov %eax, %gs; paged; lcall $TASK_B, $0; mov %cr3, %eax; mov %gs:0x150000, %ebx; end
        t32 "CR3 of a task of 16 bits stays"; movw $look_cr3, tss_c + 14; paged; ljmp $TASK_C, $0; end
        t32 "CR3 is not loaded without paging"; movl $look_cr3_32, tss_b + 32; movl $PD2, tss_b + 28; mov $PD1, %eax; mov %eax, %cr3; ljmp $TASK_B, $0; end
        t32 "a TSS on a page that is missing"; descriptor TASK_B, 0x160100, 0x67, 0x89, 0; paged; ljmp $TASK_B, $0; end
        mov     %cr2, %eax
        value "a TSS on a page that is missing, CR2"
        t32 "a TSS half on a page that is missing"; descriptor TASK_B, 0x15ffc0, 0x67, 0x89, 0; paged; ljmp $TASK_B, $0; end
        t32 "a TSS half missing, the busy bits stay"; mov gdt + TSS + 4, %eax; mov gdt + TASK_B + 4, %ebx; end
        t32 "an old TSS half on a page that is missing"; descriptor TASK_C, 0x15ffd0, 0x67, 0x89, 0; mov $TASK_C, %eax; ltr %ax; paged; ljmp $TASK_B, $0; end
        t32 "INT by a gate to a TSS that is missing"; descriptor TASK_B, 0x160100, 0x67, 0x89, 0; paged; int $0x40; end
        call    reset_tasks

        # What QEMU 7.2 lacks.
        cmpb    $'m', chosen
        jne     done_all
        t32 "the T bit"; movw $1, tss_b + 100; movl $in_b, origin; ljmp $TASK_B, $0; end
        mov     %dr6, %eax
        value "DR6 after the T bit"
        t32 "a fault leaves RF in its task"; task_gate idt + 8 * 6, TASK_B, 0x85; movl $look_rf, tss_b + 32; ud2; end
done_all:
        finish

in_b:   nop
        int     $END_OF_ATTEMPT
return: iret
        inc     %edx
        iret
call_c: lcall   $TASK_C, $0
        str     %eax
        iret
pop_code:
        pop     %eax
        mov     tss + 32, %ebx
        sub     origin, %ebx
        int     $END_OF_ATTEMPT
look_saved:
        mov     tss + 32, %eax
        sub     origin, %eax
        mov     tss + 36, %ebx
        and     $0xfffeffff, %ebx
        mov     tss + 40, %ecx
        mov     tss + 56, %edx
        mov     tss + 72, %esi
        mov     tss + 76, %edi
        mov     tss + 96, %ebp
        int     $END_OF_ATTEMPT
look_busy:
        mov     gdt + TSS + 4, %eax
        mov     gdt + TASK_B + 4, %ebx
        mov     tss_b, %ecx
        str     %edx
        mov     tss, %ebp
        int     $END_OF_ATTEMPT
look_control:
        mov     %cr0, %eax
        and     $15, %eax
        pushf
        pop     %ebx
        int     $END_OF_ATTEMPT
look_ldt:
        sldt    %eax
        mov     %fs:in_b, %ebx
        int     $END_OF_ATTEMPT
look_dr7:
        mov     %dr7, %eax
        int     $END_OF_ATTEMPT
look_rf:
        mov     tss + 36, %eax
        int     $END_OF_ATTEMPT
# The tasks of faults: the code on the stack, the state in the TSS of the task before.
        .macro  fault_task n
in_\n:  movl    $\n, vector
        jmp     fault_task
        .endm
        fault_task 10
        fault_task 11
        fault_task 12
        fault_task 13
fault_task:
        pop     error
        str     %eax
        mov     gdt + 2(%eax), %eax
        and     $0xffffff, %eax
        movzwl  -BASE(%eax), %ebx               # the link
        and     $0xfff8, %ebx
        mov     gdt + 2(%ebx), %ebx
        and     $0xffffff, %ebx
        sub     $BASE, %ebx
        mov     32(%ebx), %eax
        mov     %eax, state + 60
        mov     36(%ebx), %eax
        and     $0xfffeffff, %eax
        mov     %eax, state + 56
        lea     40(%ebx), %esi
        mov     $state, %edi
        mov     $8, %ecx
        rep movsl
        mov     $6, %ecx
1:      movzwl  (%esi), %eax
        add     $4, %esi
        stosl
        loop    1b
        jmp     report32
look_page:
        mov     %gs:0x150000, %eax
        mov     %cr3, %ebx
        int     $END_OF_ATTEMPT
look_cr3_32:
        mov     %cr3, %eax
        int     $END_OF_ATTEMPT
        .code16
look_cr3:
        mov     %cr3, %eax
        int     $END_OF_ATTEMPT
int86:  int     $0x41
        mov     $0x1234, %dx
halt86: hlt
in_c:   nop
        int     $END_OF_ATTEMPT
return16:
        iretw
pop_code16:
        pop     %ax
        pop     %bx
        int     $END_OF_ATTEMPT
        .code32
        .balign 8
ldt:    segment BASE, 0xfffff, 0x93, 0xc0
        segment BASE, 0xfffff, 0x93, 0xc0
