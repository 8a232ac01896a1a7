# The F segment as RAM: POST copies the ROM over itself, writes what only this machine
# knows (where its SMBIOS and MP tables are) at places where systems look for it, and
# makes the copy read-only. With another host bridge than the 440FX it stays ROM.
# Source: Intel 82441FX data sheet, "PAM: Programmable Attribute Map Registers".

    .set SHADOW_PLACE,  0x0600
    .set HOST_PAM0,     0x59        # bits 5-4: F0000-FFFFF; 5 writes, 4 reads go to RAM

init_pointers:
    push %ds
    push %es
    mov  BDA_EBDA, %ds
    call open_shadow
    jc   1f
    call init_smbios
    call init_mp
    call close_shadow
1:  pop  %es
    pop  %ds
    ret

# While the RAM there is still empty nothing can run in it: the instructions that fill it,
# from the ROM below 4 GiB, run at 0600. Out: CF set if there is no such bridge. Changes
# EAX, BX, ECX, EDX, ESI, EDI, ES.
open_shadow:
    call host_bridge
    jc   1f
    xor  %ax, %ax
    mov  %ax, %es
    mov  $shadow_copy, %si
    mov  $SHADOW_PLACE, %di
    mov  $shadow_copy_end - shadow_copy, %cx
    rep movsb %cs:(%si), %es:(%di)
    call es_flat
    mov  $HOST_PAM0, %di
    call pci_address
    mov  $0x30, %al
    mov  $0xFFFF0000, %esi
    mov  $BIOS_SEGMENT << 4, %edi
    mov  $0x4000, %ecx
    pushf
    cli                             # nobody could answer
    lcall $0, $SHADOW_PLACE
    popf
    call es_small
    clc
1:  ret
shadow_copy:
    out  %al, %dx
    rep movsl %es:(%esi), %es:(%edi)
    lret
shadow_copy_end:

close_shadow:
    mov  $0x10, %al
# In: AL = the register. Out: CF set if there is none. Changes EAX, BX, DX, DI.
shadow_access:
    push %ax
    call host_bridge
    pop  %ax
    jc   1f
    mov  $HOST_PAM0, %di
    call pci_write_byte
    clc
1:  ret
