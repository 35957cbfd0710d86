/* SPDX-License-Identifier: ISC */
/* Broken: cppcheck has to see the read outside. */
int last_of(void);

int last_of(void)
{
    const int values[3] = {1, 2, 3};
    int sum = 0;

    for (int i = 0; i <= 3; i++)
        sum += values[i];
    return sum;
}
