# Several processors, and the interrupt controllers between them: bringing them up, messages in all modes, priorities, the
# APIC's timer, the I/O APIC, the HPET, counting with and without LOCK. The case is the number of processors.
# A line is a name and numbers; nothing in it depends on how fast a processor is.
        .set    BASE, 0x10000
        .set    CODE32, 0x08
        .set    DATA32, 0x10
        .set    FLAT, 0x18
        .set    CODE16, 0x20
        .set    APIC, 0xfee00000
        .set    ID, APIC + 0x20
        .set    TPR, APIC + 0x80
        .set    PPR, APIC + 0xa0
        .set    EOI, APIC + 0xb0
        .set    LDR, APIC + 0xd0
        .set    DFR, APIC + 0xe0
        .set    SVR, APIC + 0xf0
        .set    ISR, APIC + 0x100
        .set    TMR, APIC + 0x180
        .set    IRR, APIC + 0x200
        .set    ICR, APIC + 0x300
        .set    ICR_HIGH, APIC + 0x310
        .set    LVT_TIMER, APIC + 0x320
        .set    LVT_LINT0, APIC + 0x350
        .set    LVT_LINT1, APIC + 0x360
        .set    INITIAL, APIC + 0x380
        .set    CURRENT, APIC + 0x390
        .set    DIVIDE, APIC + 0x3e0
        .set    IOREGSEL, 0xfec00000
        .set    IOWIN, 0xfec00010
        .set    HPET, 0xfed00000
        .set    OTHERS, 0xc0000
        .set    ALL, 0x80000
        .set    SELF, 0x40000
        .set    STACKS, 0x40000                 # 4 KiB for each processor, by APIC ID, from BASE
        .set    MAGIC, 0x1badb002
        .set    FLAGS, 0x00010000

        .code32
header: .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   BASE + header, BASE, 0, 0, BASE + start
        .macro  segments
        mov     $DATA32, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $FLAT, %eax
        mov     %eax, %fs
        .endm
start:  cli
        mov     $0xff, %al
        out     %al, $0x21
        out     %al, $0xa1
        lgdt    BASE + gdtr
        ljmp    $CODE32, $1f
1:      segments
        mov     $STACKS + 0x1000, %esp
        mov     $idt, %edi                      # all gates lead to `unexpected`
        mov     $256, %ecx
1:      movl    $(CODE32 << 16) | (unexpected - header), (%edi)
        movl    $0x8e00, 4(%edi)
        add     $8, %edi
        loop    1b
        .macro  gate vector, target
        movw    $\target - header, idt + 8 * \vector
        .endm
        gate    2, on_nmi
        gate    0x31, on_31
        gate    0x41, on_mail
        gate    0x32, on_job
        gate    0x45, on_45
        gate    0x4a, on_4a
        gate    0x50, on_timer
        gate    0x51, on_level
        gate    0x60, on_mail
        gate    0xff, on_spurious
        lidt    idtr
        mov     $begin, %esi
        call    puts
        mov     $0x5f, %al                      # CMOS: processors less one
        out     %al, $0x70
        in      $0x71, %al
        movzbl  %al, %eax
        inc     %eax
        mov     %eax, processors

        .macro  say name:req
        jmp     9f
8:      .asciz  "\name:"
9:      mov     $8b, %esi
        call    puts
        .endm
        .macro  line
        mov     $10, %al
        out     %al, $0xe9
        .endm
        # Sends low word `low` to `destination` and waits until it has gone.
        .macro  send low, destination=0
        movl    $(\destination) << 24, %fs:ICR_HIGH
        movl    $\low, %fs:ICR
        .endm

        say "registers at reset of the APIC, but for what firmware sets"
        mov     %fs:ID, %eax
        call    hex
        mov     %fs:APIC + 0x30, %eax
        call    hex
        mov     %fs:DFR, %eax
        call    hex
        mov     %fs:LDR, %eax
        call    hex
        mov     %fs:LVT_TIMER, %eax
        call    hex
        mov     %fs:APIC + 0x370, %eax
        call    hex
        line
        say "APIC_BASE"
        mov     $0x1b, %ecx
        rdmsr
        call    hex
        line
        movl    $0x1ff, %fs:SVR
        sti

        say "INIT and start-up"
        call    bring_up
        mov     alive, %eax
        call    hex
        line
        say "start-up without INIT"
        movl    $0, alive
        send    OTHERS | 0x4612
        call    settle
        mov     alive, %eax
        call    hex
        line
        say "APIC_BASE, SVR, LINT0 of each"
        movl    $job_registers - header, job
        call    everybody
        xor     %ebx, %ebx
