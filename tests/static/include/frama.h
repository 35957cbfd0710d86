/* SPDX-License-Identifier: ISC */
#ifndef AW_STATIC_FRAMA_H
#define AW_STATIC_FRAMA_H

/* What Frama-C 25 does not read of C11. The compilers check both. */
#define _Noreturn
#define _Alignas(len)
#define _Static_assert(condition, text) extern int aw_static_assert_is_for_compilers

#endif /* AW_STATIC_FRAMA_H */
