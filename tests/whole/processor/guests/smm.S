# System management mode, entered by a write to port B2h: what its handler finds, what is saved, what RSM brings back.
        .include "frame.S"
        .set    APM, 0xb2
        .set    IMAGE, 0x9000                   # a copy of the last 512 bytes of the state-save area
        .macro  pci device, offset
        mov     $0x80000000 | ((\device) << 8) | ((\offset) & 0xfc), %eax
        mov     $0xcf8, %edx
        out     %eax, %dx
        mov     $0xcfc + ((\offset) & 3), %edx
        .endm
main:   pci     0, 0x72                         # SMRAM open
        mov     $0x4a, %al
        out     %al, %dx
        pci     0x0b, 0x58                      # PIIX4: APMC_EN
        in      %dx, %eax
        or      $0x2000000, %eax
        mov     %eax, %ebx
        pci     0x0b, 0x58
        mov     %ebx, %eax
        out     %eax, %dx
        pci     0x08, 0xa0                      # PIIX3: CSMIGATE, and SMIEN's bit for APMC
        mov     $1, %al
        out     %al, %dx
        pci     0x08, 0xa2
        mov     $0x80, %ax
        out     %ax, %dx
        mov     $FLAT, %eax
        mov     %eax, %es
        cld
        mov     $handler, %esi                  # where SMBASE is at reset, and where firmware has moved it
        mov     $0x38000, %edi
        mov     $handler_end - handler, %ecx
        rep movsb
        mov     $handler, %esi
        mov     $0xa8000, %edi
        mov     $handler_end - handler, %ecx
        rep movsb
        mov     $DATA32, %eax
        mov     %eax, %es

        .macro  smi
        out     %al, $APM
        jmp     1f
1:      nop
        nop
        nop
        .endm
# A field of the copy: where it is in the map of 32-bit processors and of AMD64.
        .macro  field name, legacy, long, mask=0xffffffff
        mov     IMAGE + \legacy - 0x7e00, %eax
        cmpw    $0x64, IMAGE + 0x7efc - 0x7e00
        jne     7f
        mov     IMAGE + \long - 0x7e00, %eax
7:      and     $\mask, %eax
        value "\name"
        .endm
        .macro  fields name
        field "\name, CR0 but for the caches", 0x7ffc, 0x7f58, 0x9fffffff
        field "\name, EFLAGS", 0x7ff4, 0x7f70
        field "\name, EAX", 0x7fd0, 0x7ff8
        field "\name, ECX", 0x7fd4, 0x7ff0
        field "\name, EDX", 0x7fd8, 0x7fe8
        field "\name, EBX", 0x7fdc, 0x7fe0
        field "\name, ESP", 0x7fe0, 0x7fd8
        field "\name, EBP", 0x7fe4, 0x7fd0
        field "\name, ESI", 0x7fe8, 0x7fc8
        field "\name, EDI", 0x7fec, 0x7fc0
        field "\name, ES", 0x7fa8, 0x7e00, 0xffff
        field "\name, CS", 0x7fac, 0x7e10, 0xffff
        field "\name, SS", 0x7fb0, 0x7e20, 0xffff
        field "\name, DS", 0x7fb4, 0x7e30, 0xffff
        field "\name, FS", 0x7fb8, 0x7e40, 0xffff
        field "\name, GS", 0x7fbc, 0x7e50, 0xffff
        field "\name, LDTR", 0x7fc0, 0x7e70, 0xffff
        field "\name, TR", 0x7fc4, 0x7e90, 0xffff
        field "\name, DR7", 0x7fc8, 0x7f60
        field "\name, CR4", 0x7f14, 0x7f48
        field "\name, base of the GDT", 0x7f74, 0x7e68
        field "\name, limit of the GDT", 0x7f70, 0x7e64, 0xffff
        field "\name, base of the IDT", 0x7f58, 0x7e88
        field "\name, limit of the IDT", 0x7f54, 0x7e84, 0xffff
        field "\name, base of CS", 0x7f98, 0x7e18
        field "\name, limit of CS", 0x7f94, 0x7e14
        field "\name, base of GS", 0x7f4c, 0x7e58
        field "\name, limit of TR", 0x7f60, 0x7e94
        field "\name, restart of HLT", 0x7f00, 0x7ec6, 0xff000000
        .endm
        k32 "SMI in ring 0"; smi; end
        fields "ring 0"
        .macro  found name, n
        mov     seen + 4 * \n, %eax
        value   "the handler finds \name"
        .endm
        andl    $0x9fffffff, seen
        found "CR0 but for the caches", 0
        found "CR4", 1
        found "EFLAGS", 2
        found "ESP", 3
        found "DR7", 4
        found "its IP", 5
        found "SS and DS", 6
        found "a word at 4 GiB - 2 through FS", 7
        found "EDI", 8
        u32 "SMI in ring 3"; int $0x40; nop; nop; nop; end
        movl    $0x3002, flags_at_launch
        u32 "SMI in ring 3 by its own write"; smi; end
        fields "ring 3"
        k16 "SMI in 16-bit code"; smi; end
        k32 "RSM elsewhere"; rsm; end
        movb    $1, change
        k32 "EAX changed"; smi; end
        movb    $2, change
        k32 "EFLAGS changed"; smi; end
        movb    $0, change
        k32 "SMI twice"; smi; smi; end
        to_real here
        .code16
here:   real "SMI in real mode"; smi; stop
        finish_real

# In SMRAM; all segments have 4 GiB.
        .code16
handler:
        mov     %ds, %ax
        shl     $16, %eax
        mov     %ss, %ax
        mov     $BASE >> 4, %bx                 # their limits stay
        mov     %bx, %ds
        mov     %eax, seen + 24
        mov     %esp, seen + 12
        mov     %bx, %ss
        mov     $small_stack, %esp
        mov     %cr0, %eax
        mov     %eax, seen
        mov     %cr4, %eax
        mov     %eax, seen + 4
        pushfl
        popl    seen + 8
        mov     %dr7, %eax
        mov     %eax, seen + 16
        call    1f
1:      pop     %ax
        movzwl  %ax, %eax
        sub     $1b - handler, %ax
        mov     %eax, seen + 20
        mov     $0xfffffffe, %eax
        movzwl  %fs:(%eax), %eax
        cmp     $0xffff, %ax
        setne   %al
        movzbl  %al, %eax
        mov     %eax, seen + 28
        mov     %edi, seen + 32
        mov     $0xfe00, %esi
        mov     $IMAGE, %edi
        mov     $128, %ecx
2:      mov     %cs:(%esi), %eax
        mov     %eax, (%edi)
        add     $4, %esi
        add     $4, %edi
        loopl   2b
        mov     change, %al
        mov     $0xffd0, %esi                   # EAX, EFLAGS, EIP
        mov     $0xfff4, %edi
        mov     $0xfff0, %ebx
        cmpw    $0x64, %cs:0xfefc
        jne     3f
        mov     $0xfff8, %esi
        mov     $0xff70, %edi
        mov     $0xff78, %ebx
3:      cmp     $1, %al
        jne     4f
        movl    $0x89abcdef, %cs:(%esi)
4:      cmp     $2, %al
        jne     5f
        orl     $0x8d5, %cs:(%edi)
5:      cmp     $3, %al
        jne     6f
        addl    $8, %cs:(%ebx)
6:      rsm
handler_end:
        .code32
        .balign 4
seen:   .skip   64
change: .long   0
        .skip   64
small_stack:
        .long   0