1:      mov     values(,%ebx,4), %eax
        call    hex
        mov     values + 32(,%ebx,4), %eax
        call    hex
        mov     values + 64(,%ebx,4), %eax
        call    hex
        inc     %ebx
        cmp     processors, %ebx
        jb      1b
        line

        say "fixed, physical, one after the other"
        xor     %ebx, %ebx
1:      mov     %ebx, %eax
        shl     $24, %eax
        mov     %eax, %fs:ICR_HIGH
        movl    $0x4041, %fs:ICR
        inc     %ebx
        cmp     processors, %ebx
        jb      1b
        call    show_mail
        say "fixed, physical, broadcast"
        send    0x4041, 0xff
        call    show_mail
        say "self"
        send    SELF | 0x4041
        call    show_mail
        say "all"
        send    ALL | 0x4041
        call    show_mail
        say "all others"
        send    OTHERS | 0x4041
        call    show_mail
        say "nobody's ID"
        send    0x4041, 0x0c
        call    show_mail

        movl    $job_flat - header, job
        call    everybody
        say "flat, 01"
        send    0x4841, 1
        call    show_mail
        say "flat, 0A"
        send    0x4841, 0x0a
        call    show_mail
        say "flat, FF"
        send    0x4841, 0xff
        call    show_mail
        say "flat, lowest priority, FF, how many"
        send    0x4941, 0xff
        call    settle
        call    sum_mail
        movl    $job_cluster - header, job
        call    everybody
        say "clusters of two, 03"
        send    0x4841, 0x03
        call    show_mail
        say "clusters of two, 12"
        send    0x4841, 0x12
        call    show_mail
        say "clusters of two, 31"
        send    0x4841, 0x31
        call    show_mail
        movl    $job_flat - header, job
        call    everybody

        say "NMI to all others"
        send    OTHERS | 0x4400
        call    settle
        mov     $nmis, %edi
        call    show
        say "NMI to oneself"
        send    0x4400, 0
        call    some_time
        mov     $nmis, %edi
        call    show
        say "messages as writes to memory, to each other"
        mov     $1, %ebx
1:      cmp     processors, %ebx
        jae     1f
        mov     %ebx, %eax
        shl     $12, %eax
        add     $APIC, %eax
        movl    $0x4041, %fs:(%eax)
        inc     %ebx
        jmp     1b
1:
        call    show_mail

        say "requests wait while IF is clear, and come by priority"
        cli
        send    SELF | 0x4031
        send    SELF | 0x4045
        send    SELF | 0x404a
        mov     %fs:IRR + 0x10, %eax
        call    hex
        mov     %fs:IRR + 0x20, %eax
        call    hex
        mov     %fs:PPR, %eax
        call    hex
        sti
        call    some_time
        call    show_log
        say "TPR 40 holds 45 and 31 back, 30 lets 45 through"
        movl    $0x40, %fs:TPR
        send    SELF | 0x4031
        send    SELF | 0x4045
        call    some_time
        mov     %fs:PPR, %eax
        call    hex
        movl    $0x30, %fs:TPR
        call    some_time
        movl    $0, %fs:TPR
        call    some_time
        call    show_log
        say "inside the handler ISR, PPR"
        mov     in_service, %eax
        call    hex
        mov     priority, %eax
        call    hex
        line

        say "one-shot timer, masked, then not"
        movl    $0xb, %fs:DIVIDE
        movl    $0x10050, %fs:LVT_TIMER
        movl    $20000, %fs:INITIAL
1:      cmpl    $0, %fs:CURRENT
        jne     1b
        mov     timer, %eax
        call    hex
        movl    $0x50, %fs:LVT_TIMER
        movl    $20000, %fs:INITIAL
1:      cmpl    $0, timer
        je      1b
        call    some_time
        mov     timer, %eax
        call    hex
        line
        say "periodic timer, at least 5, none after it was stopped"
        movl    $0, timer
        movl    $3, %fs:DIVIDE
        movl    $0x20050, %fs:LVT_TIMER
        movl    $50000, %fs:INITIAL
