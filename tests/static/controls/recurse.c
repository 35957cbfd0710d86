/* SPDX-License-Identifier: ISC */
/* Broken: stack.py has to see both circles, though one ends in a tail call, the call through a
 * pointer that no row knows, and the frame without a fixed size. */
#include <alloca.h>
#include <stddef.h>

unsigned down(unsigned n, unsigned sum);
unsigned is_even(unsigned n);
unsigned is_odd(unsigned n);
unsigned through(unsigned (*next)(unsigned), unsigned n);
unsigned fill(char *(*use)(char *), size_t len);

unsigned down(unsigned n, unsigned sum)
{
    return n == 0 ? sum : down(n - 1, sum + n);
}

__attribute__((noinline)) unsigned is_even(unsigned n)
{
    return n == 0 ? 1 : is_odd(n - 1) + 2;
}

__attribute__((noinline)) unsigned is_odd(unsigned n)
{
    return n == 0 ? 0 : is_even(n - 1) + 2;
}

unsigned through(unsigned (*next)(unsigned), unsigned n)
{
    return next(n) + 1;
}

unsigned fill(char *(*use)(char *), size_t len)
{
    char *bytes = alloca(len);

    return (unsigned)*use(bytes);
}
