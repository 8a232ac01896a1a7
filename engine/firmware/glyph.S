# The 8x16 characters of code page 437: 256 times 16 bytes, a byte a line of pixels,
# bit 7 leftmost. Drawn for this BIOS. Capitals stand on lines 2 to 11, small letters
# begin at line 5, descenders end at line 14. Without its first and last line the same
# is the font of 8x14: bios.S includes font.S twice, and says by FONT_LINES which it is.

    .macro GLYPH a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p
    .if FONT_LINES == 16
    .byte \a, \b, \c, \d, \e, \f, \g, \h, \i, \j, \k, \l, \m, \n, \o, \p
    .else
    .byte \b, \c, \d, \e, \f, \g, \h, \i, \j, \k, \l, \m, \n, \o
    .endif
    .endm