1:      hlt
        cmpl    $5, timer
        jb      1b
        cli
        movl    $0, %fs:INITIAL
        sti
        call    some_time
        mov     timer, %ebx
        call    some_time
        cmp     timer, %ebx
        sete    %al
        movzbl  %al, %eax
        call    hex
        mov     %fs:CURRENT, %eax
        call    hex
        movl    $0x10000, %fs:LVT_TIMER
        line

        say "counting with LOCK"
        movl    $job_count - header, job
        call    everybody
        mov     counter, %eax
        call    hex
        line
        say "counting inside a lock"
        movl    $0, counter
        movl    $job_spin - header, job
        call    everybody
        mov     counter, %eax
        call    hex
        line
        say "tickets of XADD, their sum"
        movl    $0, counter
        movl    $job_tickets - header, job
        call    everybody
        mov     sum, %eax
        call    hex
        line

        say "I/O APIC version, entry 3 at reset or as firmware left it, entry 3 written"
        mov     $1, %ebx
        call    io_read
        call    hex
        mov     $0x16, %ebx
        mov     $0x1ffff, %eax
        call    io_write
        call    io_read
        call    hex
        mov     $0x17, %ebx
        mov     $0xff000000, %eax
        call    io_write
        call    io_read
        call    hex
        mov     $0x16, %ebx
        mov     $0x10000, %eax
        call    io_write
        call    io_read
        call    hex
        line
        say "8254 through input 2, at least 3, none once masked"
        movl    $0, timer
        mov     $0x15, %ebx
        xor     %eax, %eax
        call    io_write
        mov     $0x14, %ebx
        mov     $0x50, %eax
        call    io_write
        mov     $0x34, %al
        out     %al, $0x43
        mov     $0x00, %al
        out     %al, $0x40
        mov     $0x10, %al
        out     %al, $0x40
1:      hlt
        cmpl    $3, timer
        jb      1b
        mov     $0x14, %ebx
        mov     $0x10050, %eax
        call    io_write
        call    some_time
        mov     timer, %ecx
        call    some_time
        sub     timer, %ecx
        mov     %ecx, %eax
        call    hex
        line
        say "the same to the last processor only"
        movl    $0, %eax
        xor     %ecx, %ecx
1:      mov     %eax, mail(,%ecx,4)
        inc     %ecx
        cmp     $8, %ecx
        jb      1b
        mov     processors, %eax
        dec     %eax
        shl     $24, %eax
        mov     $0x15, %ebx
        call    io_write
        mov     $0x14, %ebx
        mov     $0x60, %eax
        call    io_write
        mov     processors, %ebx
1:      pause
        cmpl    $2, mail - 4(,%ebx,4)
        jb      1b
        mov     $0x14, %ebx
        mov     $0x10060, %eax
        call    io_write
        call    some_time
        mov     processors, %ebx
        cmp     $1, %ebx
        je      1f
        mov     mail, %eax
        call    hex
1:      line
        movl    $0, mail
        mov     processors, %ebx
        movl    $0, mail - 4(,%ebx,4)
        mov     $0x30, %al                      # the 8254 is quiet from here on
        out     %al, $0x43
        mov     $0, %al
        out     %al, $0x40
        out     %al, $0x40

        say "HPET capabilities, period, timer 0"
        mov     %fs:HPET, %eax
        call    hex
        mov     %fs:HPET + 4, %eax
        call    hex
        mov     %fs:HPET + 0x100, %eax
        and     $0xffff80ff, %eax
        call    hex
        line
        say "HPET, level-triggered, status, remote IRR, twice as it is not cleared at first"
        mov     $0x15, %ebx
        xor     %eax, %eax
        call    io_write
        mov     $0x14, %ebx
        mov     $0x8051, %eax
        call    io_write
        movl    $0, %fs:HPET + 0xf0
        movl    $0, %fs:HPET + 0xf4
        movl    $(2 << 9) | 6, %fs:HPET + 0x100
        movl    $100000, %fs:HPET + 0x108
        movl    $0, %fs:HPET + 0x10c
        movl    $1, %fs:HPET + 0x10
1:      hlt
        cmpl    $2, levels
        jb      1b
        call    some_time
        mov     levels, %eax
        call    hex
        mov     level_status, %eax
        call    hex
        mov     level_entry, %eax
        call    hex
        mov     %fs:HPET + 0x20, %eax
        call    hex
        mov     $0x14, %ebx
        call    io_read
        call    hex
        line
        say "HPET, legacy replacement, periodic, at least 3 on input 2"
        movl    $0, timer
        movl    $0, %fs:HPET + 0x10
        mov     $0x14, %ebx
        mov     $0x50, %eax
        call    io_write
        movl    $0, %fs:HPET + 0xf0
        movl    $0x14c, %fs:HPET + 0x100        # periodic, 32 bits, sets the accumulator
        movl    $50000, %fs:HPET + 0x108
        movl    $50000, %fs:HPET + 0x108
        movl    $3, %fs:HPET + 0x10
1:      hlt
        cmpl    $3, timer
        jb      1b
        movl    $0, %fs:HPET + 0x10
        movl    $0, %fs:HPET + 0x100
        mov     $0x14, %ebx
        mov     $0x10000, %eax
        call    io_write
        line

        say "INIT and start-up once more"
        movl    $0, alive
        call    bring_up
        mov     alive, %eax
        call    hex
        line
        say "unexpected interrupts"
        mov     surprises, %eax
        call    hex
        line
        mov     $0, %al
        out     %al, $0xf4
1:      hlt
        jmp     1b

# ---- what processors do ----------------------------------------------------------------------------------------------
job_registers:
        push    %eax
        push    %ecx
        push    %edx
        call    who
        push    %eax
        mov     $0x1b, %ecx
        rdmsr
        pop     %ecx
        mov     %eax, values(,%ecx,4)
        mov     %fs:SVR, %eax
        mov     %eax, values + 32(,%ecx,4)
        mov     %fs:LVT_LINT0, %eax
        and     $0xff0ff, %eax                  # firmware's virtual wire mode aside
        test    %ecx, %ecx
        jnz     1f
        xor     %eax, %eax
1:      mov     %eax, values + 64(,%ecx,4)
        pop     %edx
        pop     %ecx
        pop     %eax
        ret
job_flat:
        call    who
        mov     %eax, %ecx
        mov     $0x01000000, %eax
        shl     %cl, %eax
        movl    $0xffffffff, %fs:DFR
        mov     %eax, %fs:LDR
        ret
job_cluster:
        call    who
        mov     %eax, %ecx
        mov     %eax, %ebx
        shr     $1, %ebx
        shl     $28, %ebx                       # the cluster
        and     $1, %ecx
        mov     $0x01000000, %eax
        shl     %cl, %eax
        or      %ebx, %eax
        movl    $0x0fffffff, %fs:DFR
        mov     %eax, %fs:LDR
        ret
job_count:
        mov     $2000, %ecx
1:      lock incl counter
        loop    1b
        ret
job_spin:
        mov     $500, %ecx
1:      mov     $1, %eax
2:      xchg    %eax, spinlock
        test    %eax, %eax
        jz      3f
        pause
        jmp     2b
3:      mov     counter, %eax
        inc     %eax
        nop
        mov     %eax, counter
        movl    $0, spinlock
        loop    1b
        ret
job_tickets:
        mov     $100, %ecx
1:      mov     $1, %eax
        lock xadd %eax, counter
        lock add %eax, sum
        loop    1b
        ret

# ---- handlers --------------------------------------------------------------------------------------------------------
on_mail:
        push    %eax
        call    who
        lock incl mail(,%eax,4)
        movl    $0, %fs:EOI
        pop     %eax
        iret
on_nmi: push    %eax
        call    who
        lock incl nmis(,%eax,4)
        pop     %eax
        iret
on_job: pusha
        movl    $0, %fs:EOI
        call    *job
        lock incl finished
        popa
        iret
        .macro  logging vector
on_\vector:
        push    %eax
        mov     $0x\vector, %al
        jmp     log
        .endm
        logging 31
        logging 45
        logging 4a
log:    push    %ebx
        mov     logged, %ebx
        mov     %al, entries(%ebx)
        incl    logged
        mov     %fs:ISR + 0x20, %eax
        mov     %eax, in_service
        mov     %fs:PPR, %eax
        mov     %eax, priority
        movl    $0, %fs:EOI
        pop     %ebx
        pop     %eax
        iret
on_timer:
        incl    timer
        movl    $0, %fs:EOI
        iret
on_level:
        push    %eax
        push    %ebx
        incl    levels
        mov     %fs:HPET + 0x20, %eax
        mov     %eax, level_status
        mov     $0x14, %ebx
        call    io_read
        mov     %eax, level_entry
        cmpl    $2, levels
        jb      1f
        movl    $1, %fs:HPET + 0x20
1:      movl    $0, %fs:EOI
        pop     %ebx
        pop     %eax
        iret
on_spurious:
        iret
unexpected:
        lock incl surprises
        movl    $0, %fs:EOI
        iret

# ---- routines --------------------------------------------------------------------------------------------------------
who:    mov     %fs:ID, %eax
        shr     $24, %eax
        ret
# Brings all others up, and waits for them.
bring_up:
        send    OTHERS | 0xc500
        mov     processors, %ecx
        mov     $1, %ebx
        shl     %cl, %ebx
        sub     $2, %ebx
1:      call    some_time
        send    OTHERS | 0x4612
        call    some_time
        cmp     alive, %ebx
        jne     1b
        ret
# All processors do `job`, this one too.
everybody:
        movl    $0, finished
        send    ALL | 0x4032
1:      pause
        mov     finished, %eax
        cmp     processors, %eax
        jne     1b
        ret
# All that is on its way to somebody has come: a job's vector has less priority than a message's.
settle: movl    $nothing - header, job
        call    everybody
nothing: ret
# Time to pass.
some_time:
        push    %ecx
        mov     $20000, %ecx
1:      pause
        in      $0x80, %al
        loop    1b
        pop     %ecx
        ret
show_mail:
        call    settle
        mov     $mail, %edi
# Eight counters at EDI, the highest first, a digit each; they are zero afterwards.
show:   mov     $8, %ecx
        xor     %eax, %eax
1:      shl     $4, %eax
        or      -4(%edi,%ecx,4), %eax
        movl    $0, -4(%edi,%ecx,4)
        loop    1b
        call    hex
        line
        ret
sum_mail:
        xor     %eax, %eax
        mov     $8, %ecx
1:      add     mail - 4(,%ecx,4), %eax
        movl    $0, mail - 4(,%ecx,4)
        loop    1b
        call    hex
        line
        ret
show_log:
        mov     entries, %eax
        call    hex
        mov     logged, %eax
        call    hex
        movl    $0, logged
        movl    $0, entries
        line
        ret
# Register EBX of the I/O APIC, in EAX.
io_read:
        mov     %ebx, %fs:IOREGSEL
        mov     %fs:IOWIN, %eax
        ret
io_write:
        mov     %ebx, %fs:IOREGSEL
        mov     %eax, %fs:IOWIN
        ret
puts:   lodsb
        test    %al, %al
        jz      1f
        out     %al, $0xe9
        jmp     puts
1:      ret
# ' ' and EAX in 8 digits; keeps the registers.
hex:    pusha
        mov     %eax, %edx
        mov     $' ', %al
        out     %al, $0xe9
        mov     $8, %ecx
1:      rol     $4, %edx
        mov     %edx, %eax
        and     $15, %al
        add     $'0', %al
        cmp     $'9', %al
        jbe     2f
        add     $39, %al
2:      out     %al, $0xe9
        loop    1b
        popa
        ret

# ---- data ------------------------------------------------------------------------------------------------------------
begin:  .asciz  "BEGIN\n"
        .balign 8
gdt:    .quad   0
        .word   0xffff, BASE & 0xffff           # code, 1 MiB from BASE
        .byte   BASE >> 16, 0x9b, 0xcf, 0
        .word   0xffff, BASE & 0xffff
        .byte   BASE >> 16, 0x93, 0xcf, 0
        .quad   0x00cf93000000ffff
gdt_end:
gdtr:   .word   gdt_end - gdt - 1
        .long   BASE + gdt
idtr:   .word   0x7ff
        .long   BASE + idt
        .balign 4
processors: .long 0
alive:  .long   0
job:    .long   0
finished: .long 0
counter: .long  0
sum:    .long   0
spinlock: .long 0
timer:  .long   0
levels: .long   0
level_status: .long 0
level_entry: .long 0
surprises: .long 0
logged: .long   0
entries: .long  0, 0
in_service: .long 0
priority: .long 0
mail:   .skip   32
nmis:   .skip   32
values: .skip   96

# ---- where the others start: vector 12h ------------------------------------------------------------------------------
        .org    0x2000
        .code16
        cli
        lgdtl   %cs:others_gdtr - 0x2000
        mov     %cr0, %eax
        or      $1, %al
        mov     %eax, %cr0
        ljmpl   $CODE32, $others
others_gdtr:
        .word   gdt_end - gdt - 1
        .long   BASE + gdt
        .code32
others: segments
        mov     %fs:ID, %eax
        shr     $24, %eax
        mov     %eax, %esp
        inc     %esp
        shl     $12, %esp
        add     $STACKS, %esp
        lidt    idtr
        movl    $0x1ff, %fs:SVR
        lock bts %eax, alive
        sti
1:      hlt
        jmp     1b
        .balign 8
idt:    .skip   0x800
